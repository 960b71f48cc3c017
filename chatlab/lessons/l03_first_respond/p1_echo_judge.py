"""Parts 03.1 and 03.2: servers that echo and welcome; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each gets their own message back, and nothing else."""
    if "unmade" in seen:
        return [explain_unmade("EchoServer", seen["unmade"])]
    messages = inputs["messages"]
    for message, turn in zip(messages, seen["turns"], strict=True):
        if wrong := _echo_wrong(message, [m for m in messages if m != message], turn):
            return [wrong]
    return [passed(2, "What was said comes back, to the one who said it.")]


def _echo_wrong(message: str, others: list[str], turn: dict[str, Any]) -> Finding | None:
    called = f"send({message!r})"
    if wrong := turn_problem(called, turn):
        return wrong
    got = reply_text(turn)
    if got == message:
        return None
    if not got:
        return failed(
            f"{called}: the turn ended and nothing was said.",
            "Yield an AssistantMessage; `return` and `print` send nothing.",
        )
    if any(word in got for other in others for word in other.split()):
        return failed(
            f"{called} was answered with {shorten(got)}: that is what somebody else said.",
            "One server serves everybody: keep nothing on `self` or on the class. Use `input`.",
        )
    if message not in got:
        return failed(
            f"{called}: expected {message!r}, got {shorten(got)}.",
            "What the user said is in input.content.",
        )
    return failed(
        f"{called}: expected {message!r}, got {shorten(got)}.",
        "An echo gives back the message, once, and nothing around it.",
    )
