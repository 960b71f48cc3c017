"""Finds what a class handed in: a folder or a file a learner, archives included."""

import os
import re
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from chatlab.course.classroom.archives import (
    MAX_NOTEBOOK_BYTES,
    Budget,
    Entry,
    is_passed_over,
    read_archive,
)
from chatlab.course.classroom.names import clean_text, sender_of
from chatlab.errors import InvalidInput

__all__ = ["GRADEBOOK", "find_entries", "shown_path"]

GRADEBOOK = "gradebook.sqlite"
"""The gradebook's file: a folder that holds one is a report, and nobody's work."""

_MAX_DEPTH = 16


def find_entries(place: Path) -> Iterator[Entry]:
    """Everything that was handed in, in the order of its names; links are not followed.

    Args:
        place: A folder with a folder or a file for each learner, or the archive of one.

    Raises:
        InvalidInput: There is no such place.
    """
    budget = Budget()
    if place.is_file() and place.suffix.lower() == ".zip":
        common = _common_folder(place)
        for entry in read_archive(place, (), budget):
            yield replace(entry, names=entry.names[common:] or (place.name,))
        return
    if not place.is_dir():
        problem = "is neither a folder nor an archive" if place.exists() else "does not exist"
        raise InvalidInput(str(place), problem, "Name the folder that the class handed in.")
    for path in sorted(place.iterdir()):
        own = budget if path.is_file() else budget.of_one_learner()
        for entry in _walk(path, (path.name,), own):
            owner = (place.resolve().name,) if _is_bare(entry) else ()
            yield replace(entry, names=(*owner, *entry.names))


def shown_path(names: tuple[str, ...]) -> str:
    """The names as one path, for people."""
    return clean_text("/".join(names))


def _common_folder(place: Path) -> int:
    """1 if everything in the archive is in one folder that is nobody's, else 0."""
    try:
        with zipfile.ZipFile(place) as archive:
            paths = [name.split("/") for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return 0
    kept = [path for path in paths if not is_passed_over(path[0])]
    names = {path[0] for path in kept if len(path) > 1}
    deep = all(len(path) > 1 for path in kept)
    return int(deep and len(names) == 1 and not sender_of(list(names)).system)


def _is_bare(entry: Entry) -> bool:
    """Whether it lies right in the place under a lesson's name: the place is one learner's."""
    return len(entry.names) == 1 and bool(re.match(r"\d\d[_-]", entry.names[0]))


def _walk(path: Path, names: tuple[str, ...], budget: Budget) -> Iterator[Entry]:
    if is_passed_over(path.name):
        return
    budget.spend(entries=1)
    if budget.entries_left < 0:
        yield Entry(names, problem="is in a folder that holds too many files.")
        return
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            yield from _walk_folder(path, names, budget)
        elif not stat.S_ISREG(mode):
            yield Entry(names, problem="is a link or a device, not a file. It was not read.")
        elif path.suffix.lower() == ".zip":
            yield from read_archive(path, names, budget)
        elif path.suffix.lower() == ".ipynb":
            yield _read_notebook(path, names)
        else:
            yield Entry(names)
    except OSError as error:
        yield Entry(names, problem=f"cannot be read ({error.strerror}).")


def _walk_folder(path: Path, names: tuple[str, ...], budget: Budget) -> Iterator[Entry]:
    if (path / GRADEBOOK).exists():
        return
    if len(names) > _MAX_DEPTH:
        yield Entry(names, problem=f"lies more than {_MAX_DEPTH} folders deep.")
        return
    for inside in sorted(path.iterdir()):
        if budget.entries_left < -1:
            return
        yield from _walk(inside, (*names, inside.name), budget)


def _read_notebook(path: Path, names: tuple[str, ...]) -> Entry:
    """The file's bytes; nothing that has become a link meanwhile is opened."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_NOTEBOOK_BYTES + 1)
        changed = os.fstat(file.fileno()).st_mtime
    if len(content) > MAX_NOTEBOOK_BYTES:
        return Entry(names, problem=f"is larger than {MAX_NOTEBOOK_BYTES:,} bytes.")
    return Entry(names, content, datetime.fromtimestamp(changed, UTC))
