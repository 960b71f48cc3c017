"""What is typed after `chatlab`: the lesson or the part that is meant."""

from chatlab.course.catalogue import Lesson, Part, lesson_for, lesson_numbers, part_for
from chatlab.course.progress import Progress
from chatlab.errors import InvalidInput, NotFoundError

__all__ = ["find_lesson", "find_part"]


def find_lesson(number: str) -> Lesson:
    """The lesson `03`, also as `3`.

    Raises:
        InvalidInput: There is none.
    """
    try:
        return lesson_for(int(number))
    except (ValueError, NotFoundError):
        known_numbers = ", ".join(f"{known:02}" for known in lesson_numbers())
        raise InvalidInput(
            "lesson", f"{number!r} does not exist", f"There is {known_numbers}."
        ) from None


def find_part(text: str, progress: Progress) -> Part:
    """The part `03.2`, also as `3.2`; of a lesson, such as `03`, the first part that is open.

    Raises:
        InvalidInput: There is none.
    """
    number, dot, place = text.strip().partition(".")
    if not number.isdecimal():
        raise InvalidInput("part", f"{text!r} does not exist", "Try one such as 03.2")
    lesson = find_lesson(number)
    if not dot:
        still_open = (part for part in lesson.parts if not progress.passed(part.id))
        return next(still_open, lesson.parts[0])
    try:
        return part_for(f"{lesson.number:02}.{place}")
    except NotFoundError:
        parts = ", ".join(part.id for part in lesson.parts)
        raise InvalidInput("part", f"{text!r} does not exist", f"There is {parts}.") from None
