"""What costs a class most: which part, and which thought behind it."""

import re
from collections import Counter
from dataclasses import dataclass

from chatlab.course.classroom.standing import ClassResults

__all__ = ["Misconception", "PartStatistics", "misconceptions", "part_statistics", "totals"]

_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|\d+(?:[.,:]\d+)*")


@dataclass(frozen=True)
class PartStatistics:
    """How a class did in a part.

    Attributes:
        part: Its id.
        out_of: What it is worth.
        handed_in: How many handed its lesson in.
        passed: How many of them passed it.
        not_started: How many left it as it was.
        mean: The points that they have on average.
    """

    part: str
    out_of: float
    handed_in: int
    passed: int
    not_started: int
    mean: float

    @property
    def lost(self) -> float:
        """The points that it cost them on average."""
        return self.out_of - self.mean


@dataclass(frozen=True)
class Misconception:
    """A piece of feedback that learners got, whatever it quoted.

    Attributes:
        part: The part that it was for.
        feedback: One of them, in its own words.
        learners: How many got it.
        lost: The points that the part cost them, together.
    """

    part: str
    feedback: str
    learners: int
    lost: float


def part_statistics(results: ClassResults) -> list[PartStatistics]:
    """Every part that somebody handed in, in order; of each learner's attempts what counts."""
    verdicts = [part for one in results.standings for part in one.attempt.verdict.parts]
    found: list[PartStatistics] = []
    for id in sorted({part.part for part in verdicts}):
        same = [part for part in verdicts if part.part == id]
        statuses = Counter(part.status for part in same)
        mean = sum(part.points for part in same) / len(same)
        found.append(
            PartStatistics(
                id, same[0].out_of, len(same), statuses["passed"], statuses["not_started"], mean
            )
        )
    return found


def misconceptions(results: ClassResults) -> list[Misconception]:
    """What was said about parts that did not pass, the dearest first.

    What a message quotes differs from learner to learner: texts and numbers are left out when
    messages are compared.
    """
    grouped: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for standing in results.standings:
        for part in standing.attempt.verdict.parts:
            if part.status in {"failed", "error"} and part.feedback:
                key = part.part, _VARIES.sub("…", part.feedback[0])
                grouped.setdefault(key, []).append((part.feedback[0], part.lost))
    found = [
        Misconception(
            part,
            Counter(words for words, _ in told).most_common(1)[0][0],
            len(told),
            sum(lost for _, lost in told),
        )
        for (part, _), told in grouped.items()
    ]
    return sorted(found, key=lambda one: (-one.lost, -one.learners, one.part, one.feedback))


def totals(results: ClassResults) -> list[float]:
    """Of each learner the percentage of the points of what they handed in."""
    return [
        100
        * sum(one.points for one in standings)
        / max(sum(one.attempt.verdict.out_of for one in standings), 1)
        for standings in results.learners.values()
    ]
