"""Grades what a class handed in, one transaction a notebook; what was graded before is kept."""

import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from chatlab.course.classroom.collect import Collection, HandedIn, collect
from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.classroom.hand_in_times import HandInTimes
from chatlab.course.classroom.records import Attempt, Deadline, Problem
from chatlab.course.classroom.runs import Graders, collect_evidence_of
from chatlab.course.classroom.verdict import Verdict, judge
from chatlab.course.classroom.versions import judge_version, run_version
from chatlab.errors import InvalidInput

__all__ = ["ClassRun", "grade_class"]

_BAR_AFTER_SECONDS = 1.0


@dataclass(frozen=True)
class ClassRun:
    """What one run of the command did.

    Attributes:
        graded: How many notebooks were run.
        known: How many had been graded before.
        stale: The lessons of which a judge has changed since some of these were judged.
    """

    graded: int
    known: int
    stale: tuple[int, ...]


def grade_class(
    root: Path,
    place: Path,
    gradebook: Gradebook,
    open_graders: Callable[[], Graders],
    console: Console,
    *,
    jobs: int = 1,
    times: HandInTimes | None = None,
    deadline: Deadline | None = None,
    retry: bool = False,
) -> ClassRun:
    """Run and judge every notebook at `place` that the gradebook does not know yet.

    Args:
        root: The course.
        place: A folder with a folder or a file for each learner, or the archive of one.
        gradebook: Where it is kept; nobody else may write to it meanwhile.
        open_graders: Starts what runs notebooks.
        console: Shows a bar when it takes longer than a second.
        jobs: How many notebooks are run at once.
        times: When they were handed in, where somebody wrote that down.
        deadline: When the lessons that are found are due.
        retry: Whether to run those again of which a part could not be judged.

    Raises:
        InvalidInput: There is nothing to grade.
    """
    with _folder_for(gradebook) as folder:
        collection = collect(root, place, folder)
        if not collection.notebooks and not collection.problems:
            raise InvalidInput(str(place), "holds nothing to grade", "Each learner has a folder.")
        waiting, known = _sort_out(root, collection, gradebook, retry=retry)
        gradebook.set_times(_times_of(known, times))
        problems: list[Problem] = []
        with _bar(console, len(waiting)) as advance:
            for item, outcome in collect_evidence_of(root, waiting, jobs, open_graders):
                if reason := _record(root, gradebook, item, outcome, times):
                    problems.append(Problem(item.file, item.learner, reason))
                advance()
        if deadline is not None:
            gradebook.set_deadlines({item.lesson for item in collection.notebooks}, deadline)
        gradebook.set_problems([*collection.problems, *problems])
    return ClassRun(len(waiting) - len(problems), len(known), _stale_lessons(gradebook))


def _stale_lessons(gradebook: Gradebook) -> tuple[int, ...]:
    found = gradebook.attempts()
    stale = {one.lesson for one in found if one.judge_version != judge_version(one.lesson)}
    return tuple(sorted(stale))


def _sort_out(
    root: Path, collection: Collection, gradebook: Gradebook, *, retry: bool
) -> tuple[list[HandedIn], list[HandedIn]]:
    """The notebooks that have to be run, and those that were, by the same checks."""
    done = {
        (one.learner, one.lesson, one.sha256)
        for one in gradebook.attempts()
        if one.run_version == run_version(root, one.lesson)
        and not (retry and _was_not_judged(one.verdict))
    }
    waiting: list[HandedIn] = []
    known: list[HandedIn] = []
    for item in collection.notebooks:
        key = (item.learner, item.lesson, item.sha256)
        (known if key in done else waiting).append(item)
    return waiting, known


def _was_not_judged(verdict: Verdict) -> bool:
    return any(part.status not in {"passed", "failed", "not_started"} for part in verdict.parts)


def _record(
    root: Path,
    gradebook: Gradebook,
    item: HandedIn,
    outcome: dict[str, Any] | str,
    times: HandInTimes | None,
) -> str:
    """Judge what the run left, and keep it; or say why that cannot be done."""
    if isinstance(outcome, str):
        return outcome
    try:
        verdict = judge(outcome)
    except Exception as error:  # noqa: BLE001 - no learner's evidence ends the class's run
        return f"left nothing that can be judged ({type(error).__name__})."
    attempt = Attempt(
        item.learner,
        item.lesson,
        item.sha256,
        item.file,
        item.sender.system,
        item.sender.id,
        (times.of(item) if times else None) or item.time,
        item.sender.late,
        item.answers,
        run_version(root, item.lesson),
        judge_version(item.lesson),
        verdict,
        datetime.now(UTC),
    )
    gradebook.record(attempt, outcome)
    return ""


def _times_of(
    known: list[HandedIn], times: HandInTimes | None
) -> dict[tuple[str, int, str], datetime]:
    """What the list of times says about notebooks that were graded before."""
    found = [(item, times.of(item)) for item in known] if times else []
    return {(item.learner, item.lesson, item.sha256): time for item, time in found if time}


@contextmanager
def _folder_for(gradebook: Gradebook) -> Generator[Path]:
    """An empty folder for notebooks; one that a killed run left is emptied."""
    folder = gradebook.path.with_name(".handed-in")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _bar(console: Console, total: int) -> Generator[Callable[[], None]]:
    """A progress bar, as soon as it has taken longer than a second; gives what moves it on."""
    columns = (TextColumn("Grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
    task = progress.add_task("", total=total)
    timer = Timer(_BAR_AFTER_SECONDS, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield lambda: progress.advance(task)
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
