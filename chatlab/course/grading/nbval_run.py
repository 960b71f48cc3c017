"""One run of a notebook under nbval, for a grade: what became of its cells, what the checks saw.

It runs in folders of its own and in a process group of its own, and whatever it leaves behind is
ended. What pytest counts decides nothing.
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
from chatlab.course.grading.cell_recorder import GRADER_FOLDER_ENV, LOG
from chatlab.course.notebook import Notebook, write

__all__ = ["CELL_SECONDS", "RUN_SECONDS", "NbvalRun", "run_notebook"]

CELL_SECONDS = 20
"""How long one cell may run."""

RUN_SECONDS = 240
"""How long one run of a whole notebook may take."""


@dataclass
class NbvalRun:
    """What became of the cells in one run.

    Attributes:
        errors: The last line of the traceback of each cell that has run, "" when it did well.
        seen: What the checks observed, by the id of the check's cell.
        stopped_at: The cell that ended the kernel, or made it necessary to end it.
        no_kernel: Why there was no kernel, if there was none.
    """

    errors: dict[str, str] = field(default_factory=dict[str, str])
    seen: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    stopped_at: str | None = None
    no_kernel: str | None = None


def run_notebook(notebook: Notebook, inputs: Mapping[str, Any]) -> NbvalRun:
    """Run the notebook from the top; a run that gets no kernel is tried once more.

    Args:
        notebook: What to run.
        inputs: What each part's check is to be given, by the part's id.
    """
    run = _once(notebook, inputs)
    return run if run.no_kernel is None else _once(notebook, inputs)


def _once(notebook: Notebook, inputs: Mapping[str, Any]) -> NbvalRun:
    made = [
        tempfile.TemporaryDirectory(prefix="chatlab-", ignore_cleanup_errors=True) for _ in range(3)
    ]
    private, shared, temporary = (Path(folder.name) for folder in made)
    try:
        (private / "inputs.json").write_text(json.dumps(inputs), "utf-8")
        (shared / "pytest.ini").write_text("[pytest]\n", "utf-8")
        write(shared / "submission.ipynb", notebook)
        _nbval(private, shared, temporary)
        return _read(private / LOG)
    finally:
        for folder in made:
            folder.cleanup()


def _nbval(private: Path, shared: Path, temporary: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += [f"--nbval-cell-timeout={CELL_SECONDS}", "-c", "pytest.ini", "submission.ipynb"]
    plugins = (
        "no:cacheprovider",
        "nbval.plugin",
        "chatlab.course.grading.nbval_plugin",
        "chatlab.course.grading.cell_recorder",
    )
    command += [word for plugin in plugins for word in ("-p", plugin)]
    env = os.environ | {
        GRADED_RUN_ENV: str(shared),
        GRADER_FOLDER_ENV: str(private),
        "TMPDIR": str(temporary),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "CHATLAB_QUICK_NBFORMAT": "1",
    }
    env.pop("PYTEST_ADDOPTS", None)
    with subprocess.Popen(  # noqa: S603 - our own command; the notebook is confined by limits
        command,
        cwd=shared,
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
            _end_group(process)
            _end_strays(str(shared))


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _end_strays(shared: str) -> None:
    """End what has left the group: kernels have groups of their own, and learners' code may too."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(GRADED_RUN_ENV) == shared:
                process.kill()


def _read(log: Path) -> NbvalRun:
    run = NbvalRun()
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        fate = json.loads(line)
        cell = fate["cell"]
        if not fate["kernel"]:
            run.no_kernel = fate["says"]
            continue
        run.errors[cell] = fate["says"]
        if fate["stopped"] and run.stopped_at is None:
            run.stopped_at = cell
        with suppress(ValueError, RecursionError, TypeError):
            run.seen[cell] = {**json.loads(fate["seen"])}
    return run
