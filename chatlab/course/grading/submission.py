"""Takes the answers out of a learner's notebook, and notes what is unusual about it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.course.catalogue import Lesson
from chatlab.course.findings import Finding, failed
from chatlab.course.notebook import Cell, Notebook, source_of

__all__ = ["Submission", "parse_submission"]

MAX_ANSWER_CHARS = 200_000
"""How long an answer may be, in characters."""

_RESET_ADVICE = "Get a fresh exercise with `chatlab reset`; it keeps a copy of yours."


@dataclass(frozen=True)
class Submission:
    """What was found in a learner's notebook.

    Attributes:
        sources: The answers that can be run, by the id of their cell.
        rejected: For each of the other answers, why it cannot be run, by the id of its cell.
        notes: What else is unusual about the notebook.
    """

    sources: Mapping[str, str]
    rejected: Mapping[str, Finding]
    notes: tuple[str, ...]


class _GroupedCells(NamedTuple):
    by_id: Mapping[str, list[Cell]]
    """The cells that the exercise has, by id; a copied cell has the same id."""
    added_cells: list[Cell]
    """Cells of code that the learner added."""


def parse_submission(notebook: Notebook, pristine: Notebook, lesson: Lesson) -> Submission:
    """Take the answers out of a learner's notebook.

    Args:
        notebook: The learner's.
        pristine: The exercise as it was handed out, which says which cell ids there are.
        lesson: The lesson of both.
    """
    cells = _group_cells(notebook, pristine)
    sources: dict[str, str] = {}
    rejected: dict[str, Finding] = {}
    for id in dict.fromkeys(part.answer_cell for part in lesson.parts):
        answers = list(dict.fromkeys(source_of(cell) for cell in cells.by_id[id]))
        problem = _find_problem(id, answers)
        if problem is None:
            sources[id] = answers[0]
        else:
            rejected[id] = problem
    return Submission(sources, rejected, tuple(_make_notes(cells, lesson)))


def _group_cells(notebook: Notebook, pristine: Notebook) -> _GroupedCells:
    ids = {cell.get("id") for cell in pristine["cells"]}
    by_id: defaultdict[str, list[Cell]] = defaultdict(list)
    added_cells: list[Cell] = []
    for cell in notebook["cells"]:
        if cell.get("id") in ids:
            by_id[cell["id"]].append(cell)
        elif cell["cell_type"] == "code" and source_of(cell).strip():
            added_cells.append(cell)
    return _GroupedCells(by_id, added_cells)


def _find_problem(id: str, answers: list[str]) -> Finding | None:
    """Why no answer can be run, given the different sources of the cells with this id."""
    if not answers:
        return failed(f"The notebook has no cell {id}.", _RESET_ADVICE)
    if len(answers) > 1:
        return failed(
            f"The notebook has {len(answers)} different cells {id}.",
            "Keep the one that counts. A copied cell keeps the id of the first: copy its text.",
        )
    if len(answers[0]) > MAX_ANSWER_CHARS:
        return failed(
            f"Its cell is {len(answers[0]):,} characters long.",
            f"Write at most {MAX_ANSWER_CHARS:,}, and keep data out of it.",
        )
    try:
        answers[0].encode()
    except UnicodeEncodeError as error:
        return failed(
            f"Its cell has half a character (a lone surrogate) at position {error.start}.",
            "Type that line again.",
        )
    return None


def _make_notes(cells: _GroupedCells, lesson: Lesson) -> list[str]:
    notes: list[str] = []
    for part in lesson.parts:
        count = len(cells.by_id[part.check_cell])
        if count != 1:
            notes.append(
                f"Your notebook has {count or 'no'} cell{'s' if count else ''} {part.check_cell}."
                f" A fresh one was run. {_RESET_ADVICE}"
            )
    if cells.added_cells:
        notes.append(
            "Cells that you added are not run here: keep what an answer needs in its own cell."
        )
    return notes
