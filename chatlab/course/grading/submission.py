"""Takes the answers out of a learner's notebook, and notes what is unusual about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from chatlab.course.catalogue import Lesson, Part
from chatlab.course.findings import Finding, failed
from chatlab.course.grading.definitions import defined_names, definitions_for, missing_names
from chatlab.course.grading.forbidden_reach import find_forbidden_reach
from chatlab.course.grading.restore_cell_ids import checked_lessons, restore_ids
from chatlab.course.notebook import Cell, Notebook, source_of
from chatlab.errors import InvalidInput

__all__ = ["Submission", "parse_submission"]

MAX_ANSWER_CHARS = 200_000
"""How long an answer may be, in characters."""


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


def parse_submission(notebook: Notebook, pristine: Notebook, lesson: Lesson) -> Submission:
    """Take the answers out of a learner's notebook.

    Args:
        notebook: The learner's.
        pristine: The exercise as it was handed out, which says which cell ids there are.
        lesson: The lesson of both.

    Raises:
        InvalidInput: It is another lesson's.
    """
    others = checked_lessons(notebook) - {lesson.number}
    if others and lesson.number not in checked_lessons(notebook):
        found = f"is the exercise of lesson {min(others):02}"
        raise InvalidInput("The notebook", found, f"Name the one of lesson {lesson.number:02}.")
    cells = restore_ids(notebook, pristine, lesson)
    sources: dict[str, str] = {}
    rejected: dict[str, Finding] = {}
    notes: list[str] = []
    answer_ids = {part.answer_cell for part in lesson.parts}
    code = [c for c in cells if c["cell_type"] == "code" and c["id"] not in answer_ids]
    given = [source_of(cell) for cell in pristine["cells"] if cell["cell_type"] == "code"]
    for part in _first_parts(lesson):
        id = part.answer_cell
        answers = list(dict.fromkeys(source_of(cell) for cell in cells if cell["id"] == id))
        problem = _find_problem(part, answers)
        if problem is None:
            sources[id] = _with_definitions(answers[0], part, code, given, notes)
        else:
            rejected[id] = problem
    return Submission(sources, rejected, (*notes, *_check_notes(cells, lesson)))


def _first_parts(lesson: Lesson) -> list[Part]:
    """One part for each answer: several may look at the same."""
    return list({part.answer_cell: part for part in reversed(lesson.parts)}.values())[::-1]


def _with_definitions(
    answer: str, part: Part, code: list[Cell], given: list[str], notes: list[str]
) -> str:
    """The answer, below what it needs from the learner's own cells above its check.

    Args:
        answer: Its source.
        part: The part that it answers.
        code: The learner's cells of code, without answers.
        given: The sources of the exercise's cells of code, which are run anyway.
        notes: Is told of what stands below the check.
    """
    place = next((n for n, cell in enumerate(code) if cell["id"] == part.check_cell), len(code))
    above, below = map(source_of, code[:place]), map(source_of, code[place:])
    taken = definitions_for(answer, [source for source in above if source not in given], given)
    known = {name for source in [*given, *taken] for name in defined_names(source)}
    later = {name for source in below for name in defined_names(source)}
    misplaced = sorted((missing_names(answer) - known) & later)
    advice = f"is defined below the check of {part.id}: move it above the answer."
    notes += [f"`{name}` {advice}" for name in misplaced]
    return "\n\n".join([*taken, answer])


def _find_problem(part: Part, answers: list[str]) -> Finding | None:
    """Why no answer can be run, given the different sources of its cells."""
    if not answers:
        return failed(
            f"There is no answer to {part.id} in the notebook.",
            f'Write it in a cell of code right above `await check("{part.id}")`.',
        )
    id = part.answer_cell
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
    if reach := find_forbidden_reach(answers[0]):
        return failed(
            f"Its cell was not run: `{reach}` reaches behind the check.",
            "No answer needs it. Write it without, or ask whoever grades.",
        )
    try:
        answers[0].encode()
    except UnicodeEncodeError as error:
        return failed(
            f"Its cell has half a character (a lone surrogate) at position {error.start}.",
            "Type that line again.",
        )
    return None


def _check_notes(cells: list[Cell], lesson: Lesson) -> list[str]:
    notes: list[str] = []
    for part in lesson.parts:
        count = sum(cell["id"] == part.check_cell for cell in cells)
        if count != 1:
            checks = "check" if count < 2 else "checks"  # noqa: PLR2004 - a plural
            found = f"Your notebook has {count or 'no'} {checks} of {part.id}"
            notes.append(f"{found}. A fresh one was run.")
    return notes
