"""Grades a notebook: runs the learner's answers in a pristine copy, and judges what they did.

The copy runs in processes of its own. Each check in it reads its inputs from a file and writes its
observation to one; this process judges the observations, out of the reach of learners' code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.authoring.release import load_pristine_exercise
from chatlab.course.catalogue import Lesson, Part
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.checking.judge import judge_observation
from chatlab.course.findings import Finding, Result, failed
from chatlab.course.grading.nbval_run import RUN_SECONDS, NbvalRun, run_notebook
from chatlab.course.grading.submission import Submission, parse_submission
from chatlab.course.notebook import Notebook, read, source_of

__all__ = ["LessonGrade", "grade"]


@dataclass(frozen=True)
class LessonGrade:
    """The results of one lesson; `notes` say what else was noticed in the notebook."""

    lesson: Lesson
    results: tuple[Result, ...]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The sum of the points, without optional parts."""
        return self._sum_points(optional=False)

    @property
    def extra_points(self) -> float:
        """The sum of the points of optional parts."""
        return self._sum_points(optional=True)

    def _sum_points(self, *, optional: bool) -> float:
        parts = {part.id for part in self.lesson.parts if part.optional is optional}
        return sum(result.points for result in self.results if result.part in parts)

    @property
    def passed(self) -> bool:
        """Whether every part that is not optional passed, or was skipped on this machine."""
        required = {part.id for part in self.lesson.parts if not part.optional}
        done_statuses = {"passed", "skipped"}
        return all(
            result.status in done_statuses for result in self.results if result.part in required
        )


def grade(root: Path, lesson: Lesson, path: Path) -> LessonGrade:
    """Run the answers in the notebook at `path`, and judge each part of the lesson.

    A cell that ends its kernel, never ends or breaks the checks costs its own part only: the rest
    is run without it.

    Raises:
        InvalidInput: The file is not a notebook.
    """
    pristine = load_pristine_exercise(root, lesson)
    submission = parse_submission(read(path), pristine, lesson)
    random = Random()
    inputs = {part.id: to_plain_json(part.inputs(random)) for part in lesson.parts}
    runs = _GradingRuns(pristine, inputs, submission.sources)
    runs.run_until_stable(lesson.parts)
    runs.run_alone(lesson.parts)
    results = tuple(_part_result(part, inputs[part.id], runs, submission) for part in lesson.parts)
    lesson_grade = LessonGrade(lesson, results)
    return lesson_grade if lesson_grade.passed else replace(lesson_grade, notes=submission.notes)


class _GradingRuns:
    """Runs the notebook as often as needed.

    Attributes:
        merged_run: The outcomes of all runs together.
        stopped_cells: The cells that stopped a kernel, each with its error line.
    """

    def __init__(
        self, pristine: Notebook, inputs: Mapping[str, Any], sources: Mapping[str, str]
    ) -> None:
        self._pristine = pristine
        self._inputs = inputs
        self._sources = sources
        self.merged_run = NbvalRun()
        self.stopped_cells: dict[str, str] = {}

    def run_until_stable(self, parts: Iterable[Part]) -> None:
        """Run all answers; when a cell stops the kernel, run again without its part's answer."""
        run = self._run(self._sources)
        while run.stopped_at is not None:
            left_out = {
                part.answer_cell
                for part in parts
                if {part.answer_cell, part.check_cell} & set(self.stopped_cells)
            }
            remaining = {id: text for id, text in self._sources.items() if id not in left_out}
            run = self._run(remaining)

    def run_alone(self, parts: Iterable[Part]) -> None:
        """Run each answer alone whose check left no observation: another may have prevented it."""
        if self.merged_run.kernel_error is not None:
            return
        for part in parts:
            cells = {part.answer_cell, part.check_cell}
            observed = part.check_cell in self.merged_run.observations
            raised = self.merged_run.error_lines.get(part.answer_cell)
            if observed or raised or cells & set(self.stopped_cells):
                continue
            own_sources = {id: text for id, text in self._sources.items() if id == part.answer_cell}
            if len(own_sources) < len(self._sources):
                self._run(own_sources, only=cells)

    def _run(self, sources: Mapping[str, str], only: Iterable[str] | None = None) -> NbvalRun:
        """Run the notebook with these answers; merge the outcomes of all cells, or `only` these."""
        cells = [
            cell | {"source": sources.get(cell.get("id", ""), source_of(cell))}
            for cell in self._pristine["cells"]
        ]
        run = run_notebook(self._pristine | {"cells": cells}, self._inputs)
        cell_ids = set(run.error_lines if only is None else only)
        for id in cell_ids & run.error_lines.keys():
            self.merged_run.error_lines[id] = run.error_lines[id]
        for id in cell_ids & run.observations.keys():
            self.merged_run.observations[id] = run.observations[id]
        self.merged_run.kernel_error = self.merged_run.kernel_error or run.kernel_error
        if run.stopped_at in self.stopped_cells:
            return replace(run, stopped_at=None)
        if run.stopped_at is not None:
            self.stopped_cells[run.stopped_at] = run.error_lines[run.stopped_at]
        return run


def _part_result(part: Part, inputs: Any, runs: _GradingRuns, answers: Submission) -> Result:
    """The part's result: an error if its cells could not be run, else what its judge says."""
    answer, check = part.answer_cell, part.check_cell
    run = runs.merged_run
    if answer in answers.rejected:
        return _error_result(part, answers.rejected[answer])
    for cell in (answer, check):
        if cell in runs.stopped_cells:
            return _error_result(
                part, failed(runs.stopped_cells[cell], "The other parts were checked without it.")
            )
    if error_line := run.error_lines.get(answer):
        return Result(part.id, "failed", 0, part.points, (_answer_error_finding(error_line),))
    if check in run.observations:
        return _judge_recorded(part, inputs, run.observations[check])
    return _error_result(part, _missing_observation_finding(run, check))


def _judge_recorded(part: Part, inputs: Any, observation: dict[str, Any]) -> Result:
    try:
        return judge_observation(part, inputs, observation)
    except Exception as error:  # noqa: BLE001 - no check of ours writes what its judge cannot read
        message = f"What the check wrote down makes no sense ({type(error).__name__}: {error})."
        return _error_result(
            part, failed(message, "Leave the check and its files alone, then try again.")
        )


def _error_result(part: Part, finding: Finding) -> Result:
    return Result(part.id, "error", 0, part.points, (finding,))


def _missing_observation_finding(run: NbvalRun, check: str) -> Finding:
    if run.kernel_error is not None:
        return failed(
            f"The kernel did not start: {run.kernel_error}",
            "Close what else is running and try again; `chatlab doctor` looks at this machine.",
        )
    if check in run.error_lines:
        error_line = run.error_lines[check] or "it raised nothing"
        return failed(
            f"The check wrote nothing down: {error_line}",
            "Look for what your cell changes in Python or in the kit.",
        )
    return failed(
        f"The check's turn did not come within {RUN_SECONDS} seconds.",
        "Look for a cell that takes long.",
    )


def _answer_error_finding(error_line: str) -> Finding:
    if error_line.startswith("NameError"):
        return failed(
            f"{error_line}.",
            "Run from the top, nothing has that name. Restart the kernel and run all cells to see.",
        )
    return failed(
        f"Its cell does not run: {error_line}", "Run the cell in the notebook: it shows the line."
    )
