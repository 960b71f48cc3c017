"""Runs the answers of a learner's notebook in a pristine copy, and collects the evidence.

The copy runs in a kernel. Each check in it asks for its inputs over a connection and hands over
what it observed; the verdict falls elsewhere, out of the reach of learners' code.
"""

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from chatlab.course.authoring.release import load_pristine_exercise
from chatlab.course.catalogue import Lesson, Part
from chatlab.course.checking.as_data import to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.course.grading.evidence import Evidence, PartEvidence
from chatlab.course.grading.nbval_run import NbvalRun, RunSettings, run_notebook
from chatlab.course.grading.submission import Submission, parse_submission
from chatlab.course.notebook import Notebook, read, source_of

__all__ = ["NOTEBOOK_SECONDS", "collect_evidence"]

NOTEBOOK_SECONDS = 300
"""How long all runs of one notebook may take."""

_BUSY = 1.5
"""With a load above it, an answer that did not finish in time is tried again."""

_LOAD_SAMPLES = 20

_PATIENCE = 3
"""How many times longer it may take then."""


def collect_evidence(
    root: Path, lesson: Lesson, path: Path, address: str | None, cell_seconds: int
) -> Evidence:
    """Run the answers in the notebook at `path`; `judge_evidence` says what they are worth.

    A cell that ends its kernel, never ends or breaks the checks costs its own part only: the rest
    is run without it.

    Args:
        root: The folder of the course.
        lesson: The notebook's.
        path: Where the notebook is.
        address: The address of a kernel server; None to start each kernel from scratch.
        cell_seconds: How long one cell may run.

    Raises:
        InvalidInput: The file is not a notebook, or another lesson's.
    """
    pristine = load_pristine_exercise(root, lesson)
    submission = parse_submission(read(path), pristine, lesson)
    random = Random()
    inputs = {part.id: to_plain_json(part.inputs(random)) for part in lesson.parts}
    settings = RunSettings(lesson.number, inputs, address, cell_seconds)
    runs = _GradingRuns(settings, pristine, submission.sources)
    runs.run_until_stable(lesson.parts)
    runs.run_alone(lesson.parts)
    parts = tuple(_part_evidence(part, inputs[part.id], runs, submission) for part in lesson.parts)
    return Evidence(lesson.number, parts, submission.notes)


class _GradingRuns:
    """Runs the notebook as often as needed.

    Attributes:
        merged_run: The outcomes of all runs together.
        stopped_cells: The cells that stopped a kernel, each with its error line.
        slow_parts: The parts that did not finish in time on a machine that was busy then.
    """

    def __init__(
        self, settings: RunSettings, pristine: Notebook, sources: Mapping[str, str]
    ) -> None:
        self._settings = settings
        self._pristine = pristine
        self._sources = sources
        self._deadline = time.monotonic() + NOTEBOOK_SECONDS
        self.merged_run = NbvalRun()
        self.stopped_cells: dict[str, str] = {}
        self.slow_parts: set[str] = set()

    def run_until_stable(self, parts: Iterable[Part]) -> None:
        """Run all answers; when a cell stops the kernel, run again without its part's answer."""
        run = self._run(self._sources)
        while (stopped_at := run.stopped_at) is not None and stopped_at not in self.stopped_cells:
            self.stopped_cells[stopped_at] = run.error_lines[stopped_at]
            left_out = {
                part.answer_cell
                for part in parts
                if {part.answer_cell, part.check_cell} & set(self.stopped_cells)
            }
            remaining = {id: text for id, text in self._sources.items() if id not in left_out}
            run = self._run(remaining)

    def run_alone(self, parts: Iterable[Part]) -> None:
        """Run those answers alone that another may have disturbed, or the machine.

        These are the ones whose check left nothing, or whose kernel died; and on a busy machine
        those that did not finish in time.
        """
        if self.merged_run.kernel_error is not None:
            return
        for part in parts:
            slow = self._timed_out(part) and _load() > _BUSY
            if not slow and not self._disturbed(part):
                continue
            own = {id: text for id, text in self._sources.items() if id == part.answer_cell}
            cells = {part.answer_cell, part.check_cell}
            run = self._run(own, cells, _PATIENCE if slow else 1)
            if run.stopped_at is None:
                for cell in cells:
                    self.stopped_cells.pop(cell, None)
            if slow and self._timed_out(part) and _load() > _PATIENCE:
                self.slow_parts.add(part.id)

    def _disturbed(self, part: Part) -> bool:
        cells = {part.answer_cell, part.check_cell}
        if cells & set(self.stopped_cells):
            return "ended its kernel" in "".join(self.stopped_cells.get(id, "") for id in cells)
        raised = self.merged_run.error_lines.get(part.answer_cell)
        return not raised and part.check_cell not in self.merged_run.observations

    def _timed_out(self, part: Part) -> bool:
        observation = self.merged_run.observations.get(part.check_cell, {})
        lines = [self.stopped_cells.get(id, "") for id in (part.answer_cell, part.check_cell)]
        return observation.get("state") == "timed_out" or "Timeout" in "".join(lines)

    def _run(
        self,
        sources: Mapping[str, str],
        only: Iterable[str] | None = None,
        patience: int = 1,
    ) -> NbvalRun:
        """Run the notebook with these answers; merge the outcomes of all cells, or `only` these."""
        cells = [
            cell | {"source": sources.get(cell.get("id", ""), source_of(cell))}
            for cell in self._pristine["cells"]
        ]
        run = run_notebook(
            self._pristine | {"cells": cells},
            self._settings,
            patience=patience,
            run_seconds=max(1.0, self._deadline - time.monotonic()),
        )
        merged, cell_ids = self.merged_run, set(run.error_lines if only is None else only)
        for id in cell_ids & run.error_lines.keys():
            merged.error_lines[id] = run.error_lines[id]
            merged.observations.pop(id, None)
            merged.problems.pop(id, None)
        for id in cell_ids:
            if id in run.observations:
                merged.observations[id] = run.observations[id]
            if id in run.problems:
                merged.problems[id] = run.problems[id]
        merged.kernel_error = merged.kernel_error or run.kernel_error
        return run


def _load() -> float:
    """How many threads want to run on this machine now, for each processor that it has.

    The kernel of the run before is dead by then, so that nobody gains time by being in the way.
    """
    try:
        counts = [_running_threads() for _ in range(_LOAD_SAMPLES)]
    except OSError:  # not Linux
        counts = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else [0]
    return sum(counts) / len(counts) / (os.cpu_count() or 1)


def _running_threads() -> int:
    time.sleep(0.01)
    running, _, _ = Path("/proc/loadavg").read_text().split()[3].partition("/")
    return int(running) - 1


def _part_evidence(
    part: Part, inputs: Any, runs: _GradingRuns, answers: Submission
) -> PartEvidence:
    if lacking := part.missing_requirement():  # whatever the notebook says of it
        return PartEvidence(part.id, inputs, {"state": "skipped", "why": lacking})
    answer, check, run = part.answer_cell, part.check_cell, runs.merged_run
    answer_error, observation = run.error_lines.get(answer, ""), run.observations.get(check)
    problem = answers.rejected.get(answer) or _run_problem(part, runs)
    if problem is None and not answer_error and observation is None:
        problem = _missing_observation_finding(run, check)
    told = None if problem is None else (problem.message, problem.next_step)
    return PartEvidence(part.id, inputs, observation, answer_error, told)


def _run_problem(part: Part, runs: _GradingRuns) -> Finding | None:
    """Why what the part left cannot be judged, if it cannot."""
    observation = runs.merged_run.observations.get(part.check_cell, {})
    if part.id in runs.slow_parts:
        return failed("Not judged: the machine was too slow.", "Try again when it is less busy.")
    for cell in (part.answer_cell, part.check_cell):
        if cell in runs.stopped_cells:
            return failed(runs.stopped_cells[cell], "The other parts were checked without it.")
    if observation.get("state") == "tampered":
        return failed(
            f"It replaces a piece of chatlab: {str(observation.get('name'))[:100]}.",
            "Leave chatlab and Python's own modules as they are, then try again.",
        )
    if observation.get("state") == "skipped":
        return failed(
            f"Not judged: something is missing where it ran. {str(observation.get('why'))[:200]}",
            "Install it there, and grade again.",
        )
    if problem := runs.merged_run.problems.get(part.check_cell):
        return failed(problem, "Leave the check alone, and stop what your cell started.")
    return None


def _missing_observation_finding(run: NbvalRun, check: str) -> Finding:
    if run.kernel_error is not None:
        return failed(
            f"Not judged: no kernel started. {run.kernel_error}",
            "Close what else is running and try again; `chatlab doctor` looks at this machine.",
        )
    if check in run.error_lines:
        error_line = run.error_lines[check] or "it raised nothing"
        return failed(
            f"The check wrote nothing down: {error_line}",
            "Look for what your cell changes in Python or in chatlab.",
        )
    return failed(
        f"The check's turn did not come within {NOTEBOOK_SECONDS} seconds.",
        "Look for a cell that takes long.",
    )
