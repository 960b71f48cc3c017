"""A pytest plugin for a graded run: gives inputs to the checks, and logs each cell's outcome.

Each check's inputs are written just before it runs, and its observation is read and removed just
after: no other cell can replace it, and a cell that deletes the folder costs its own part only.
"""

import json
import os
import re
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from chatlab.course.checking.check import GRADED_RUN_ENV
from chatlab.course.grading.nbval_plugin import KernelDied, TooMuchOutput
from chatlab.course.notebook import CHECK_ID

__all__ = ["GRADER_FOLDER_ENV", "LOG_NAME", "GraderPlugin", "pytest_configure"]

GRADER_FOLDER_ENV = "CHATLAB_GRADER"
"""The environment variable with the grader's own folder; the kernel does not inherit it."""

LOG_NAME = "cells.jsonl"
"""The file in the grader's folder with one line of JSON for each cell's outcome."""

MAX_OBSERVATION_BYTES = 20_000_000
"""A larger observation is ignored. Those of honest answers are a thousandth of it."""

_FOLDER_DELETED = "This cell deleted the folder it ran in."
_ANSI_CODE = re.compile(r"\x1b\[[0-9;]*m")


def pytest_configure(config: pytest.Config) -> None:
    """Take the folder's name out of the environment before a kernel inherits it."""
    if folder := os.environ.pop(GRADER_FOLDER_ENV, None):
        config.pluginmanager.register(GraderPlugin(Path(folder), Path(os.environ[GRADED_RUN_ENV])))


class GraderPlugin:
    """Writes inputs, reads observations and logs outcomes, as pytest runs the cells.

    Args:
        grader_folder: The grader's folder, with the inputs; the log goes there.
        run_folder: The folder in which the checks in the kernel read and write.
    """

    def __init__(self, grader_folder: Path, run_folder: Path) -> None:
        self._log = grader_folder / LOG_NAME
        self._inputs: dict[str, Any] = json.loads(
            (grader_folder / "inputs.json").read_text("utf-8")
        )
        self._run_folder = run_folder
        self._observation: str | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Write the check's inputs, then read its observation.

        A comment in a cell cannot have it skipped, or let it raise: nbval's options for that are
        switched off.
        """
        self._observation = None
        options: dict[str, bool] = getattr(item, "options", {})
        options |= {"skip": False, "check_exception": False}
        match = CHECK_ID.fullmatch(_cell_id(item))
        if match is None:
            return (yield)
        part = f"{match[1]}.{match[2]}"
        inputs_file = self._run_folder / f"{part}.inputs.json"
        observation_file = self._run_folder / f"{part}.observation.json"
        _remove(inputs_file)
        _remove(observation_file)
        self._run_folder.mkdir(exist_ok=True)
        inputs_file.write_text(json.dumps(self._inputs.get(part)), "utf-8")
        try:
            return (yield)
        finally:
            self._observation = _read_observation_file(observation_file)
            _remove(inputs_file)
            _remove(observation_file)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Log the cell's outcome, or that no kernel started."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or (call.when == "setup" and error is not None):
            folder_deleted = not self._run_folder.exists()
            outcome = {
                "cell": getattr(error, "cell", None) or _cell_id(item),
                "error_line": _FOLDER_DELETED if folder_deleted else _last_traceback_line(error),
                "kernel_started": call.when == "call",
                "stops_kernel": folder_deleted or _stops_kernel(error),
                "observation": self._observation,
            }
            with self._log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(outcome) + "\n")
        return report


def _cell_id(item: pytest.Item) -> str:
    return str(getattr(item, "cell", {}).get("id", ""))


def _read_observation_file(path: Path) -> str | None:
    """The file's text, unless it is missing, no plain file, or too large."""
    if not path.is_file() or path.is_symlink() or path.stat().st_size > MAX_OBSERVATION_BYTES:
        return None
    return path.read_text("utf-8", "replace")


def _remove(path: Path) -> None:
    """Remove a file, a link or a folder: a learner's code may have put anything there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _stops_kernel(error: BaseException | None) -> bool:
    """Whether the error means that the kernel died, or must be stopped."""
    if isinstance(error, KernelDied | TooMuchOutput):
        return True
    return "Timeout" in str(getattr(error, "args", ""))


def _last_traceback_line(error: BaseException | None) -> str:
    if error is None:
        return ""
    traceback = getattr(error, "inner_traceback", None) or str(error)
    lines = [line for line in _ANSI_CODE.sub("", str(traceback)).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
