"""What a learner sees in the terminal: how the parts stand, and how far the course is."""

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from chatlab.course.catalogue import Lesson
from chatlab.course.checking.panel import STATUS_STYLES
from chatlab.course.findings import Result
from chatlab.course.grading.grade import Graded
from chatlab.course.progress import Progress

__all__ = ["print_graded", "print_progress", "to_json"]

_STYLES = {"passed": "green", "failed": "red", "not_started": "yellow", "error": "red"}


def print_graded(console: Console, graded: Graded) -> None:
    """One lesson: a line a part, with what to try next under those that are not done."""
    rows: list[RenderableType] = []
    parts = {part.id: part for part in graded.lesson.parts}
    for result in graded.results:
        part = parts[result.part]
        rows.append(_headline(f"{part.id}  {part.title}", result, optional=part.optional))
        if result.status not in {"passed", "not_started"}:
            rows.extend(Text(f"     {line}") for line in result.feedback)
    rows.extend(Text(f"\n{note}", style="dim") for note in graded.notes)
    lesson = graded.lesson
    total = f"{graded.points:g} of {lesson.points:g} points"
    if graded.extra:
        total += f", and {graded.extra:g} for going further"
    if not graded.passed:
        first = next(r.part for r in graded.results if r.status not in {"passed", "skipped"})
        total += f"   ·   stuck? chatlab hint {first}"
    console.print(
        Panel(
            Group(*rows),
            title=escape(f"{lesson.slug[:2]} {lesson.title}"),
            subtitle=total,
            border_style="green" if graded.passed else "yellow",
            padding=(1, 2),
        )
    )


def _headline(title: str, result: Result, *, optional: bool) -> Text:
    sign, word, _ = STATUS_STYLES[result.status]
    line = Text(f"{sign}  ", style=_STYLES.get(result.status, "dim"))
    line.append(title, style="bold")
    line.append(f"   {word}, {result.points:g} of {result.out_of:g}")
    if optional:
        line.append("   (going further)", style="dim")
    return line


def print_progress(console: Console, lessons: list[Lesson], progress: Progress) -> None:
    """The whole course, and the next thing to do."""
    table = Table("", "lesson", "minutes", "points", "what it gives you", title="Your progress")
    following = None
    for lesson in lessons:
        needed = [part for part in lesson.parts if not part.optional]
        earned = sum(progress.points(part.id) for part in needed)
        done = all(progress.passed(part.id) for part in needed)
        if following is None and not done:
            following = next(part for part in needed if not progress.passed(part.id))
        sign = "[green]✓[/]" if done else "[yellow]…[/]" if earned else "○"
        points = f"{earned:g} of {lesson.points:g}"
        name = f"{lesson.slug[:2]} {escape(lesson.title)}"
        table.add_row(sign, name, str(lesson.minutes), points, escape(lesson.promise))
    console.print(table)
    if following is None:
        console.print("Everything is done. Well done.")
    else:
        console.print(
            f"Next: {following.id} {escape(following.title)} ({following.minutes} minutes)"
        )


def to_json(graded: Graded) -> dict[str, object]:
    """The same for programs."""
    return {
        "lesson": graded.lesson.slug,
        "passed": graded.passed,
        "points": graded.points,
        "extra": graded.extra,
        "out_of": graded.lesson.points,
        "notes": list(graded.notes),
        "parts": [
            {
                "part": result.part,
                "status": result.status,
                "points": result.points,
                "out_of": result.out_of,
                "feedback": result.feedback,
            }
            for result in graded.results
        ],
    }
