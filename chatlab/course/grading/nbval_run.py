"""Runs a notebook under nbval, for a grade: returns its cells' errors and checks' observations.

pytest runs in this process, and learners' code in the kernel. Whether pytest counts a cell as
passed is ignored.
"""

import contextlib
import io
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import zmq

from chatlab.course.grading import nbval_plugin
from chatlab.course.grading.evidence_link import EvidenceLink
from chatlab.course.grading.grader_plugin import GraderPlugin
from chatlab.course.grading.kernels.cold_kernels import ColdKernelManagers
from chatlab.course.grading.kernels.forked_provisioner import ForkedKernelManagers
from chatlab.course.notebook import Notebook, write

__all__ = ["NbvalRun", "RunSettings", "run_notebook"]


@dataclass
class NbvalRun:
    """The outcome of one run.

    Attributes:
        error_lines: For each cell that has run, by its id, the last line of its traceback; "" if it
            raised nothing.
        observations: What the checks observed, by the id of the check's cell.
        problems: What was wrong with what a check handed over, by the id of its cell.
        stopped_at: The cell that ended the kernel, or made it necessary to end it.
        kernel_error: Why no kernel started; None if one did.
    """

    error_lines: dict[str, str] = field(default_factory=dict[str, str])
    observations: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    problems: dict[str, str] = field(default_factory=dict[str, str])
    stopped_at: str | None = None
    kernel_error: str | None = None


@dataclass(frozen=True)
class RunSettings:
    """What all runs of one notebook have in common.

    Attributes:
        lesson: The number of its lesson.
        inputs: What each part's check is to be given, by the part's id.
        address: The kernel server's; None to start each kernel from scratch.
        cell_seconds: How long one cell may run.
    """

    lesson: int
    inputs: Mapping[str, Any]
    address: str | None
    cell_seconds: int


def run_notebook(
    notebook: Notebook, settings: RunSettings, *, patience: int, run_seconds: float
) -> NbvalRun:
    """Run the notebook from the top; a run that gets no kernel is tried once more.

    Args:
        notebook: What to run.
        settings: How.
        patience: How many times longer than usual cells and checks may take.
        run_seconds: How long the whole run may take.
    """
    run = _run_once(notebook, settings, patience, run_seconds)
    return run if run.kernel_error is None else _run_once(notebook, settings, patience, run_seconds)


def _run_once(
    notebook: Notebook, settings: RunSettings, patience: int, run_seconds: float
) -> NbvalRun:
    run, link = NbvalRun(), EvidenceLink(settings.inputs, patience)
    with (
        tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as own,
        tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) as work,
    ):
        folder, work_folder = Path(own), Path(work)
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        write(folder / "submission.ipynb", notebook)

        def wrap_managers(manager_class: Any) -> Any:
            # One context for all: to end one, ZMQ waits for what a dead kernel will not take.
            make_manager = partial(manager_class, context=zmq.Context.instance())
            if settings.address is None:
                return ColdKernelManagers(make_manager, work_folder, link)
            return ForkedKernelManagers(
                make_manager, settings.address, settings.lesson, work_folder, link
            )

        nbval_plugin.use_kernel_managers(wrap_managers)
        grader_plugin = GraderPlugin(run, link, work_folder, run_seconds)
        arguments = _arguments(folder, settings.cell_seconds * patience)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            pytest.main(arguments, [nbval_plugin, grader_plugin])
    return run


def _arguments(folder: Path, cell_seconds: int) -> list[str]:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    arguments = ["-q", "-s", "--tb=no", "--nbval-lax", "--nbval-current-env", "-p", "nbval.plugin"]
    for unneeded in ("cacheprovider", "faulthandler", "unraisableexception", "threadexception"):
        arguments += ["-p", f"no:{unneeded}"]
    arguments += ["-c", str(folder / "pytest.ini"), f"--nbval-cell-timeout={cell_seconds}"]
    return [*arguments, str(folder / "submission.ipynb")]
