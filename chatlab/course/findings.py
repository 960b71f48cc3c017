"""What a check found: the findings of a part add up to its `Result`."""

from dataclasses import dataclass
from typing import Any, Literal

__all__ = [
    "Finding",
    "Result",
    "Status",
    "failed",
    "needless_async",
    "passed",
]

MAX_TEXT_CHARS = 500
"""How long a sentence of a finding may be: a part of it may be a learner's own text."""

Status = Literal["passed", "failed", "not_started", "skipped", "error"]


@dataclass(frozen=True)
class Finding:
    """The outcome of looking at one thing.

    Attributes:
        passed: Whether it is right.
        points: How many points it earned.
        message: What was called, expected and got, or the thought behind the mistake; a sentence
            or two.
        next_step: The next thing to try.
    """

    passed: bool
    points: float
    message: str
    next_step: str = ""


def passed(points: float, message: str) -> Finding:
    """A finding of something that is right."""
    return Finding(passed=True, points=points, message=_printable(message))


def failed(message: str, next_step: str = "", points: float = 0) -> Finding:
    """A finding of something that is wrong; `points` is what it earned all the same."""
    message, next_step = _printable(message), _printable(next_step)
    return Finding(passed=False, points=points, message=message, next_step=next_step)


def needless_async(name: str, outcome: dict[str, Any]) -> Finding | None:
    """The finding when a plain function was asked for and a coroutine function was written.

    Args:
        name: The function's name.
        outcome: What `attempt` returned for a call of it.
    """
    if not outcome.get("awaited"):
        return None
    return failed(
        f"{name}() returned a coroutine: nothing happens until somebody awaits it.",
        "It has nothing to wait for: write `def`, not `async def`.",
    )


@dataclass(frozen=True)
class Result:
    """The result of a part: its status, and `points` out of `out_of`."""

    part: str
    status: Status
    points: float
    out_of: float
    findings: tuple[Finding, ...] = ()

    @property
    def feedback(self) -> list[str]:
        """At most four lines: what is not right yet, and the next thing to try."""
        shown = [finding for finding in self.findings if not finding.passed] or self.findings[:1]
        lines = [
            line for finding in shown[:2] for line in (finding.message, finding.next_step) if line
        ]
        return lines[:4]


def _printable(text: str) -> str:
    """The text without what would move a terminal's cursor, and cut to 500 characters."""
    kept = text if len(text) <= MAX_TEXT_CHARS else f"{text[: MAX_TEXT_CHARS - 2]} …"
    shown = (c if c.isprintable() or c in "\n\u200d" else "\N{REPLACEMENT CHARACTER}" for c in kept)
    return "".join(shown)
