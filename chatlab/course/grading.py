"""A graded run: the learner's answers in a pristine copy, from the top, judged out of reach.

nbval runs the copy. Each check in it gets its inputs from a folder and leaves there what it
observed; this process, which alone knows what to expect, judges that. What pytest counts decides
nothing.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.catalogue import Lesson, Part
from chatlab.course.check import GRADED_RUN
from chatlab.course.findings import Finding, Result, no
from chatlab.course.judging import result_of
from chatlab.course.notebook import Notebook, cells_by_id, read, source_of, write
from chatlab.course.observing import plain
from chatlab.course.release import exercise_from

__all__ = ["Graded", "grade"]

CELL_SECONDS = 20
"""How long one cell may run."""

_QUICKLY = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CHATLAB_QUICK_NBFORMAT": "1"}

RUN_SECONDS = 240
"""How long one run of a whole notebook may take."""


@dataclass(frozen=True)
class Graded:
    """How a learner stands in one lesson."""

    lesson: Lesson
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What was earned; optional parts left out."""
        return self._earned(optional=False)

    @property
    def extra(self) -> float:
        """What was earned by going further."""
        return self._earned(optional=True)

    def _earned(self, *, optional: bool) -> float:
        parts = {part.id for part in self.lesson.parts if part.optional is optional}
        return sum(result.points for result in self.results if result.part in parts)

    @property
    def passed(self) -> bool:
        """Whether every part is done; optional ones, and what the machine lacks, left out."""
        needed = {part.id for part in self.lesson.parts if not part.optional}
        done = {"passed", "skipped"}
        return all(result.status in done for result in self.results if result.part in needed)


@dataclass
class _Run:
    """What became of the cells in one run, and what the checks saw."""

    fates: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    seen: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    stopped_at: str | None = None


def grade(root: Path, lesson: Lesson, submission: Path) -> Graded:
    """Run and judge a notebook of this lesson.

    A cell that ends its kernel or never ends costs its own part only: the rest is run without it.

    Raises:
        InvalidInput: The file is not a notebook, or two of its cells have the same id.
    """
    pristine = exercise_from(read(root / "solutions" / f"{lesson.slug}.ipynb"), lesson)
    theirs = cells_by_id(read(submission), submission.name)
    answers = {id: source_of(cell) for id, cell in theirs.items() if id.endswith("-answer")}
    random = Random()
    inputs = {part.id: plain(part.inputs(random)) for part in lesson.parts}
    stopped: dict[str, str] = {}
    run = _run(pristine, answers, inputs)
    while run.stopped_at is not None and run.stopped_at not in stopped:
        stopped[run.stopped_at] = run.fates[run.stopped_at]["says"]
        left_out = {
            part.answer_cell
            for part in lesson.parts
            if {part.answer_cell, part.check_cell} & set(stopped)
        }
        kept = {id: answer for id, answer in answers.items() if id not in left_out}
        earlier, run = run, _run(pristine, kept, inputs)
        run.fates = earlier.fates | run.fates
        run.seen |= earlier.seen
    results = [_result(part, inputs[part.id], run, stopped, answers) for part in lesson.parts]
    return Graded(lesson, tuple(results))


def _run(pristine: Notebook, answers: Mapping[str, str], inputs: Mapping[str, Any]) -> _Run:
    """Run the pristine copy with these answers under nbval, in a process group of its own."""
    cells = [
        cell | {"source": answers.get(cell.get("id", ""), source_of(cell))}
        for cell in pristine["cells"]
    ]
    with tempfile.TemporaryDirectory(prefix="chatlab-") as name:
        folder = Path(name)
        for part_id, given in inputs.items():
            (folder / f"{part_id}.inputs.json").write_text(json.dumps(given), "utf-8")
        write(folder / "submission.ipynb", pristine | {"cells": cells})
        (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
        _nbval(folder)
        return _read_run(folder, inputs)


def _nbval(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval-lax", "--nbval-current-env"]
    command += [f"--nbval-cell-timeout={CELL_SECONDS}", "-p", "no:cacheprovider"]
    command += [
        "-p",
        "chatlab.course.plugin",
        "-p",
        "nbval.plugin",
        "-c",
        "pytest.ini",
        "submission.ipynb",
    ]
    with subprocess.Popen(  # noqa: S603 - our own command; the notebook is confined by limits
        command,
        cwd=folder,
        env=os.environ
        | {
            GRADED_RUN: str(folder),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "CHATLAB_QUICK_NBFORMAT": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            process.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end_group(process)


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """End whatever the run has left behind, kernels included."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()


def _read_run(folder: Path, inputs: Mapping[str, Any]) -> _Run:
    run = _Run()
    log = folder / "cells.jsonl"
    for line in log.read_text("utf-8").splitlines() if log.exists() else ():
        fate = json.loads(line)
        run.fates[fate["cell"]] = fate
        if fate["stopped"] and run.stopped_at is None:
            run.stopped_at = fate["cell"]
    for part_id in inputs:
        seen = folder / f"{part_id}.seen.json"
        if seen.exists():
            run.seen[part_id] = json.loads(seen.read_text("utf-8"))
    return run


def _result(
    part: Part,
    inputs: Any,
    run: _Run,
    stopped: Mapping[str, str],
    answers: Mapping[str, str],
) -> Result:
    answer, check = part.answer_cell, part.check_cell
    for cell in (answer, check):
        if cell in stopped:
            wrong = no(stopped[cell], "The other parts were checked without it.")
            return Result(part.id, "error", 0, part.points, (wrong,))
    fate = run.fates.get(answer, {})
    if fate.get("error"):
        return Result(part.id, "failed", 0, part.points, (_broken(fate["says"]),))
    if answer not in answers:
        return Result(part.id, "error", 0, part.points, (_absent(answer),))
    if part.id in run.seen:
        return result_of(part, inputs, run.seen[part.id])
    says = run.fates.get(check, {}).get("says") or "The check did not run."
    return Result(part.id, "error", 0, part.points, (no(says, "Run `chatlab doctor`."),))


def _absent(cell_id: str) -> Finding:
    return no(
        f"The notebook has no cell {cell_id}.",
        "Get a fresh exercise with `chatlab reset`; it keeps a copy of yours.",
    )


def _broken(says: str) -> Finding:
    if says.startswith("NameError"):
        return no(
            f"{says}.",
            "Run from the top, nothing has that name. Restart the kernel and run all cells to see.",
        )
    return no(f"Its cell does not run: {says}", "Mend that line first.")
