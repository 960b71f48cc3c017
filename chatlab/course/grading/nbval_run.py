"""Runs a notebook under nbval, for a grade: returns its cells' errors and checks' observations.

The run has temporary folders and a process group of its own, and processes that it leaves behind
are killed. Whether pytest counts a cell as passed is ignored.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from chatlab.course.checking.check import GRADED_RUN_ENV
from chatlab.course.grading.grader_plugin import GRADER_FOLDER_ENV, LOG_NAME
from chatlab.course.notebook import Notebook, write

__all__ = ["GRADED_CELL_SECONDS", "RUN_SECONDS", "NbvalRun", "run_notebook"]

GRADED_CELL_SECONDS = 20
"""How long one cell may run in a graded run."""

RUN_SECONDS = 240
"""How long one run of a whole notebook may take."""


@dataclass
class NbvalRun:
    """The outcome of one run.

    Attributes:
        error_lines: For each cell that has run, by its id, the last line of its traceback; "" if it
            raised nothing.
        observations: What the checks observed, by the id of the check's cell.
        stopped_at: The cell that ended the kernel, or made it necessary to end it.
        kernel_error: Why no kernel started; None if one did.
    """

    error_lines: dict[str, str] = field(default_factory=dict[str, str])
    observations: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    stopped_at: str | None = None
    kernel_error: str | None = None


def run_notebook(notebook: Notebook, inputs: Mapping[str, Any]) -> NbvalRun:
    """Run the notebook from the top; a run that gets no kernel is tried once more.

    Args:
        notebook: What to run.
        inputs: What each part's check is to be given, by the part's id.
    """
    run = _run_once(notebook, inputs)
    return run if run.kernel_error is None else _run_once(notebook, inputs)


def _run_once(notebook: Notebook, inputs: Mapping[str, Any]) -> NbvalRun:
    folders = [
        tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) for _ in range(3)
    ]
    grader_folder, run_folder, temp_folder = (Path(folder.name) for folder in folders)
    try:
        (grader_folder / "inputs.json").write_text(json.dumps(inputs), "utf-8")
        (run_folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        write(run_folder / "submission.ipynb", notebook)
        _run_nbval(grader_folder, run_folder, temp_folder)
        return _parse_log(grader_folder / LOG_NAME)
    finally:
        for folder in folders:
            folder.cleanup()


def _run_nbval(grader_folder: Path, run_folder: Path, temp_folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += ["-c", "pytest.ini", f"--nbval-cell-timeout={GRADED_CELL_SECONDS}"]
    command += ["submission.ipynb"]
    plugins = (
        "no:cacheprovider",
        "nbval.plugin",
        "chatlab.course.grading.nbval_plugin",
        "chatlab.course.grading.grader_plugin",
    )
    command += [word for plugin in plugins for word in ("-p", plugin)]
    env = os.environ | {
        GRADED_RUN_ENV: str(run_folder),
        GRADER_FOLDER_ENV: str(grader_folder),
        "TMPDIR": str(temp_folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "CHATLAB_QUICK_NBFORMAT": "1",
    }
    env.pop("PYTEST_ADDOPTS", None)
    with subprocess.Popen(  # noqa: S603 - our own command; the notebook is confined by limits
        command,
        cwd=run_folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            with suppress(subprocess.TimeoutExpired):
                process.wait(RUN_SECONDS)
        finally:
            _kill_process_group(process)
            _kill_strays(str(run_folder))


def _kill_process_group(process: "subprocess.Popen[bytes]") -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _kill_strays(run_folder: str) -> None:
    """Kill what is outside of the process group: kernels have groups of their own.

    They are known by the run's folder in their environment.
    """
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(GRADED_RUN_ENV) == run_folder:
                process.kill()


def _parse_log(log: Path) -> NbvalRun:
    run = NbvalRun()
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        outcome = json.loads(line)
        cell = outcome["cell"]
        if not outcome["kernel_started"]:
            run.kernel_error = outcome["error_line"]
            continue
        run.error_lines[cell] = outcome["error_line"]
        if outcome["stops_kernel"] and run.stopped_at is None:
            run.stopped_at = cell
        with suppress(ValueError, RecursionError, TypeError):
            run.observations[cell] = {**json.loads(outcome["observation"])}
    return run
