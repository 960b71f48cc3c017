"""A grade: the learner's answers in a pristine copy, run from the top, judged out of reach.

Each check in the copy gets its inputs from outside and leaves there what it observed; this process,
which alone knows what to expect, judges that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.authoring.release import pristine_exercise
from chatlab.course.catalogue import Lesson, Part
from chatlab.course.checking.judge import result_of
from chatlab.course.checking.observe import to_plain_json
from chatlab.course.findings import Finding, Result, failed
from chatlab.course.grading.nbval_run import RUN_SECONDS, NbvalRun, run_notebook
from chatlab.course.grading.submission import Submission, parse_submission
from chatlab.course.notebook import Notebook, read, source_of

__all__ = ["Graded", "grade"]


@dataclass(frozen=True)
class Graded:
    """How a learner stands in one lesson; `notes` say what else was noticed in the notebook."""

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


def grade(root: Path, lesson: Lesson, submission: Path) -> Graded:
    """Run and judge a notebook of this lesson.

    A cell that ends its kernel, never ends or breaks the checks costs its own part only: the rest
    is run without it.

    Raises:
        InvalidInput: The file is not a notebook.
    """
    pristine = pristine_exercise(root, lesson)
    answers = parse_submission(read(submission), pristine, lesson)
    random = Random()
    inputs = {part.id: to_plain_json(part.inputs(random)) for part in lesson.parts}
    runs = _Runs(pristine, inputs, answers.sources)
    runs.run_until_stable(lesson.parts)
    runs.run_alone(lesson.parts)
    results = tuple(_result(part, inputs[part.id], runs, answers) for part in lesson.parts)
    graded = Graded(lesson, results)
    return graded if graded.passed else replace(graded, notes=answers.notes)


class _Runs:
    """As many runs as it takes, and what they showed together."""

    def __init__(
        self, pristine: Notebook, inputs: Mapping[str, Any], sources: Mapping[str, str]
    ) -> None:
        self._pristine = pristine
        self._inputs = inputs
        self._sources = sources
        self.merged = NbvalRun()
        self.stopped: dict[str, str] = {}

    def run_until_stable(self, parts: Iterable[Part]) -> None:
        """Run all answers; when one of them stops the run, run again without its part."""
        run = self._run(self._sources)
        while run.stopped_at is not None:
            left_out = {
                part.answer_cell
                for part in parts
                if {part.answer_cell, part.check_cell} & set(self.stopped)
            }
            kept = {id: text for id, text in self._sources.items() if id not in left_out}
            run = self._run(kept)

    def run_alone(self, parts: Iterable[Part]) -> None:
        """Run those answers alone whose checks did not get through: another one was in the way."""
        if self.merged.no_kernel is not None:
            return
        for part in parts:
            cells = {part.answer_cell, part.check_cell}
            through = part.check_cell in self.merged.seen or self.merged.errors.get(
                part.answer_cell
            )
            mine = {id: text for id, text in self._sources.items() if id == part.answer_cell}
            if not through and not cells & set(self.stopped) and len(mine) < len(self._sources):
                self._run(mine, only=cells)

    def _run(self, sources: Mapping[str, str], only: Iterable[str] | None = None) -> NbvalRun:
        cells = [
            cell | {"source": sources.get(cell.get("id", ""), source_of(cell))}
            for cell in self._pristine["cells"]
        ]
        run = run_notebook(self._pristine | {"cells": cells}, self._inputs)
        wanted = set(run.errors if only is None else only)
        self.merged.errors |= {id: says for id, says in run.errors.items() if id in wanted}
        self.merged.seen |= {id: seen for id, seen in run.seen.items() if id in wanted}
        self.merged.no_kernel = self.merged.no_kernel or run.no_kernel
        if run.stopped_at in self.stopped:
            return replace(run, stopped_at=None)
        if run.stopped_at is not None:
            self.stopped[run.stopped_at] = run.errors[run.stopped_at]
        return run


def _result(part: Part, inputs: Any, runs: _Runs, answers: Submission) -> Result:
    answer, check = part.answer_cell, part.check_cell
    shown = runs.merged
    if answer in answers.rejected:
        return _error(part, answers.rejected[answer])
    for cell in (answer, check):
        if cell in runs.stopped:
            return _error(
                part, failed(runs.stopped[cell], "The other parts were checked without it.")
            )
    if says := shown.errors.get(answer):
        return Result(part.id, "failed", 0, part.points, (_broken(says),))
    if check in shown.seen:
        return _judged(part, inputs, shown.seen[check])
    return _error(part, _unseen(shown, check))


def _judged(part: Part, inputs: Any, seen: dict[str, Any]) -> Result:
    try:
        return result_of(part, inputs, seen)
    except Exception as error:  # noqa: BLE001 - no check of ours writes what its judge cannot read
        said = f"What the check wrote down makes no sense ({type(error).__name__}: {error})."
        return _error(part, failed(said, "Leave the check and its files alone, then try again."))


def _error(part: Part, finding: Finding) -> Result:
    return Result(part.id, "error", 0, part.points, (finding,))


def _unseen(shown: NbvalRun, check: str) -> Finding:
    if shown.no_kernel is not None:
        return failed(
            f"The kernel did not start: {shown.no_kernel}",
            "Close what else is running and try again; `chatlab doctor` looks at this machine.",
        )
    if check in shown.errors:
        says = shown.errors[check] or "it raised nothing"
        return failed(
            f"The check wrote nothing down: {says}",
            "Look for what your cell changes in Python or in the kit.",
        )
    return failed(
        f"The check's turn did not come within {RUN_SECONDS} seconds.",
        "Look for a cell that takes long.",
    )


def _broken(says: str) -> Finding:
    if says.startswith("NameError"):
        return failed(
            f"{says}.",
            "Run from the top, nothing has that name. Restart the kernel and run all cells to see.",
        )
    return failed(
        f"Its cell does not run: {says}", "Run the cell in the notebook: it shows the line."
    )
