"""Judges stored evidence again, after a check was mended; no learner's code runs."""

from dataclasses import dataclass, replace

from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.classroom.verdict import PartVerdict, Verdict, judge
from chatlab.course.classroom.versions import judge_version

__all__ = ["Change", "Regrading", "regrade"]


@dataclass(frozen=True)
class Change:
    """A part of somebody's that is judged differently now."""

    learner: str
    before: PartVerdict
    after: PartVerdict


@dataclass(frozen=True)
class Regrading:
    """How many notebooks were judged, and what is judged differently now."""

    judged: int
    changes: tuple[Change, ...]


def regrade(gradebook: Gradebook, lesson: int, part: str | None = None) -> Regrading:
    """Judge every attempt at the lesson again, or one part of it alone.

    All verdicts are replaced in one transaction.
    """
    changes: list[Change] = []
    revised: dict[int, Verdict] = {}
    for id, evidence, before, learner in gradebook.evidence(lesson):
        after = judge(evidence)
        if part is not None:
            after = _with_part(before, after, part)
        old = {verdict.part: verdict for verdict in before.parts}
        changes += [
            Change(learner, old[new.part], new)
            for new in after.parts
            if new.part in old and new != old[new.part]
        ]
        revised[id] = after
    gradebook.revise(revised, judge_version(lesson))
    return Regrading(len(revised), tuple(changes))


def _with_part(before: Verdict, after: Verdict, part: str) -> Verdict:
    """The verdict before, with one part judged again."""
    new = {verdict.part: verdict for verdict in after.parts if verdict.part == part}
    parts = tuple(new.pop(verdict.part, verdict) for verdict in before.parts)
    return replace(before, parts=(*parts, *new.values()))
