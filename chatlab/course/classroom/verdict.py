"""A verdict as it is kept: what each part of a notebook earned, and what was said about it."""

from dataclasses import asdict, dataclass
from typing import Any

from chatlab.course.classroom.names import clean_text
from chatlab.course.grading.evidence import Evidence, LessonGrade, judge_evidence

__all__ = ["PartVerdict", "Verdict", "judge"]

_DONE = {"passed", "skipped"}


@dataclass(frozen=True)
class PartVerdict:
    """One part's.

    Attributes:
        part: Its id.
        status: A status of `chatlab.course.findings`.
        points: What it earned.
        out_of: What it is worth.
        optional: Whether it is not needed to pass ("going further").
        feedback: What is not right yet and what to try next, or what is right.
    """

    part: str
    status: str
    points: float
    out_of: float
    optional: bool
    feedback: tuple[str, ...]

    @property
    def lost(self) -> float:
        """The points that it did not earn."""
        return self.out_of - self.points


@dataclass(frozen=True)
class Verdict:
    """A notebook's; `notes` say what else was noticed in it."""

    parts: tuple[PartVerdict, ...]
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """What the parts earned together, without the optional ones."""
        return sum(part.points for part in self.parts if not part.optional)

    @property
    def extra(self) -> float:
        """What the optional parts earned."""
        return sum(part.points for part in self.parts if part.optional)

    @property
    def out_of(self) -> float:
        """What the parts are worth together, without the optional ones."""
        return sum(part.out_of for part in self.parts if not part.optional)

    @property
    def passed(self) -> bool:
        """Whether all parts passed that are not optional."""
        return all(part.status in _DONE for part in self.parts if not part.optional)

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Verdict":
        """The verdict that `to_json` gave."""
        parts = [part | {"feedback": tuple(part["feedback"])} for part in data["parts"]]
        return cls(tuple(PartVerdict(**part) for part in parts), tuple(data["notes"]))


def judge(evidence: dict[str, Any]) -> Verdict:
    """Judge what a run left; no learner's code runs.

    Args:
        evidence: What `Evidence.to_json` gave.

    Raises:
        KeyError, TypeError: It is nothing that a run left.
    """
    grade: LessonGrade = judge_evidence(Evidence.from_json(evidence))
    optional = {part.id for part in grade.lesson.parts if part.optional}
    return Verdict(
        tuple(
            PartVerdict(
                result.part,
                result.status,
                result.points,
                result.out_of,
                result.part in optional,
                tuple(clean_text(line) for line in result.feedback),
            )
            for result in grade.results
        ),
        tuple(clean_text(note) for note in grade.notes),
    )
