"""Where the course lies on this machine, and what this learner has done in it."""

import json
from pathlib import Path
from typing import Any

from chatlab.course.catalogue import Lesson
from chatlab.errors import InvalidInput
from chatlab.files import write_atomically

__all__ = ["Progress", "course_root", "exercise_path"]


def course_root() -> Path:
    """The folder with `notebooks/` and `exercises/`: here, above, or by the package.

    `solutions/` may be missing: whoever teaches may keep them back.

    Raises:
        InvalidInput: There is none.
    """
    here = Path.cwd()
    for folder in (here, *here.parents, Path(__file__).parents[2]):
        if all((folder / name).is_dir() for name in ("notebooks", "exercises")):
            return folder
    raise InvalidInput(
        str(here), "is not in a copy of the course", "Change into the cloned folder and try again."
    )


def exercise_path(root: Path, lesson: Lesson, *, solutions: bool = False) -> Path:
    """Where the lesson's exercise is, or its solution."""
    return root / ("solutions" if solutions else "exercises") / f"{lesson.slug}.ipynb"


class Progress:
    """Points and hints so far, in `.chatlab/progress.json`, which git ignores."""

    def __init__(self, root: Path) -> None:
        self._path = root / ".chatlab" / "progress.json"
        self._kept: dict[str, Any] = {"points": {}, "passed": {}, "hints": {}}
        if self._path.exists():
            try:
                self._kept |= json.loads(self._path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise InvalidInput(
                    str(self._path),
                    f"cannot be read ({error})",
                    "Move it away.",
                ) from None

    def points(self, part_id: str) -> float:
        """What was earned for the part the last time it was checked."""
        return float(self._kept["points"].get(part_id, 0))

    def passed(self, part_id: str) -> bool:
        """Whether the part passed the last time it was checked."""
        return bool(self._kept["passed"].get(part_id, False))

    def hints(self, part_id: str) -> int:
        """How many hints have been shown."""
        return int(self._kept["hints"].get(part_id, 0))

    def note_result(self, part_id: str, points: float, *, passed: bool) -> None:
        """Remember how the part stands."""
        self._kept["points"][part_id] = points
        self._kept["passed"][part_id] = passed

    def note_hint(self, part_id: str, shown: int) -> None:
        """Remember how many hints have been shown."""
        self._kept["hints"][part_id] = shown

    def save(self) -> None:
        """Write it down, whole or not at all."""
        write_atomically(self._path, json.dumps(self._kept, indent=1, sort_keys=True))
