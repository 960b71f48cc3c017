"""The second half of a check: what was observed becomes a result. No learner's code runs here."""

from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.checking.observe import DROPPED
from chatlab.course.findings import Finding, Result, failed

__all__ = ["result_of"]


def result_of(part: Part, inputs: Any, observation: dict[str, Any]) -> Result:
    """What the observation is worth."""
    match observation:
        case {"state": "not_started"}:
            return Result(part.id, "not_started", 0, part.points)
        case {"state": "skipped", "why": why}:
            return Result(part.id, "skipped", 0, part.points, (failed(why),))
        case {"state": "seen", "value": value}:
            return _judged(part, inputs, value)
        case {"state": "left_behind", "tasks": tasks, "value": value} if (
            tasks == [DROPPED] and _judged(part, inputs, value).status == "failed"
        ):
            return _judged(part, inputs, value)
        case _:
            return Result(part.id, "failed", 0, part.points, (_unseen(part, observation),))


def _judged(part: Part, inputs: Any, value: Any) -> Result:
    findings = tuple(part.judge(inputs, value))
    points = min(part.points, sum(finding.points for finding in findings))
    passed = bool(findings) and all(finding.passed for finding in findings)
    return Result(part.id, "passed" if passed else "failed", points, part.points, findings)


def _unseen(part: Part, observation: dict[str, Any]) -> Finding:
    match observation:
        case {"state": "missing"}:
            return failed(
                f"There is no {part.subject} here.",
                f"Run the cell that makes {part.subject}, then this one. Is it spelled like that?",
            )
        case {"state": "timed_out", "seconds": seconds}:
            at = f" It was at: {observation['line']}" if observation.get("line") else ""
            return failed(
                f"After {seconds:g} seconds it had not finished.{at}",
                "Look for a loop that never ends, or something awaited that never comes.",
            )
        case {"state": "left_behind", "tasks": tasks}:
            return failed(
                f"It left something running in the background: {', '.join(tasks)}.",
                part.leftover_hint
                or "Await every task that you start, or cancel it before you return.",
            )
        case {"state": "raised", "raised": seen}:
            return failed(f"{seen['type']}: {seen['message']}", _line(seen))
        case _:
            return failed("Nothing could be observed.", "Restart the kernel and run all cells.")


def _line(seen: dict[str, Any]) -> str:
    if not seen.get("line"):
        return "It was raised while your code was being checked."
    return f"Your line {seen['number']}: {seen['line']}"
