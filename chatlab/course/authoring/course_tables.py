"""The course as tables: for learners, what each lesson gives; for instructors, what it assesses.

They are made from the catalogue, and stand in Markdown files between two markers.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from chatlab.course.catalogue import Lesson
from chatlab.errors import InvalidInput

__all__ = ["TABLES", "course_map", "curriculum_map", "update_tables"]

_BEGIN, _END = "<!-- made by `chatlab release` -->", "<!-- end -->"


def course_map(lessons: Sequence[Lesson], folder: str) -> str:
    """A row a lesson, with links as seen from a file that reaches the notebooks by `folder`."""
    rows = [
        f"| {lesson.slug[:2]} | [{lesson.title}]({folder}{lesson.slug}.ipynb) "
        f"| {lesson.minutes} | {lesson.points:g} | {lesson.promise} |"
        for lesson in lessons
    ]
    minutes, points = sum(one.minutes for one in lessons), sum(one.points for one in lessons)
    head = ["| | lesson | minutes | points | what works at the end |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows, f"| | together | {minutes} | {points:g} | |"])


def curriculum_map(lessons: Sequence[Lesson], _folder: str) -> str:
    """A row a part: which objective it assesses, at which level, and what it costs."""
    rows = [
        f"| {part.id} | {part.title}{' (going further)' if part.optional else ''} "
        f"| {objective.text} | {objective.level} "
        f"| {part.points:g} | {part.difficulty} | {part.minutes} |"
        for lesson in lessons
        for part in lesson.parts
        for objective in lesson.objectives
        if objective.id == part.objective
    ]
    head = [
        "| part | | objective: you can | level | points | difficulty | minutes |",
        "|---|---|---|---|---|---|---|",
    ]
    concepts = [
        f"| {lesson.slug[:2]} | {', '.join(lesson.introduces)} | {', '.join(lesson.uses)} |"
        for lesson in lessons
    ]
    table = ["", "| lesson | introduces | builds on |", "|---|---|---|", *concepts]
    return "\n".join([*head, *rows, *table])


TABLES: tuple[tuple[str, str, Callable[[Sequence[Lesson], str], str]], ...] = (
    ("README.md", "notebooks/", course_map),
    ("notebooks/README.md", "", course_map),
    ("notebooks/curriculum.md", "", curriculum_map),
)
"""Which file holds which map, and how it reaches the notebooks."""


def update_tables(root: Path, lessons: Sequence[Lesson], *, check: bool) -> list[str]:
    """Draw every map anew, or with `check` only look.

    Returns:
        The files that were (or would be) changed.

    Raises:
        InvalidInput: A file lacks the markers.
    """
    changed: list[str] = []
    for name, folder, table in TABLES:
        path = root / name
        text = path.read_text("utf-8")
        before, begin, rest = text.partition(_BEGIN)
        _, end, after = rest.partition(_END)
        if not (begin and end):
            raise InvalidInput(name, "has no place for its map", f"Write {_BEGIN} and {_END}.")
        fresh = f"{before}{begin}\n\n{table(lessons, folder)}\n\n{end}{after}"
        if fresh != text:
            changed.append(name)
            if not check:
                path.write_text(fresh, "utf-8")
    return changed
