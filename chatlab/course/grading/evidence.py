"""What a run of a notebook left to judge: plain JSON, from which no code runs again."""

from dataclasses import asdict, dataclass, field
from typing import Any

from chatlab.course.catalogue import Lesson, Part, lesson_for
from chatlab.course.checking.judge import judge_observation
from chatlab.course.checking.time_limit import TimeLimitExceeded, raise_after
from chatlab.course.findings import Finding, Result, failed

__all__ = ["Evidence", "LessonGrade", "PartEvidence", "judge_evidence"]

JUDGE_SECONDS = 5
"""How long a judge may look at one part's evidence."""


@dataclass(frozen=True)
class PartEvidence:
    """What is known about one part.

    Attributes:
        part: Its id.
        inputs: What its check was given.
        observation: What its check observed, as `observe` returns it; None if it wrote nothing.
        answer_error: The last line of the traceback of the answer's cell; "" if it raised nothing.
        problem: Why the part could not be checked, as a message and a next step; None if it could.
    """

    part: str
    inputs: Any
    observation: dict[str, Any] | None = None
    answer_error: str = ""
    problem: tuple[str, str] | None = None


def _pair(part: dict[str, Any]) -> tuple[str, str]:
    message, next_step = part["problem"]
    return message, next_step


@dataclass(frozen=True)
class Evidence:
    """What is known about one notebook.

    Attributes:
        lesson: The number of its lesson.
        parts: One entry for each part of the lesson.
        notes: What else is unusual about the notebook.
    """

    lesson: int
    parts: tuple[PartEvidence, ...]
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The evidence as plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Evidence":
        """The evidence that `to_json` gave.

        Raises:
            KeyError, TypeError: The data has another shape.
        """
        parts = [
            PartEvidence(**part | {"problem": None if part["problem"] is None else _pair(part)})
            for part in data["parts"]
        ]
        return cls(data["lesson"], tuple(parts), tuple(data["notes"]))


@dataclass(frozen=True)
class LessonGrade:
    """The results of one lesson; `notes` say what else was noticed in the notebook."""

    lesson: Lesson
    results: tuple[Result, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def points(self) -> float:
        """The sum of the points, without optional parts."""
        return self._sum_points(optional=False)

    @property
    def extra_points(self) -> float:
        """The sum of the points of optional parts."""
        return self._sum_points(optional=True)

    def _sum_points(self, *, optional: bool) -> float:
        parts = {part.id for part in self.lesson.parts if part.optional is optional}
        return sum(result.points for result in self.results if result.part in parts)

    @property
    def passed(self) -> bool:
        """Whether every part that is not optional passed, or was skipped on this machine."""
        required = {part.id for part in self.lesson.parts if not part.optional}
        done_statuses = {"passed", "skipped"}
        return all(
            result.status in done_statuses for result in self.results if result.part in required
        )


def judge_evidence(evidence: Evidence) -> LessonGrade:
    """Judge each part of the lesson; this runs no learner's code, and can be done again."""
    lesson = lesson_for(evidence.lesson)
    known = {part.part: part for part in evidence.parts}
    results = tuple(_judge_part(part, known.get(part.id)) for part in lesson.parts)
    grade = LessonGrade(lesson, results)
    return grade if grade.passed else LessonGrade(lesson, results, evidence.notes)


def _judge_part(part: Part, evidence: PartEvidence | None) -> Result:
    """The part's result: an error if its cells could not be run, else what its judge says."""
    if evidence is None:
        return _error_result(part, failed("It was not there when this notebook was run.", _AGAIN))
    if evidence.problem is not None:
        return _error_result(part, failed(*evidence.problem))
    if evidence.answer_error:
        finding = _answer_error_finding(evidence.answer_error)
        return Result(part.id, "failed", 0, part.points, (finding,))
    if evidence.observation is None:
        return _error_result(part, failed("The check wrote nothing down.", _AGAIN))
    return _judge_observation(part, evidence.inputs, evidence.observation)


def _judge_observation(part: Part, inputs: Any, observation: dict[str, Any]) -> Result:
    """What the judge says, in a limited time; an error if it can make nothing of it."""
    try:
        with raise_after(JUDGE_SECONDS):
            return judge_observation(part, inputs, observation)
    except TimeLimitExceeded:
        message = "What the check wrote down cannot be judged in time."
        return _error_result(part, failed(message, "Return less text, then try again."))
    except Exception as error:  # noqa: BLE001 - no check of ours writes what its judge cannot read
        message = f"What the check wrote down makes no sense ({type(error).__name__}: {error})."
        return _error_result(
            part, failed(message, "Leave the check and its files alone, then try again.")
        )


_AGAIN = "Run the notebook again."


def _error_result(part: Part, finding: Finding) -> Result:
    return Result(part.id, "error", 0, part.points, (finding,))


def _answer_error_finding(error_line: str) -> Finding:
    if error_line.startswith("NameError"):
        return failed(
            f"{error_line}.",
            "Run from the top, nothing has that name. Restart the kernel and run all cells to see.",
        )
    return failed(
        f"Its cell does not run: {error_line}", "Run the cell in the notebook: it shows the line."
    )
