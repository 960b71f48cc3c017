"""Gives a learner's cells the ids that they were handed out with, whatever editor lost them.

What survives is, in this order: the id, nbgrader's id in the metadata, the words of a cell that was
not changed, and the line `await check("03.1")`, above which the answer is.
"""

import re
from collections.abc import Iterator

from chatlab.course.catalogue import Lesson
from chatlab.course.notebook import CHECK_ID, Cell, Notebook, source_of

__all__ = ["checked_lessons", "restore_ids"]

_CHECK_CALL = re.compile(r"""^\s*(?:await\s+)?check\(\s*["'](\d\d)\.(\d)["']\s*\)""", re.MULTILINE)


def restore_ids(notebook: Notebook, pristine: Notebook, lesson: Lesson) -> list[Cell]:
    """The learner's cells in their order, each with the id of its counterpart if it has one.

    A cell of the learner's own keeps its id if that is none of the exercise's.
    """
    known = {cell["id"] for cell in pristine["cells"]}
    cells = [cell | {"id": _surviving_id(cell, known)} for cell in notebook["cells"]]
    _name_by(cells, known, {source_of(cell): cell["id"] for cell in pristine["cells"]})
    taken = {cell["id"] for cell in cells}
    for cell in _code(cells):
        for number, part in _CHECK_CALL.findall(source_of(cell)):
            if cell["id"] not in known and (id := f"{number}-{part}-check") in known - taken:
                cell["id"] = id
    for part in lesson.parts:
        if part.answer_cell not in taken:
            _name_answer(cells, known, part.answer_cell, part.check_cell)
    return cells


def checked_lessons(notebook: Notebook) -> set[int]:
    """The numbers of the lessons whose checks the notebook has."""
    numbers = {int(found[1]) for cell in notebook["cells"] if (found := _check_id(cell))}
    for cell in _code(notebook["cells"]):
        numbers |= {int(number) for number, _ in _CHECK_CALL.findall(source_of(cell))}
    return numbers


def _surviving_id(cell: Cell, known: set[str]) -> str:
    id = cell.get("id", "")
    try:
        grade_id = str(cell["metadata"]["nbgrader"]["grade_id"])
    except (KeyError, TypeError):
        return id
    return grade_id if id not in known and grade_id in known else id


def _name_by(cells: list[Cell], known: set[str], ids: dict[str, str]) -> None:
    """Name the cells whose source is as it was handed out, unless another has the id."""
    taken = {cell["id"] for cell in cells}
    for cell in cells:
        id = ids.get(source_of(cell))
        if cell["id"] not in known and id is not None and id not in taken:
            cell["id"] = id
            taken.add(id)


def _name_answer(cells: list[Cell], known: set[str], answer: str, check: str) -> None:
    """Name the last cell of code above the check that is none of the exercise's."""
    above: list[Cell] = []
    for cell in _code(cells):
        if cell["id"] == check:
            break
        above = [] if CHECK_ID.fullmatch(cell["id"]) else [*above, cell]
    own = [cell for cell in above if cell["id"] not in known and source_of(cell).strip()]
    if own and len(above) < len(list(_code(cells))):
        own[-1]["id"] = answer


def _code(cells: list[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell["cell_type"] == "code")


def _check_id(cell: Cell) -> re.Match[str] | None:
    return CHECK_ID.fullmatch(cell.get("id", ""))
