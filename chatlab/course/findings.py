"""What a check found, and what it means: findings add up to the result of a part."""

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Finding", "Result", "Status", "failed", "needless_async", "passed"]

Status = Literal["passed", "failed", "not_started", "skipped", "error"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        passed: Whether it is as it should be.
        points: What it earned.
        said: What was called, expected and got, or the thought behind the mistake; a sentence or
            two.
        next: The next thing to try.
    """

    passed: bool
    points: float
    message: str
    next_step: str = ""


def passed(points: float, said: str) -> Finding:
    """It is as it should be."""
    return Finding(passed=True, points=points, message=said)


def failed(said: str, next: str = "", points: float = 0) -> Finding:
    """It is not; `points` is what it earned all the same."""
    return Finding(passed=False, points=points, message=said, next_step=next)


def needless_async(name: str, seen: dict[str, Any]) -> Finding | None:
    """What is wrong when a plain function was asked for, and what came had to be awaited."""
    if not seen.get("awaited"):
        return None
    return failed(
        f"{name}() gave back a coroutine: nothing happens until somebody awaits it.",
        "There is nothing to wait for in it: write `def`, and not `async def`.",
    )


@dataclass(frozen=True)
class Result:
    """How a part stands."""

    part: str
    status: Status
    points: float
    out_of: float
    findings: tuple[Finding, ...] = ()

    @property
    def feedback(self) -> list[str]:
        """At most four lines: what is not right yet, and the next thing to try."""
        wrong = [finding for finding in self.findings if not finding.passed] or self.findings[:1]
        lines = [line for one in wrong[:2] for line in (one.message, one.next_step) if line]
        return lines[:4]
