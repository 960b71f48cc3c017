"""Tables of the course in Markdown: one for learners, one for instructors.

They are made from the catalogue, and replace what is between two markers in Markdown files.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from chatlab.course.catalogue import Lesson
from chatlab.errors import InvalidInput

__all__ = ["TABLES", "render_course_map", "render_curriculum_map", "update_tables"]

_BEGIN_MARKER, _END_MARKER = "<!-- made by `chatlab release` -->", "<!-- end -->"


def render_course_map(lessons: Sequence[Lesson], folder: str) -> str:
    """A table with one row per lesson; `folder` is the notebooks' folder as its links name it."""
    rows = [
        f"| {lesson.slug[:2]} | [{lesson.title}]({folder}{lesson.slug}.ipynb) "
        f"| {lesson.minutes} | {lesson.points:g} | {lesson.promise} |"
        for lesson in lessons
    ]
    minutes = sum(lesson.minutes for lesson in lessons)
    points = sum(lesson.points for lesson in lessons)
    header = ["| | lesson | minutes | points | what works at the end |", "|---|---|---|---|---|"]
    return "\n".join([*header, *rows, f"| | in all | {minutes} | {points:g} | |"])


def render_curriculum_map(lessons: Sequence[Lesson], _folder: str) -> str:
    """A table with one row per part: objective, level, points and minutes; and one of concepts."""
    rows = [
        f"| {part.id} | {part.title}{' (going further)' if part.optional else ''} "
        f"| {objective.text} | {objective.level} "
        f"| {part.points:g} | {part.difficulty} | {part.minutes} |"
        for lesson in lessons
        for part in lesson.parts
        for objective in lesson.objectives
        if objective.id == part.objective
    ]
    header = [
        "| part | | objective: you can | level | points | difficulty | minutes |",
        "|---|---|---|---|---|---|---|",
    ]
    concept_rows = [
        f"| {lesson.slug[:2]} | {', '.join(lesson.introduces)} | {', '.join(lesson.uses)} |"
        for lesson in lessons
    ]
    concept_table = ["", "| lesson | introduces | builds on |", "|---|---|---|", *concept_rows]
    return "\n".join([*header, *rows, *concept_table])


TABLES: tuple[tuple[str, str, Callable[[Sequence[Lesson], str], str]], ...] = (
    ("README.md", "notebooks/", render_course_map),
    ("notebooks/README.md", "", render_course_map),
    ("notebooks/curriculum.md", "", render_curriculum_map),
)
"""For each file: its path, the notebooks' folder as seen from it, and what renders its table."""


def update_tables(root: Path, lessons: Sequence[Lesson], *, check: bool) -> list[str]:
    """Write every table into its file, or with `check` only compare.

    Returns:
        The files that were (or would be) changed.

    Raises:
        InvalidInput: A file lacks the markers.
    """
    changed: list[str] = []
    for name, folder, render_table in TABLES:
        path = root / name
        text = path.read_text("utf-8")
        before, begin_marker, after_begin = text.partition(_BEGIN_MARKER)
        _, end_marker, after = after_begin.partition(_END_MARKER)
        if not (begin_marker and end_marker):
            raise InvalidInput(
                name, "has no place for its map", f"Write {_BEGIN_MARKER} and {_END_MARKER}."
            )
        new_text = (
            f"{before}{begin_marker}\n\n{render_table(lessons, folder)}\n\n{end_marker}{after}"
        )
        if new_text != text:
            changed.append(name)
            if not check:
                path.write_text(new_text, "utf-8")
    return changed
