"""The answers in a learner's notebook: which can be run, and what else was noticed."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from chatlab.course.catalogue import Lesson
from chatlab.course.findings import Finding, failed
from chatlab.course.notebook import Cell, Notebook, source_of

__all__ = ["Submission", "parse_submission"]

MAX_ANSWER = 200_000
"""How long an answer may be, in characters."""

_RESET = "Get a fresh exercise with `chatlab reset`; it keeps a copy of yours."


@dataclass(frozen=True)
class Submission:
    """What a notebook holds.

    Attributes:
        sources: The answers that can be run, by the id of their cell.
        unfit: Why the others cannot.
        notes: What else is unusual about the notebook.
    """

    sources: Mapping[str, str]
    rejected: Mapping[str, Finding]
    notes: tuple[str, ...]


class _CellsById(NamedTuple):
    known: Mapping[str, list[Cell]]
    added: list[Cell]


def parse_submission(notebook: Notebook, pristine: Notebook, lesson: Lesson) -> Submission:
    """Take the answers out of a learner's notebook."""
    cells = _sorted(notebook, pristine)
    sources: dict[str, str] = {}
    unfit: dict[str, Finding] = {}
    for id in dict.fromkeys(part.answer_cell for part in lesson.parts):
        found = list(dict.fromkeys(source_of(cell) for cell in cells.known[id]))
        problem = _problem(id, found)
        if problem is None:
            sources[id] = found[0]
        else:
            unfit[id] = problem
    return Submission(sources, unfit, tuple(_notes(cells, lesson)))


def _sorted(notebook: Notebook, pristine: Notebook) -> _CellsById:
    ids = {cell.get("id") for cell in pristine["cells"]}
    known: defaultdict[str, list[Cell]] = defaultdict(list)
    added: list[Cell] = []
    for cell in notebook["cells"]:
        if cell.get("id") in ids:
            known[cell["id"]].append(cell)
        elif cell["cell_type"] == "code" and source_of(cell).strip():
            added.append(cell)
    return _CellsById(known, added)


def _problem(id: str, found: list[str]) -> Finding | None:
    if not found:
        return failed(f"The notebook has no cell {id}.", _RESET)
    if len(found) > 1:
        return failed(
            f"The notebook has {len(found)} different cells {id}.",
            "Keep the one that counts. A copied cell keeps the id of the first: copy its text.",
        )
    if len(found[0]) > MAX_ANSWER:
        return failed(
            f"Its cell is {len(found[0]):,} characters long.",
            f"Write at most {MAX_ANSWER:,}, and keep data out of it.",
        )
    try:
        found[0].encode()
    except UnicodeEncodeError as error:
        return failed(
            f"Its cell has half a character (a lone surrogate) at position {error.start}.",
            "Type that line again.",
        )
    return None


def _notes(cells: _CellsById, lesson: Lesson) -> list[str]:
    notes: list[str] = []
    for part in lesson.parts:
        there = len(cells.known[part.check_cell])
        if there != 1:
            notes.append(
                f"Your notebook has {there or 'no'} cell{'s' if there else ''} {part.check_cell}."
                f" A fresh one was run. {_RESET}"
            )
    if cells.added:
        notes.append(
            "Cells that you added are not run here: keep what an answer needs in its own cell."
        )
    return notes
