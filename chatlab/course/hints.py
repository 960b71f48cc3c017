"""A part's hints, one more each time: `chatlab hint`, in a browser `%chatlab hint`."""

import importlib
import sys
from pathlib import Path
from typing import Any

from chatlab.course.catalogue import Part, lesson_for, lesson_numbers, part_for
from chatlab.course.progress import Progress, course_root
from chatlab.errors import ChatlabError, InvalidInput, NotFoundError

__all__ = ["find_part", "hint_command", "install_magic", "next_hints"]


def find_part(part_id: str) -> Part:
    """The part of this id.

    Raises:
        InvalidInput: There is none; it says which there are.
    """
    try:
        return part_for(part_id)
    except NotFoundError:
        number, advice = part_id.partition(".")[0], "Try one such as 03.2"
        if number.isdigit() and int(number) in lesson_numbers():
            advice = f"There is {', '.join(part.id for part in lesson_for(int(number)).parts)}."
        raise InvalidInput("part", f"{part_id!r} does not exist", advice) from None


def next_hints(root: Path, part: Part) -> list[str]:
    """The hints that have been shown, and one more; it is remembered in the course's folder."""
    progress = Progress(root)
    count = min(progress.hints_shown(part.id) + 1, len(part.hints))
    progress.record_hints(part.id, count)
    progress.save()
    return list(part.hints[:count])


def hint_command(part_id: str) -> str:
    """What a learner is to type for a hint: in a browser there is no terminal."""
    return ("%" if sys.platform == "emscripten" else "") + f"chatlab hint {part_id}"


def install_magic() -> None:
    """Let a cell say `%chatlab hint 03.2`, if this is a notebook's kernel."""
    shell: Any = importlib.import_module("IPython").get_ipython()
    if shell is not None:
        shell.register_magic_function(_run_line, "line", "chatlab")


def _run_line(line: str) -> None:
    """Do as the command of that name does."""
    try:
        match line.split():
            case ["hint", part_id]:
                part = find_part(part_id)
                hints = next_hints(course_root(), part)
                for number, text in enumerate(hints, start=1):
                    print(f"Hint {number} of {len(part.hints)}  {text}")  # noqa: T201 - it is the point
            case _:
                print("Here there is: %chatlab hint 03.2")  # noqa: T201 - the same
    except ChatlabError as error:
        print(error)  # noqa: T201 - the same
