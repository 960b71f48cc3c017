"""Judge part 03.1: each turn replies with its own message and nothing else."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points, or the finding on the first turn that is wrong."""
    if "unmade" in observation:
        return [explain_no_server("EchoServer", observation["unmade"])]
    messages = inputs["messages"]
    for message, turn in zip(messages, observation["turns"], strict=True):
        if wrong := _echo_wrong(message, [m for m in messages if m != message], turn):
            return [wrong]
    return [passed(2, "What was said comes back, to whoever said it.")]


def _echo_wrong(message: str, other_messages: list[str], turn: dict[str, Any]) -> Finding | None:
    called = f"send({message!r})"
    if wrong := turn_wrong(called, turn):
        return wrong
    got = reply_text(turn)
    if got == message:
        return None
    if not got:
        return failed(
            f"{called}: the turn ended and nothing was said.",
            "Yield an AssistantMessage; `return` and `print` send nothing.",
        )
    if got == "".join(message.split()):
        return failed(
            f"{called}: the words came back without their spaces: {shorten(got)}.",
            "split() takes the spaces away. Send the text as it is, in one piece: input.content.",
        )
    if "thread_id=" in got and "content=" in got:
        return failed(
            f"{called}: a whole item came back: {shorten(got)}.",
            "That is `input`, as Python shows it. What the user said is `input.content`.",
        )
    if any(word in got for other in other_messages for word in other.split()):
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
        "An echo repeats the message, once, with nothing around it.",
    )
