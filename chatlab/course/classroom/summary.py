"""What a tired person reads in the terminal after a class was graded."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chatlab.course.catalogue import lesson_for
from chatlab.course.classroom.grade_class import ClassRun
from chatlab.course.classroom.regrade import Regrading
from chatlab.course.classroom.standing import ClassResults
from chatlab.course.classroom.statistics import misconceptions

__all__ = ["print_changes", "print_summary"]

_MOST_PROBLEMS = 20
_MOST_THOUGHTS = 3
_MOST_CHANGES = 40


def print_summary(console: Console, run: ClassRun, results: ClassResults, folder: Path) -> None:
    """Print what was done, what was not and why, and where to look."""
    table = Table("lesson", "learners", "passed", "points, on average")
    for number in results.lessons:
        found = [one for one in results.standings if one.attempt.lesson == number]
        passed = sum(one.attempt.verdict.passed for one in found)
        mean = sum(one.points for one in found) / len(found)
        lesson = lesson_for(number)
        title = escape(f"{number:02} {lesson.title}")
        table.add_row(title, str(len(found)), str(passed), f"{mean:.1f} of {lesson.points:g}")
    if results.lessons:
        console.print(table)
    for one in misconceptions(results)[:_MOST_THOUGHTS]:
        console.print(f"{one.part} cost {one.lost:g} points here: {escape(one.feedback)}")
    if results.problems:
        console.print("\n[bold]Could not be graded:[/]")
    for problem in results.problems[:_MOST_PROBLEMS]:
        console.print(
            f"  {escape(problem.learner)}: {escape(problem.file)} {escape(problem.reason)}",
            highlight=False,
        )
    if len(results.problems) > _MOST_PROBLEMS:
        console.print(f"  and {len(results.problems) - _MOST_PROBLEMS} more, in grades.csv.")
    for number in run.stale:
        console.print(
            f"\nA judge of {number:02} has changed since some notebooks were judged."
            f" Run: chatlab regrade {number:02} --out {escape(str(folder))}"
        )
    console.print(
        f"\n{_count(len(results.learners), 'learner')}: "
        f"{_count(run.graded, 'notebook')} graded now, {run.known} known from before, "
        f"{_count(len(results.problems), 'file')} not graded."
    )
    if late := sum(one.days_late > 0 for one in results.standings):
        console.print(f"{late} of {_count(len(results.standings), 'lesson')} came late.")
    console.print(f"Open {escape(str(folder / 'class.html'))}.")


def print_changes(console: Console, regrading: Regrading) -> None:
    """Print what is judged differently now."""
    for change in regrading.changes[:_MOST_CHANGES]:
        before, after = change.before, change.after
        console.print(
            f"{escape(change.learner)}, {after.part}: {before.status} {before.points:g} → "
            f"{after.status} {after.points:g} of {after.out_of:g}",
            highlight=False,
        )
    if len(regrading.changes) > _MOST_CHANGES:
        console.print(f"and {len(regrading.changes) - _MOST_CHANGES} more.")
    judged, changes = regrading.judged, len(regrading.changes)
    console.print(f"{_count(judged, 'notebook')} judged again, {_count(changes, 'change')}.")


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
