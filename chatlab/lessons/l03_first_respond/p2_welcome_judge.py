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
    """An empty thread is greeted, one with history is not, and a message is answered."""
    if "unmade" in seen:
        return [explain_unmade("WelcomeServer", seen["unmade"])]
    first, second = inputs["messages"]
    expected = [
        ("send(None) on an empty thread", "greeting"),
        ("send(None) on a thread with history", "silence"),
        (f"send({first!r})", first),
        ("send(None) on somebody else's empty thread", "greeting"),
        (f"send({second!r}) on an empty thread", second),
        ("send(None) on a thread with history", "silence"),
    ]
    for (called, wanted), turn in zip(expected, seen["turns"], strict=True):
        if wrong := turn_problem(called, turn) or _welcome_wrong(called, wanted, turn):
            return [wrong]
    greeting, speaks, at_once = (reply_text(seen["turns"][n]) for n in (0, 2, 4))
    if greeting in at_once and greeting not in speaks:
        return [
            failed(
                f"send({second!r}) on an empty thread: it was greeted, too: {shorten(at_once)}.",
                "Greet who has said nothing: ask `input is None` before you look at the history.",
            )
        ]
    return [passed(2, "It greets once, keeps quiet when it should, and answers.")]


def _welcome_wrong(called: str, wanted: str, turn: dict[str, Any]) -> Finding | None:
    got = reply_text(turn)
    if wanted == "greeting":
        if got.strip():
            return None
        if "somebody else's" in called:
            return failed(
                f"{called}: nothing was said, though the first customer was greeted.",
                "One server serves everybody: ask `thread.history`, not something kept on `self`.",
            )
        return failed(
            f"{called}: nothing was said.",
            "Yield a greeting. An empty history is `()`, and not None or []: ask `not history`.",
        )
    if wanted == "silence":
        if not turn["saved"]:
            return None
        if not got:
            return failed(
                f"{called}: an empty message was sent, and stored.",
                "Silence is to yield nothing: end with `return`.",
            )
        return failed(
            f"{called}: expected silence, got {shorten(got)}.",
            "They have been here before: look at `thread.history`.",
        )
    if wanted in got:
        return None
    if not got:
        return failed(f"{called}: there was no answer.", "A message wants an answer: echo it.")
    return failed(
        f"{called}: expected an echo, got {shorten(got)}.",
        "Somebody spoke, so answer them. Greet only when `input is None`.",
    )
