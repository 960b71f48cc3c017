"""Puts what a class handed in into one folder, each notebook with its learner and its lesson."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from chatlab.course.classroom.archives import Entry
from chatlab.course.classroom.handed_in import find_entries, shown_path
from chatlab.course.classroom.names import Sender, clean_text, sender_of, tell_apart
from chatlab.course.classroom.recognise import recognise
from chatlab.course.classroom.records import Problem
from chatlab.errors import InvalidInput

__all__ = ["Collection", "HandedIn", "collect"]

_MOST_PROBLEMS = 20
_NOTHING = "is not a notebook (.ipynb), and nothing else was handed in."


@dataclass(frozen=True)
class HandedIn:
    """A notebook that can be graded.

    Attributes:
        learner: Who handed it in.
        sender: The same, as its name said.
        lesson: The number of its lesson.
        sha256: The digest of its bytes.
        path: Where its bytes are now.
        file: The name that it was handed in under.
        time: When it was handed in; None if nobody knows.
        answers: The learner's, by the ids of their cells.
    """

    learner: str
    sender: Sender
    lesson: int
    sha256: str
    path: Path
    file: str
    time: datetime | None
    answers: Mapping[str, str]


@dataclass(frozen=True)
class Collection:
    """What was found: notebooks to grade, and files that cannot be graded."""

    notebooks: tuple[HandedIn, ...]
    problems: tuple[Problem, ...]


def collect(root: Path, place: Path, folder: Path) -> Collection:
    """Find what was handed in at `place`, and put the notebooks into the folder.

    A file that is no notebook is a problem of its own, and never the end.

    Args:
        root: The course.
        place: A folder with a folder or a file for each learner, or the archive of one.
        folder: Where the notebooks' bytes are put, each under its digest.

    Raises:
        InvalidInput: There is no such place.
    """
    found: list[HandedIn] = []
    refused: list[tuple[Sender, str, str]] = []
    others: list[tuple[Sender, str]] = []
    for entry in find_entries(place):
        sender, file = sender_of(entry.names), shown_path(entry.names)
        if entry.problem:
            refused.append((sender, file, entry.problem))
        elif entry.content is None:
            others.append((sender, file))
        else:
            notebook = _store(root, entry, entry.content, sender, folder)
            if isinstance(notebook, str):
                refused.append((sender, file, notebook))
            else:
                found.append(notebook)
    senders = [item.sender for item in found] + [sender for sender, *_ in [*refused, *others]]
    names = tell_apart(senders)
    notebooks = {
        (learner, item.lesson, item.sha256): replace(item, learner=learner)
        for item in reversed(found)
        if (learner := names[item.sender])
    }
    heard_of = {item.learner for item in notebooks.values()} | {names[who] for who, *_ in refused}
    problems = [Problem(file, names[who], why) for who, file, why in refused]
    problems += [
        Problem(file, names[who], _NOTHING) for who, file in others if names[who] not in heard_of
    ]
    return Collection(tuple(notebooks[key] for key in sorted(notebooks)), _shortened(problems))


def _shortened(problems: list[Problem]) -> tuple[Problem, ...]:
    """At most so many for each learner; the last one says how many more there are."""
    grouped: dict[str, list[Problem]] = {}
    for problem in problems:
        grouped.setdefault(problem.learner, []).append(problem)
    for same in grouped.values():
        more = len(same) - _MOST_PROBLEMS
        if more > 0:
            last = same[_MOST_PROBLEMS - 1]
            reason = f"{last.reason} {more} files more could not be graded."
            same[_MOST_PROBLEMS - 1 :] = [replace(last, reason=reason)]
    return tuple(problem for same in grouped.values() for problem in same)


def _store(
    root: Path, entry: Entry, content: bytes, sender: Sender, folder: Path
) -> HandedIn | str:
    """The notebook, its bytes put into the folder; or why it cannot be graded."""
    digest = sha256(content).hexdigest()
    path = folder / f"{digest}.ipynb"
    path.write_bytes(content)
    try:
        recognised = recognise(root, path, entry.names[-1])
    except InvalidInput as error:
        return clean_text(f"{error.problem}. {error.fix}")
    except Exception as error:  # noqa: BLE001 - no file of one learner's ends the class's run
        return clean_text(f"cannot be read as a notebook ({type(error).__name__}: {error}).")
    file = shown_path(entry.names)
    return HandedIn(
        "", sender, recognised.lesson, digest, path, file, entry.time, recognised.answers
    )
