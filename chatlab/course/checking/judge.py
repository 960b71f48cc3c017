"""The second half of a check: turns an observation into a `Result`; runs no learner's code."""

from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.checking.observe import DROPPED_STREAM
from chatlab.course.findings import Finding, Result, failed

__all__ = ["judge_observation"]


def judge_observation(part: Part, inputs: Any, observation: dict[str, Any]) -> Result:
    """Turn what `observe` returned into a result.

    A value is judged by the part's own `judge`. Without one, the result is "not_started",
    "skipped", or "failed" with a finding that says what kept the code from finishing.
    """
    match observation:
        case {"state": "not_started"}:
            return Result(part.id, "not_started", 0, part.points)
        case {"state": "skipped", "why": why}:
            return Result(part.id, "skipped", 0, part.points, (failed(why),))
        case {"state": "observed", "value": value}:
            return _judge_value(part, inputs, value)
        case {"state": "left_behind", "tasks": tasks, "value": value} if (
            tasks == [DROPPED_STREAM] and _judge_value(part, inputs, value).status == "failed"
        ):
            return _judge_value(part, inputs, value)
        case _:
            return Result(
                part.id, "failed", 0, part.points, (_incomplete_finding(part, observation),)
            )


def _judge_value(part: Part, inputs: Any, value: Any) -> Result:
    """Add up the findings of the part's judge; the points stop at what the part is worth."""
    findings = tuple(part.judge(inputs, value))
    points = min(part.points, sum(finding.points for finding in findings))
    passed = bool(findings) and all(finding.passed for finding in findings)
    return Result(part.id, "passed" if passed else "failed", points, part.points, findings)


def _incomplete_finding(part: Part, observation: dict[str, Any]) -> Finding:
    """What to tell the learner when there is no value to judge."""
    match observation:
        case {"state": "missing"}:
            return failed(
                f"The cell above has not been run yet: there is no {part.subject}.",
                f"Run it, then this one. If you have, look for a name that is not spelled "
                f"{part.subject}.",
            )
        case {"state": "timed_out", "seconds": seconds}:
            location = f" It was at: {observation['line']}" if observation.get("line") else ""
            return failed(
                f"After {seconds:g} seconds it had not finished.{location}",
                part.timeout_hint
                or "Look for a loop that never ends, or something awaited that never comes.",
            )
        case {"state": "left_behind", "tasks": tasks}:
            return failed(
                f"It left something running in the background: {', '.join(tasks)}.",
                part.leftover_hint
                or "Await every task that you start, or cancel it before you return.",
            )
        case {"state": "raised", "raised": exception}:
            return failed(f"{exception['type']}: {exception['message']}", _raised_at(exception))
        case _:
            return failed("Nothing could be observed.", "Restart the kernel and run all cells.")


def _raised_at(exception: dict[str, Any]) -> str:
    if not exception.get("line"):
        return "It was raised while your code was being checked."
    return f"Your line {exception['number']}: {exception['line']}"
