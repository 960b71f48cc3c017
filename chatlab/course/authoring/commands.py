"""The commands for whoever writes lessons: `release`, `run`, `new-lesson`, `site`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.course.progress import course_root

__all__ = ["new_lesson", "release", "run", "site"]

console = Console()


def release(
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say what differs.")] = False,
) -> None:
    """Write exercises/ from solutions/, and the maps of the course from the catalogue."""
    from chatlab.course.authoring.course_tables import TABLES, update_tables
    from chatlab.course.authoring.release import release_exercise

    root = course_root()
    lessons = [lesson_for(number) for number in lesson_numbers()]
    stale_lessons = [
        lesson for lesson in lessons if not release_exercise(root, lesson, check=check)
    ]
    stale_tables = update_tables(root, lessons, check=check)
    for lesson in stale_lessons if check else ():
        console.print(
            f"exercises/{lesson.slug}.ipynb is not what solutions/{lesson.slug}.ipynb makes of it."
            " Edit the solution, then run: chatlab release"
        )
    for name in stale_tables if check else ():
        console.print(f"The map in {name} is not what the catalogue says. Run: chatlab release")
    if not check:
        changed = len(stale_lessons) + len(stale_tables)
        console.print(f"{changed} written, {len(lessons) + len(TABLES) - changed} as they were.")
    raise typer.Exit(1 if check and (stale_lessons or stale_tables) else 0)


def run(notebooks: Annotated[list[Path], typer.Argument(metavar="NOTEBOOK...")]) -> None:
    """Run notebooks from the top and store clean outputs in them, for those who write lessons."""
    from chatlab.course.authoring.execute import execute_notebook

    for path in notebooks:
        execute_notebook(path)
        console.print(f"{path} has fresh outputs.")


def new_lesson(
    number: Annotated[str, typer.Argument(metavar="NN", help="The number that comes next.")],
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="Such as tools_at_work.")],
) -> None:
    """Make a lesson that passes the course's tests, to write yours in its place."""
    from chatlab.course.authoring.make_lesson import make_lesson

    root = course_root()
    for path in make_lesson(root, number, slug):
        console.print(str(path.relative_to(root)), highlight=False)
    console.print("The lesson is there. CONTRIBUTING.md says how to write a part of it.")


def site(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A folder for it.")],
) -> None:
    """Build the course as a static site, whose Python runs in the learner's browser."""
    from chatlab.course.site.build import build_site

    build_site(course_root(), out)
    console.print(f"To look at it: python -m http.server -d {escape(str(out))}", soft_wrap=True)
