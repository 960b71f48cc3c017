"""Where the course is on this machine, and the learner's progress in it."""

import json
from pathlib import Path
from typing import Any

from chatlab.course.catalogue import Lesson
from chatlab.errors import InvalidInput
from chatlab.files import write_atomically

__all__ = ["Progress", "course_root", "exercise_path"]


def course_root() -> Path:
    """The folder with `notebooks/` and `exercises/`: this one, one above it, or the package's.

    `solutions/` may be missing: whoever teaches may keep them back.

    Raises:
        InvalidInput: There is none.
    """
    start = Path.cwd()
    for folder in (start, *start.parents, Path(__file__).parents[2]):
        if all((folder / name).is_dir() for name in ("notebooks", "exercises")):
            return folder
    raise InvalidInput(
        str(start),
        "is not in a copy of the course",
        "Change into the cloned folder and try again.",
    )


def exercise_path(root: Path, lesson: Lesson, *, solutions: bool = False) -> Path:
    """Where the lesson's exercise is, or its solution."""
    return root / ("solutions" if solutions else "exercises") / f"{lesson.slug}.ipynb"


class Progress:
    """Points and hints so far, in `.chatlab/progress.json` below `root`, which git ignores."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._path = root / ".chatlab" / "progress.json"
        self._data: dict[str, Any] = {"points": {}, "passed": {}, "latest": {}, "hints": {}}
        if self._path.exists():
            try:
                self._data |= json.loads(self._path.read_text("utf-8"))
            except (OSError, ValueError) as error:
                raise InvalidInput(
                    str(self._path),
                    f"cannot be read ({error})",
                    "Move it somewhere else.",
                ) from None

    def points(self, part_id: str) -> float:
        """The most that was ever earned for the part."""
        return float(self._data["points"].get(part_id, 0))

    def passed(self, part_id: str) -> bool:
        """Whether the part has ever passed."""
        return bool(self._data["passed"].get(part_id, False))

    def latest_points(self, part_id: str) -> float:
        """What was earned for the part the last time it was checked."""
        return float(self._data["latest"].get(part_id, self.points(part_id)))

    def hints_shown(self, part_id: str) -> int:
        """How many of the part's hints have been shown."""
        return int(self._data["hints"].get(part_id, 0))

    def record_result(self, part_id: str, points: float, *, passed: bool) -> None:
        """Store the part's points, and whether it passed; `save` writes them.

        What was better before stays; `latest_points` is what it is now.
        """
        self._data["latest"][part_id] = points
        self._data["points"][part_id] = max(points, self.points(part_id))
        self._data["passed"][part_id] = passed or self.passed(part_id)

    def record_hints(self, part_id: str, shown: int) -> None:
        """Store how many of the part's hints have been shown; `save` writes it."""
        self._data["hints"][part_id] = shown

    def save(self) -> None:
        """Write the file; if that fails, the old one stays."""
        write_atomically(self._path, json.dumps(self._data, indent=1, sort_keys=True))
