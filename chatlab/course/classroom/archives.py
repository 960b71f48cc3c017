"""Reads what is in an archive, within bounds: nothing is ever unpacked under a name of its own."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

__all__ = [
    "MAX_CLASS_BYTES",
    "MAX_ENTRIES",
    "MAX_NOTEBOOK_BYTES",
    "Budget",
    "Entry",
    "is_passed_over",
    "read_archive",
]

MAX_NOTEBOOK_BYTES = 20_000_000
"""How large a notebook may be."""

MAX_ARCHIVE_BYTES = 100_000_000
"""How large an archive inside another may be, packed."""

MAX_UNPACKED_BYTES = 200_000_000
"""How much is unpacked of one learner's archive, with all that are in it."""

MAX_ENTRIES = 10_000
"""How many files a learner's archives or folder may hold."""

MAX_CLASS_BYTES = 4_000_000_000
"""How much is unpacked of all that a class handed in."""

MAX_CLASS_ENTRIES = 500_000
"""How many files a class may hand in."""

_MAX_DEPTH = 3
_MAX_PATH_PARTS = 32
_HIDDEN = {"__MACOSX", "__pycache__", "Thumbs.db", "desktop.ini"}
_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Entry:
    """A file that was found: its bytes, or why it was refused.

    Attributes:
        names: The folders it is in, archives among them, and its own name.
        content: Its bytes; None if it was not read.
        time: When it was changed last, in this machine's time; None if nobody knows.
        problem: Why it was refused; "" if it was not.
    """

    names: tuple[str, ...]
    content: bytes | None = None
    time: datetime | None = None
    problem: str = ""


@dataclass
class Budget:
    """What may still be unpacked.

    Attributes:
        bytes_left: How many bytes.
        entries_left: How many entries may be looked at.
        outer: The budget of the whole class, which this one is a part of; None if it is the whole.
    """

    bytes_left: int = MAX_CLASS_BYTES
    entries_left: int = MAX_CLASS_ENTRIES
    outer: "Budget | None" = None

    def of_one_learner(self) -> "Budget":
        """A learner's part of the class's budget."""
        if self.outer is not None:
            return self
        return Budget(
            min(self.bytes_left, MAX_UNPACKED_BYTES), min(self.entries_left, MAX_ENTRIES), self
        )

    def spend(self, *, bytes: int = 0, entries: int = 0) -> None:
        """Take this away, from the outer one, too."""
        self.bytes_left -= bytes
        self.entries_left -= entries
        if self.outer is not None:
            self.outer.spend(bytes=bytes, entries=entries)


def is_passed_over(name: str) -> bool:
    """Whether a file or folder of this name is nobody's work: a system's, or a kept copy."""
    return name.startswith(".") or name in _HIDDEN or name.endswith(".kept.ipynb")


def read_archive(
    source: Path | BytesIO, names: tuple[str, ...], budget: Budget, depth: int = 1
) -> Iterator[Entry]:
    """The notebooks in the archive, those of archives in it, and what was refused.

    Args:
        source: The archive.
        names: The folders it is in, and its own name.
        budget: What may be unpacked: a learner's, or the class's, of which each archive in this one
            has its part.
        depth: How many archives this one is in, and one.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            for entry in archive.infolist():
                budget.spend(entries=1)
                if budget.entries_left < 0:
                    yield Entry(names, problem="is in archives that hold too many files.")
                    return
                yield from _read_entry(archive, entry, names, budget, depth)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        yield Entry(names, problem=f"is not an archive that can be read ({error}).")


def _read_entry(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    names: tuple[str, ...],
    budget: Budget,
    depth: int,
) -> Iterator[Entry]:
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if entry.is_dir() or not parts or any(is_passed_over(part) for part in parts if part != ".."):
        return
    inside = (*names, *parts)
    problem = _problem_of(entry, parts)
    if problem:
        yield Entry(inside, problem=problem)
        return
    kind = PurePosixPath(parts[-1]).suffix.lower()
    if kind == ".zip":
        yield from _read_inner(archive, entry, inside, budget, depth)
    elif kind == ".ipynb":
        content = _unpack(archive, entry, MAX_NOTEBOOK_BYTES, budget)
        if isinstance(content, str):
            yield Entry(inside, problem=content)
        else:
            yield Entry(inside, content, _time_of(entry))
    else:
        yield Entry(inside)


def _problem_of(entry: zipfile.ZipInfo, parts: tuple[str, ...]) -> str:
    if ".." in parts or parts[0].startswith("/") or ":" in parts[0]:
        return "names a place outside its archive. It was not read."
    if len(parts) > _MAX_PATH_PARTS:
        return f"lies more than {_MAX_PATH_PARTS} folders deep."
    if stat.S_IFMT(entry.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "is a link or a device, not a file. It was not followed."
    if entry.flag_bits & _ENCRYPTED:
        return "has a password. Ask for it without one."
    return ""


def _read_inner(
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    names: tuple[str, ...],
    budget: Budget,
    depth: int,
) -> Iterator[Entry]:
    if depth >= _MAX_DEPTH:
        yield Entry(names, problem=f"is an archive in {_MAX_DEPTH} others. It was not opened.")
        return
    budget = budget.of_one_learner()
    content = _unpack(archive, entry, MAX_ARCHIVE_BYTES, budget)
    if isinstance(content, str):
        yield Entry(names, problem=content)
    else:
        yield from read_archive(BytesIO(content), names, budget, depth + 1)


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int, budget: Budget
) -> bytes | str:
    """The entry's bytes, or why there are none; what its header promises is not believed."""
    why = f"is larger than {limit:,} bytes."
    if budget.bytes_left < limit:
        limit, why = budget.bytes_left, f"is in archives of more than {MAX_UNPACKED_BYTES:,} bytes."
    if entry.file_size > limit:
        return why
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError) as error:
        return f"cannot be unpacked ({error})."
    budget.spend(bytes=len(content))
    return why if len(content) > limit else content


def _time_of(entry: zipfile.ZipInfo) -> datetime | None:
    """When the file was changed, if the archive says a time that there is."""
    try:
        time = datetime(*entry.date_time).astimezone()
    except (ValueError, OverflowError, OSError):
        return None
    return None if time.year <= 1980 else time  # noqa: PLR2004 - where an archive's time begins
