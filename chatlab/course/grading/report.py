"""Prints grades and progress to the terminal, and turns a grade into JSON for programs."""

from dataclasses import replace
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.text import Text

from chatlab.course.catalogue import lesson_for
from chatlab.course.checking.panel import STATUS_STYLES
from chatlab.course.checking.unsaved import unsaved_passes
from chatlab.course.findings import Result
from chatlab.course.grading.evidence import Evidence, LessonGrade

__all__ = ["grade_as_dict", "print_grade", "with_unsaved_passes"]

_STATUS_COLOURS = {"passed": "green", "failed": "red", "not_started": "yellow", "error": "red"}


def print_grade(console: Console, lesson_grade: LessonGrade) -> None:
    """Print a panel for one lesson: a line a part, with feedback under those that failed."""
    renderables: list[RenderableType] = []
    parts = {part.id: part for part in lesson_grade.lesson.parts}
    for result in lesson_grade.results:
        part = parts[result.part]
        renderables.append(_part_line(f"{part.id}  {part.title}", result, optional=part.optional))
        if result.status not in {"passed", "not_started"}:
            renderables.extend(Text(f"     {line}") for line in result.feedback)
    renderables.extend(Text(f"\n{note}", style="dim") for note in lesson_grade.notes)
    lesson = lesson_grade.lesson
    total = f"{lesson_grade.points:g} of {lesson.points:g} points"
    if lesson_grade.extra_points:
        total += f", and {lesson_grade.extra_points:g} for going further"
    if not lesson_grade.passed:
        first_open = next(
            result.part
            for result in lesson_grade.results
            if result.status not in {"passed", "skipped"}
        )
        total += f"   ·   stuck? chatlab hint {first_open}"
    console.print(
        Panel(
            Group(*renderables),
            title=escape(f"{lesson.slug[:2]} {lesson.title}"),
            subtitle=total,
            border_style="green" if lesson_grade.passed else "yellow",
            padding=(1, 2),
        )
    )


def _part_line(title: str, result: Result, *, optional: bool) -> Text:
    sign, status_text, _ = STATUS_STYLES[result.status]
    line = Text(f"{sign}  ", style=_STATUS_COLOURS.get(result.status, "dim"))
    line.append(title, style="bold")
    line.append(f"   {status_text}, {result.points:g} of {result.out_of:g}")
    if optional:
        line.append("   (going further)", style="dim")
    return line


def with_unsaved_passes(evidence: Evidence, root: Path, path: Path) -> Evidence:
    """The evidence, with a note if parts passed in the notebook after it was last saved."""
    unsaved = unsaved_passes(root, lesson_for(evidence.lesson), path)
    if not unsaved:
        return evidence
    note = (
        f"In JupyterLab, {', '.join(unsaved)} passed after {path.name} was last saved: "
        "save it first (Ctrl+S), then check again."
    )
    return replace(evidence, notes=(*evidence.notes, note))


def grade_as_dict(lesson_grade: LessonGrade) -> dict[str, object]:
    """The grade as plain JSON, for `chatlab check --json`."""
    return {
        "lesson": lesson_grade.lesson.slug,
        "passed": lesson_grade.passed,
        "points": lesson_grade.points,
        "extra": lesson_grade.extra_points,
        "out_of": lesson_grade.lesson.points,
        "notes": list(lesson_grade.notes),
        "parts": [
            {
                "part": result.part,
                "status": result.status,
                "points": result.points,
                "out_of": result.out_of,
                "feedback": result.feedback,
            }
            for result in lesson_grade.results
        ],
    }
