"""Prints how far a learner is: what comes next, then a line for each lesson."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chatlab.course.catalogue import Lesson, Part, lesson_for, lesson_numbers
from chatlab.course.checking.unsaved import passed_in_notebook
from chatlab.course.progress import Progress, course_root

__all__ = ["print_progress", "show_progress"]

_WIDTH = 90
"""Of the list in a notebook, in characters."""


def show_progress() -> None:
    """In a notebook: how far you are, as `chatlab progress` prints it in a terminal.

    Raises:
        InvalidInput: This folder is in no copy of the course.
    """
    lessons = [lesson_for(number) for number in lesson_numbers()]
    print_progress(Console(width=_WIDTH), lessons, Progress(course_root()))


def print_progress(console: Console, lessons: list[Lesson], progress: Progress) -> None:
    """Print the next part to do, a line for each lesson, and the points altogether."""
    rows = Table.grid(padding=(0, 2))
    in_notebook = passed_in_notebook(progress.root)
    next_line = "Everything is done. Well done."
    found_next = False
    for lesson in lessons:
        required = [part for part in lesson.parts if not part.optional]
        earned = sum(progress.points(part.id) for part in required)
        open_parts = [part for part in required if not progress.passed(part.id)]
        is_next = bool(open_parts) and not found_next
        if is_next:
            found_next = True
            part = open_parts[0]
            next_line = (
                f"Next: {part.id} {part.title} ({part.minutes} minutes),"
                f" in exercises/{lesson.slug}.ipynb"
            )
        sign = "[green]✓[/]" if not open_parts else "[yellow]…[/]" if earned else "○"
        points = "" if not (earned or is_next) else f"{earned:g} of {lesson.points:g} points"
        latest = sum(progress.latest_points(part.id) for part in required)
        if latest < earned:
            points += f", {latest:g} when last checked"
        if uncounted := in_notebook.intersection(part.id for part in open_parts):
            count = f"{len(uncounted)} passed in the notebook"
            points += f"{', ' if points else ''}{count}: chatlab check {lesson.slug[:2]}"
        style = "bold" if is_next else "" if earned else "dim"
        rows.add_row(sign, f"{lesson.slug[:2]} {escape(lesson.title)}", points, style=style)
    console.print(next_line, style="bold", markup=False, highlight=False, soft_wrap=True)
    console.print()
    console.print(rows)
    total = sum(lesson.points for lesson in lessons)
    earned = sum(progress.points(part.id) for part in _required_parts(lessons))
    console.print(f"\n{earned:g} of {total:g} points so far.", highlight=False)


def _required_parts(lessons: list[Lesson]) -> list[Part]:
    return [part for lesson in lessons for part in lesson.parts if not part.optional]
