"""A pytest plugin for a graded run: opens the grader's ear for each check, notes what cells do."""

import re
import time
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from chatlab.course.grading.evidence_link import EvidenceLink
from chatlab.course.grading.nbval_plugin import KernelDied, TooMuchOutput
from chatlab.course.notebook import CHECK_ID

if TYPE_CHECKING:
    from chatlab.course.grading.nbval_run import NbvalRun

__all__ = ["GraderPlugin"]

MAX_LINE_CHARS = 500
"""How much of an error's line is kept."""

_FOLDER_DELETED = "This cell deleted the folder it ran in."
_ANSI_CODE = re.compile(r"\x1b\[[0-9;]*m")


class GraderPlugin:
    """Fills in a run as pytest runs the cells, and ends it when a kernel has ended.

    Args:
        run: Where the outcomes go.
        link: Answers the checks.
        work_folder: Where a kernel runs that is not in a box.
        seconds: How long the whole run may take.
    """

    def __init__(
        self, run: "NbvalRun", link: EvidenceLink, work_folder: Path, seconds: float
    ) -> None:
        self._run = run
        self._link = link
        self._work_folder = work_folder
        self._deadline = time.monotonic() + seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Answer the check while its cell runs.

        A comment in a cell cannot have it skipped, or let it raise: nbval's options for that are
        switched off.
        """
        options: dict[str, bool] = getattr(item, "options", {})
        options |= {"skip": False, "check_exception": False}
        id = _cell_id(item)
        match = CHECK_ID.fullmatch(id)
        if match is None:
            return (yield)
        self._link.open(f"{match[1]}.{match[2]}")
        try:
            return (yield)
        finally:
            observation, problem = self._link.close()
            if observation is not None:
                self._run.observations[id] = observation
            if problem:
                self._run.problems[id] = problem

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note the cell's outcome, or that no kernel started."""
        report = yield
        error = call.excinfo.value if call.excinfo else None
        if call.when == "setup" and error is not None:
            self._run.kernel_error = _last_traceback_line(error)
            item.session.shouldfail = "There is no kernel."
        elif call.when == "call":
            self._note(item, error)
        return report

    def _note(self, item: pytest.Item, error: BaseException | None) -> None:
        cell = getattr(error, "cell", None) or _cell_id(item)
        folder_deleted = not self._work_folder.exists()
        self._run.error_lines[cell] = (
            _FOLDER_DELETED if folder_deleted else _last_traceback_line(error)
        )
        if folder_deleted or _stops_kernel(error):
            self._run.stopped_at = cell
            item.session.shouldfail = "The kernel has ended."
        elif time.monotonic() > self._deadline:
            item.session.shouldfail = "The notebook takes too long."


def _cell_id(item: pytest.Item) -> str:
    return str(getattr(item, "cell", {}).get("id", ""))


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
    return lines[-1][:MAX_LINE_CHARS] if lines else type(error).__name__
