"""Says when a check has changed: what runs beside learners' code, and what judges it."""

import importlib
import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from chatlab.course.authoring.release import load_pristine_exercise
from chatlab.course.catalogue import LESSONS, lesson_for, package_of

__all__ = ["judge_version", "run_version"]


@cache
def run_version(root: Path, number: int) -> str:
    """Changes when the lesson's exercise changes, or what observes the answers to it."""
    exercise = json.dumps(load_pristine_exercise(root, lesson_for(number)), sort_keys=True)
    observers = [path for path in _modules(number) if not path.stem.endswith("_judge")]
    return _digest(exercise.encode(), *(path.read_bytes() for path in observers))


@cache
def judge_version(number: int) -> str:
    """Changes when a judge of the lesson changes, or what its judges share."""
    return _digest(*(path.read_bytes() for path in _modules(number)))


def _modules(number: int) -> list[Path]:
    """The files of the lesson's checks, and of what lessons share."""
    return [
        path
        for package in (package_of(number), f"{LESSONS}.support")
        for folder in importlib.import_module(package).__path__
        for path in sorted(Path(folder).glob("*.py"))
    ]


def _digest(*contents: bytes) -> str:
    found = sha256()
    for content in contents:
        found.update(len(content).to_bytes(8, "big") + content)
    return found.hexdigest()[:16]
