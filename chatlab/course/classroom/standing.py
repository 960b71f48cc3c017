"""What counts: of all attempts at a lesson the best, after what its lateness costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.classroom.records import Attempt, Deadline, Problem

__all__ = ["ClassResults", "Standing", "class_results", "days_late"]


@dataclass(frozen=True)
class Standing:
    """What one learner has in one lesson.

    Attributes:
        attempt: The one that counts.
        attempts: How many there are.
        days_late: How many days had begun since it was due.
        penalty: The percentage of the points that this costs.
        points: What is left of the points.
        extra: What is left of the points for going further.
        comment: What was written by hand; "" if nothing was.
    """

    attempt: Attempt
    attempts: int
    days_late: int
    penalty: float
    points: float
    extra: float
    comment: str


@dataclass(frozen=True)
class ClassResults:
    """All standings by learner, in the order of names and lessons; and what was not graded."""

    learners: Mapping[str, tuple[Standing, ...]]
    problems: tuple[Problem, ...]

    @property
    def standings(self) -> list[Standing]:
        """Those of all learners."""
        return [standing for standings in self.learners.values() for standing in standings]

    @property
    def lessons(self) -> list[int]:
        """The numbers of the lessons that somebody handed in."""
        return sorted({standing.attempt.lesson for standing in self.standings})


def class_results(gradebook: Gradebook) -> ClassResults:
    """What counts, from the gradebook."""
    deadlines, comments = gradebook.deadlines(), gradebook.comments()
    grouped: dict[str, dict[int, list[Attempt]]] = {}
    for attempt in gradebook.attempts():
        grouped.setdefault(attempt.learner, {}).setdefault(attempt.lesson, []).append(attempt)
    learners = {
        learner: tuple(
            _best(attempts, deadlines.get(lesson), comments.get((learner, lesson), ""))
            for lesson, attempts in lessons.items()
        )
        for learner, lessons in sorted(grouped.items(), key=lambda found: found[0].casefold())
    }
    return ClassResults(learners, tuple(gradebook.problems()))


def days_late(attempt: Attempt, deadline: Deadline | None) -> int:
    """How many days had begun; at least one where the system says that it was late."""
    if deadline is None:
        return 0
    least = int(attempt.marked_late)
    if attempt.handed_in is None:
        return least
    late = attempt.handed_in - deadline.due
    return max(least, -(-late // timedelta(days=1)))


def _best(attempts: list[Attempt], deadline: Deadline | None, comment: str) -> Standing:
    found = [_standing(attempt, len(attempts), deadline, comment) for attempt in attempts]
    return max(found, key=lambda one: (one.points, one.extra, _time(one.attempt)))


def _standing(attempt: Attempt, attempts: int, deadline: Deadline | None, comment: str) -> Standing:
    late = days_late(attempt, deadline)
    penalty = min(100.0, late * deadline.penalty) if deadline else 0.0
    kept = 1 - penalty / 100
    points, extra = (round(found * kept, 2) for found in _earned(attempt))
    return Standing(attempt, attempts, late, penalty, points, extra, comment)


def _earned(attempt: Attempt) -> tuple[float, float]:
    return attempt.verdict.points, attempt.verdict.extra


def _time(attempt: Attempt) -> datetime:
    return attempt.handed_in or datetime.min.replace(tzinfo=UTC)
