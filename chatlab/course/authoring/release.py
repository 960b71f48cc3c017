"""Exercises are made from solutions: what stands between the markers becomes a stub.

    ### BEGIN SOLUTION -> yield TODO()
    yield AssistantMessage(content=input.content)
    ### END SOLUTION

Without `-> ...` the stub is `TODO()`. Markers and cell metadata are nbgrader's.
"""

import copy
from pathlib import Path

from chatlab.course.catalogue import Lesson, Part
from chatlab.course.notebook import Cell, Notebook, read, source_of, write
from chatlab.errors import InvalidInput

__all__ = ["make_exercise", "make_stub", "pristine_exercise", "release_exercise"]

_BEGIN = "### BEGIN SOLUTION"
_END = "### END SOLUTION"


def make_stub(source: str, where: str) -> str:
    """The source with each solution replaced by its stub.

    Raises:
        InvalidInput: The markers do not pair up.
    """
    lines: list[str] = []
    inside = False
    for line in source.splitlines():
        mark = line.strip()
        if mark.startswith(_BEGIN) and not inside:
            inside = True
            stub = mark.removeprefix(_BEGIN).strip().removeprefix("->").strip() or "TODO()"
            lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif mark == _END and inside:
            inside = False
        elif mark.startswith((_BEGIN, _END)):
            raise InvalidInput(where, f"has a stray {mark!r}", "Pair each BEGIN with one END.")
        elif not inside:
            lines.append(line)
    if inside:
        raise InvalidInput(where, f"has no {_END!r}", "Close what BEGIN SOLUTION opened.")
    return "\n".join(lines)


def make_exercise(solution: Notebook, lesson: Lesson) -> Notebook:
    """The exercise that learners get: stubs, no outputs, nbgrader's metadata.

    Raises:
        InvalidInput: The markers do not pair up, or a part lacks its cells.
    """
    exercise = copy.deepcopy(solution)
    parts = {part.cell: part for part in lesson.parts}
    missing = {f"{cell}-check" for cell in parts} - {cell.get("id") for cell in exercise["cells"]}
    if missing:
        raise InvalidInput(
            f"{lesson.slug}.ipynb", f"lacks the cell {min(missing)}", "Each part has a check cell."
        )
    for cell in exercise["cells"]:
        if cell["cell_type"] != "code":
            continue
        stub = make_stub(source_of(cell), f"{lesson.slug}.ipynb, cell {cell['id']}")
        cell |= {"source": stub.splitlines(keepends=True), "outputs": [], "execution_count": None}
        cell["metadata"] = _metadata(cell, parts)
    return exercise


def _metadata(cell: Cell, parts: dict[str, Part]) -> dict[str, object]:
    name, _, kind = cell["id"].rpartition("-")
    grader = {"grade_id": cell["id"], "schema_version": 3, "task": False}
    if kind == "answer":
        return {"nbgrader": grader | {"grade": False, "locked": False, "solution": True}}
    if kind == "check" and name in parts:
        points = parts[name].points
        return {
            "nbgrader": grader
            | {"grade": True, "locked": True, "solution": False, "points": points}
        }
    return dict(cell["metadata"])


def pristine_exercise(root: Path, lesson: Lesson) -> Notebook:
    """The exercise as it is before anybody has written in it.

    Raises:
        InvalidInput: There is nothing to make it from: the solutions were kept back.
    """
    path = root / "solutions" / f"{lesson.slug}.ipynb"
    if not path.exists():
        raise InvalidInput(
            f"solutions/{path.name}",
            "is not here, and a fresh exercise is made from it",
            "Run the check cells in your notebook instead, and hand it in.",
        )
    return make_exercise(read(path), lesson)


def release_exercise(root: Path, lesson: Lesson, *, check: bool) -> bool:
    """Write the exercise, or with `check` only look whether it is what would be written.

    Returns:
        Whether the file is (or was) as it should be.
    """
    fresh = pristine_exercise(root, lesson)
    path = root / "exercises" / f"{lesson.slug}.ipynb"
    same = path.exists() and read(path) == fresh
    if not check and not same:
        write(path, fresh)
    return same
