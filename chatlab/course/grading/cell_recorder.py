"""A pytest plugin for a graded run: it hands inputs to the checks, and notes what became of cells.

Each check gets its inputs just before it runs, and what it observed is taken away just after:
no other cell can put something in its place, and a cell that deletes the folder costs its own part.
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

__all__ = ["GRADER_FOLDER_ENV", "LOG", "CellRecorder", "pytest_configure"]

GRADER_FOLDER_ENV = "CHATLAB_GRADER"
"""Names the grader's own folder. The kernel is not told."""

LOG = "cells.jsonl"
"""Where it says, a line a cell, what became of it."""

MAX_SEEN = 20_000_000
"""How large an observation may be, in bytes. Those of honest answers are a thousandth of it."""

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


def pytest_configure(config: pytest.Config) -> None:
    """Take the folder's name out of the environment before a kernel inherits it."""
    if folder := os.environ.pop(GRADER_FOLDER_ENV, None):
        config.pluginmanager.register(CellRecorder(Path(folder), Path(os.environ[GRADED_RUN_ENV])))


class CellRecorder:
    """What becomes of the cells.

    Args:
        private: The grader's folder, with the inputs.
        shared: The folder through which the checks in the kernel are reached.
    """

    def __init__(self, private: Path, shared: Path) -> None:
        self._log = private / LOG
        self._inputs: dict[str, Any] = json.loads((private / "inputs.json").read_text("utf-8"))
        self._shared = shared
        self._seen: str | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Hand the check its inputs, and take what it saw. No comment in a cell has it left out."""
        self._seen = None
        options: dict[str, bool] = getattr(item, "options", {})
        options |= {"skip": False, "check_exception": False}
        found = CHECK_ID.fullmatch(_cell_of(item))
        if found is None:
            return (yield)
        part = f"{found[1]}.{found[2]}"
        inputs, seen = (self._shared / f"{part}.{kind}.json" for kind in ("inputs", "seen"))
        _remove(inputs)
        _remove(seen)
        self._shared.mkdir(exist_ok=True)
        inputs.write_text(json.dumps(self._inputs.get(part)), "utf-8")
        try:
            return (yield)
        finally:
            if seen.is_file() and not seen.is_symlink() and seen.stat().st_size <= MAX_SEEN:
                self._seen = seen.read_text("utf-8", "replace")
            _remove(inputs)
            _remove(seen)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Write down what became of the cell, or that there was no kernel for it."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if call.when == "call" or (call.when == "setup" and error is not None):
            gone = not self._shared.exists()
            fate = {
                "cell": getattr(error, "cell", None) or _cell_of(item),
                "says": "This cell deleted the folder it ran in." if gone else _last_line(error),
                "kernel": call.when == "call",
                "stopped": gone or _stopped(error),
                "seen": self._seen,
            }
            with self._log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(fate) + "\n")
        return report


def _cell_of(item: pytest.Item) -> str:
    return str(getattr(item, "cell", {}).get("id", ""))


def _remove(path: Path) -> None:
    """Whatever it is: a learner's code may have put anything there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _stopped(error: BaseException | None) -> bool:
    """Whether the kernel is gone, or has to be."""
    if isinstance(error, KernelDied | TooMuchOutput):
        return True
    return "Timeout" in str(getattr(error, "args", ""))


def _last_line(error: BaseException | None) -> str:
    if error is None:
        return ""
    traceback = getattr(error, "inner_traceback", None) or str(error)
    lines = [line for line in _ANSI.sub("", str(traceback)).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
