"""Times that somebody writes down: when a lesson is due, and when a notebook was handed in."""

import csv
from datetime import datetime
from pathlib import Path

from chatlab.course.classroom.collect import HandedIn
from chatlab.errors import InvalidInput

__all__ = ["HandInTimes", "parse_time"]

_FIX = "Write one such as 2026-01-31T18:00, in this machine's time."


def parse_time(text: str, what: str) -> datetime:
    """The time that the text says; without a zone, in this machine's.

    Raises:
        InvalidInput: It says none.
    """
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(what, f"is not a time: {text!r}", _FIX) from None


class HandInTimes:
    """When notebooks were handed in, from a CSV with the columns `learner`, `lesson`, `handed_in`.

    An empty lesson stands for all of the learner's.

    Args:
        path: The file.

    Raises:
        InvalidInput: It cannot be read, or a line of it says no time.
    """

    def __init__(self, path: Path) -> None:
        self._times: dict[tuple[str, str], datetime] = {}
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    learner, time = row["learner"].strip(), row["handed_in"] or ""
                    lesson = (row.get("lesson") or "").strip()
                    key = learner.casefold(), lesson.zfill(2)[:2] if lesson else ""
                    self._times[key] = parse_time(time, f"{path.name}, {learner}")
        except (OSError, UnicodeError, csv.Error) as error:
            raise InvalidInput(str(path), f"cannot be read ({error})", "Check it.") from None
        except (KeyError, AttributeError):
            raise InvalidInput(
                str(path), "lacks a column", "It begins with: learner,lesson,handed_in"
            ) from None

    def of(self, item: HandedIn) -> datetime | None:
        """When the notebook was handed in; None if the file does not say it."""
        learner = item.learner.casefold()
        return self._times.get((learner, f"{item.lesson:02}")) or self._times.get((learner, ""))
