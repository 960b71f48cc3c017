"""Which lesson a notebook answers, and the learner's answers in it. No code of theirs is run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chatlab.course.authoring.release import load_pristine_exercise
from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.course.classroom.names import clean_text
from chatlab.course.grading.restore_cell_ids import checked_lessons, restore_ids
from chatlab.course.notebook import read, source_of
from chatlab.errors import InvalidInput

__all__ = ["Recognised", "recognise"]

MAX_SHOWN_CHARS = 20_000
"""How much of an answer is kept, to be shown in the feedback."""


@dataclass(frozen=True)
class Recognised:
    """A notebook's lesson, and its answers by the ids of their cells."""

    lesson: int
    answers: Mapping[str, str]


def recognise(root: Path, path: Path, name: str) -> Recognised:
    """Say which lesson the notebook answers: by its checks, else by its name.

    Args:
        root: The course.
        path: The notebook.
        name: The name that it was handed in under.

    Raises:
        InvalidInput: It is no notebook, or no lesson's, or several lessons'.
    """
    try:
        notebook = read(path)
    except InvalidInput as error:
        raise InvalidInput("It", error.problem, error.fix) from None
    known = set(lesson_numbers())
    found = checked_lessons(notebook) & known
    named = _numbers_in(name) & known
    lessons = (found & named) or found or named
    if not lessons:
        raise InvalidInput(
            "It", "is not an exercise of this course", "It has no check, and no lesson's name."
        )
    if len(lessons) > 1:
        numbers = " and ".join(f"{number:02}" for number in sorted(lessons))
        raise InvalidInput("It", f"has the checks of {numbers}", "Ask for one notebook each.")
    lesson = lesson_for(min(lessons))
    cells = restore_ids(notebook, load_pristine_exercise(root, lesson), lesson)
    wanted = {part.answer_cell for part in lesson.parts}
    answers = {
        cell["id"]: clean_text(source_of(cell)[:MAX_SHOWN_CHARS])
        for cell in cells
        if cell["id"] in wanted
    }
    return Recognised(lesson.number, answers)


def _numbers_in(name: str) -> set[int]:
    """The numbers of lessons in a file's name: `03_first_respond-1.ipynb`."""
    return {int(digits) for digits in re.findall(r"(?<!\d)(\d\d)(?=[_ -]|\.ipynb$)", name)}
