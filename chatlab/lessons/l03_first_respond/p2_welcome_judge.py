"""Judge part 03.2: a greeting for an empty thread, silence after it, an echo of each message."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points, or the finding on the first turn that is wrong."""
    if "unmade" in observation:
        return [explain_no_server("WelcomeServer", observation["unmade"])]
    first_message, second_message = inputs["messages"]
    expectations = [
        ("send(None) on an empty thread", "greeting"),
        ("send(None) on a thread with history", "silence"),
        (f"send({first_message!r})", first_message),
        ("send(None) on somebody else's empty thread", "greeting"),
        (f"send({second_message!r}) on an empty thread", second_message),
        ("send(None) on a thread with history", "silence"),
        ("send(None) on an empty thread, the user's second one", "greeting"),
    ]
    for (called, expected), turn in zip(expectations, observation["turns"], strict=True):
        if wrong := turn_wrong(called, turn) or _welcome_wrong(called, expected, turn):
            return [wrong]
    greeting, later_reply, immediate_reply = (
        reply_text(observation["turns"][n]) for n in (0, 2, 4)
    )
    if greeting in immediate_reply and greeting not in later_reply:
        return [
            failed(
                f"send({second_message!r}) on an empty thread: it was greeted, too: "
                f"{shorten(immediate_reply)}.",
                "Greet only those who have said nothing: ask `input is None` before you look at "
                "the history.",
            )
        ]
    return [passed(2, "It greets once, keeps quiet when it should, and answers.")]


def _welcome_wrong(called: str, expected: str, turn: dict[str, Any]) -> Finding | None:
    """What is wrong with the reply; `expected` is "greeting", "silence" or the text to echo."""
    got = reply_text(turn)
    if expected == "greeting":
        if got.strip():
            return None
        if "second one" in called:
            return failed(
                f"{called}: nothing was said.",
                "What counts is whether the thread is new, not whether you know the person from "
                "another one. Ask `thread.history` alone.",
            )
        if "somebody else's" in called:
            return failed(
                f"{called}: nothing was said, though the first customer was greeted.",
                "One server serves everybody: ask `thread.history`, not something kept on `self`.",
            )
        return failed(
            f"{called}: nothing was said.",
            "Yield a greeting. An empty history is `()`, and not None or []: ask `not history`.",
        )
    if expected == "silence":
        if not turn["saved"] and all(e["type"] != "assistant_message" for e in turn["events"]):
            return None
        if not got:
            return failed(
                f"{called}: an empty piece of a message was sent.",
                "To stay silent, yield nothing: end with `return`.",
            )
        return failed(
            f"{called}: expected silence, got {shorten(got)}.",
            "They have been here before: look at `thread.history`.",
        )
    if expected in got:
        return None
    if not got:
        return failed(f"{called}: there was no answer.", "A message wants an answer: echo it.")
    return failed(
        f"{called}: expected an echo, got {shorten(got)}.",
        "Somebody spoke, so answer them. Greet only when `input is None`.",
    )
