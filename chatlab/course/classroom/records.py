"""What a gradebook keeps, as Python sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chatlab.course.classroom.verdict import Verdict

__all__ = ["Attempt", "Deadline", "Problem"]


@dataclass(frozen=True)
class Attempt:
    """A notebook that was graded: whose, which, when, and what came of it.

    Attributes:
        learner: Who handed it in.
        lesson: The number of its lesson.
        sha256: The digest of its bytes.
        file: The name that it was handed in under.
        system: `"moodle"`, `"canvas"`, or "".
        system_id: That system's number for the learner; "" if there is none.
        handed_in: When; None if nobody knows.
        marked_late: Whether the system said that it came late.
        answers: The learner's, by the ids of their cells.
        run_version: Of what observed them.
        judge_version: Of what judged them.
        verdict: What they are worth.
        graded: When they were judged.
    """

    learner: str
    lesson: int
    sha256: str
    file: str
    system: str
    system_id: str
    handed_in: datetime | None
    marked_late: bool
    answers: Mapping[str, str]
    run_version: str
    judge_version: str
    verdict: Verdict
    graded: datetime


@dataclass(frozen=True)
class Deadline:
    """When a lesson was due, and what percentage of the points each day begun after it costs."""

    due: datetime
    penalty: float


@dataclass(frozen=True)
class Problem:
    """A file that could not be graded, whose it is, and why."""

    file: str
    learner: str
    reason: str
