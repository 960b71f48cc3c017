"""Grades a notebook: runs the learner's answers in a pristine copy, and judges what they did.

The copy runs in processes of its own. Each check in it reads its inputs from a file and writes its
observation to one; this process judges the observations, out of the reach of learners' code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.authoring.release import load_pristine_exercise
from chatlab.course.catalogue import Lesson, Part
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.course.grading.evidence import Evidence, LessonGrade, PartEvidence, judge_evidence
from chatlab.course.grading.nbval_run import RUN_SECONDS, NbvalRun, run_notebook
from chatlab.course.grading.submission import Submission, parse_submission
from chatlab.course.notebook import Notebook, read, source_of

__all__ = ["collect_evidence", "grade"]


def grade(root: Path, lesson: Lesson, path: Path) -> LessonGrade:
    """Run the answers in the notebook at `path`, and judge each part of the lesson.

    Raises:
        InvalidInput: The file is not a notebook, or another lesson's.
    """
    return judge_evidence(collect_evidence(root, lesson, path))


def collect_evidence(root: Path, lesson: Lesson, path: Path) -> Evidence:
    """Run the answers in the notebook at `path`; `judge_evidence` says what they are worth.

    A cell that ends its kernel, never ends or breaks the checks costs its own part only: the rest
    is run without it.

    Raises:
        InvalidInput: The file is not a notebook, or another lesson's.
    """
    pristine = load_pristine_exercise(root, lesson)
    submission = parse_submission(read(path), pristine, lesson)
    random = Random()
    inputs = {part.id: to_plain_json(part.inputs(random)) for part in lesson.parts}
    runs = _GradingRuns(pristine, inputs, submission.sources)
    runs.run_until_stable(lesson.parts)
    runs.run_alone(lesson.parts)
    parts = tuple(_part_evidence(part, inputs[part.id], runs, submission) for part in lesson.parts)
    return Evidence(lesson.number, parts, submission.notes)


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


def _part_evidence(
    part: Part, inputs: Any, runs: _GradingRuns, answers: Submission
) -> PartEvidence:
    answer, check, run = part.answer_cell, part.check_cell, runs.merged_run
    problem = answers.rejected.get(answer)
    for cell in (answer, check):
        if problem is None and cell in runs.stopped_cells:
            problem = failed(runs.stopped_cells[cell], "The other parts were checked without it.")
    answer_error, observation = run.error_lines.get(answer, ""), run.observations.get(check)
    if problem is None and not answer_error and observation is None:
        problem = _missing_observation_finding(run, check)
    told = None if problem is None else (problem.message, problem.next_step)
    return PartEvidence(part.id, inputs, observation, answer_error, told)


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
