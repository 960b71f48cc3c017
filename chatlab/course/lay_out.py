"""`chatlab start`: lays the course out in a folder, from the installed package alone.

What is laid out again replaces what nobody has changed since; what a learner wrote stays.
"""

import hashlib
import json
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path

from chatlab.course.catalogue import lesson_for, lesson_numbers, package_of
from chatlab.errors import InvalidInput
from chatlab.files import write_atomically

__all__ = ["LaidOut", "lay_out_course"]

_PACKAGE = "chatlab.course"
_DIGESTS = Path(".chatlab", "laid_out.json")
"""In the course's folder: the digest of each file as it was laid out last."""


@dataclass
class LaidOut:
    """What was done, by the files' paths in the course's folder.

    Attributes:
        written: Files that were new, or newer than what was there.
        kept: Files that somebody has changed, and for which there is a newer version.
    """

    written: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])


def lay_out_course(folder: Path) -> LaidOut:
    """Write notebooks, guides and exercises into the folder; solutions are not among them.

    Raises:
        InvalidInput: The folder cannot be written, or is a file.
    """
    digests, done = _read_digests(folder), LaidOut()
    try:
        for name, content in _shipped_files():
            path, digest = folder / name, _digest(content)
            present = _digest(path.read_bytes()) if path.exists() else None
            if present in {None, digests.get(name)}:
                if present != digest:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
                    done.written.append(name)
                digests[name] = digest
            elif present == digest:
                digests[name] = digest
            elif digests.get(name) != digest:
                done.kept.append(name)
        write_atomically(folder / _DIGESTS, json.dumps(digests, indent=1, sort_keys=True))
    except OSError as error:
        raise InvalidInput(
            str(folder), f"cannot hold the course ({error})", "Name a folder of your own."
        ) from None
    return done


def _shipped_files() -> list[tuple[str, bytes]]:
    """Each file's path in the course's folder, and what it holds."""
    found: list[tuple[str, bytes]] = []
    _collect(_notebooks(), "notebooks", found)
    for number in lesson_numbers():
        exercise = files(package_of(number)) / "exercise.ipynb"
        found.append((f"exercises/{lesson_for(number).slug}.ipynb", exercise.read_bytes()))
    return found


def _notebooks() -> Traversable:
    """Those in the package; in a clone of the repository, those beside it."""
    packaged = files(_PACKAGE) / "notebooks"
    if packaged.is_dir():
        return packaged
    with as_file(files(_PACKAGE)) as package:
        return package.parents[1] / "notebooks"


def _collect(folder: Traversable, name: str, found: list[tuple[str, bytes]]) -> None:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{name}/{entry.name}"
        if entry.is_dir() and not entry.name.startswith("."):
            _collect(entry, path, found)
        elif entry.is_file() and entry.name.endswith((".ipynb", ".md", ".png")):
            found.append((path, entry.read_bytes()))


def _read_digests(folder: Path) -> dict[str, str]:
    try:
        found = json.loads((folder / _DIGESTS).read_text("utf-8"))
        return {str(name): str(digest) for name, digest in found.items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
