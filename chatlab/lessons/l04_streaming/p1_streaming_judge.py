"""Part 04.1: a server that passes on each piece of the model's reply as it comes; the verdict."""

from itertools import pairwise
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge", "stream_wrong"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each gets the model's reply to their own message, every piece as it comes."""
    if "unmade" in seen:
        return [explain_unmade("StreamingServer", seen["unmade"])]
    texts, turns = inputs["replies"], seen["turns"]
    one, two = (f"send({message!r})" for message in inputs["messages"])
    # Nobody came in between in the second turn: what is wrong there is its own mistake.
    if wrong := stream_wrong(two, texts[1], texts[0], turns[1]) or turn_problem(one, turns[0]):
        return [wrong]
    if (got := reply_text(turns[0])) != texts[0]:
        return [
            failed(
                f"{one}: in between somebody else was answered, and then this came: {shorten(got)}",
                "One server serves everybody: keep nothing about a turn on `self`.",
            )
        ]
    if wrong := stream_wrong(one, texts[0], texts[1], turns[0]):
        return [wrong]
    if seen["blocked"]:
        return [
            failed(
                "Everybody waited; await instead.",
                "`time.sleep` stops the whole server. There is no need to wait here: the model "
                "sets the pace. Where you do, use `await asyncio.sleep(...)`.",
            )
        ]
    return [passed(3, "Every piece is on its way as soon as it is there.")]


def stream_wrong(called: str, text: str, other: str, turn: dict[str, Any]) -> Finding | None:
    """What is wrong with a turn that should have sent the model's `text`."""
    if wrong := turn_problem(called, turn):
        return wrong
    telling, got = turn["telling"], reply_text(turn)
    if not telling["asked"]:
        return failed(
            f"{called}: the model was never given this message.",
            "Hand it on: self.model.stream(input.content).",
        )
    if telling["prompted"] not in {None, "str"}:
        return failed(
            f"{called}: the model was given a {telling['prompted']}; it reads text.",
            "`input` is an item. What the user said is in it: input.content.",
        )
    if telling["asked"] > 1:
        return failed(
            f"{called}: the model was asked {telling['asked']} times for one answer.",
            "Each question costs money. Ask once, and send each piece of that one stream.",
        )
    if got != text:
        return _other_text(called, text, other, got, turn)
    if telling["first_at"] == telling["pieces"]:
        return failed(
            "Your first event came after the last piece.",
            "Yield inside the `async for`, as soon as you have a piece.",
        )
    if telling["late"] is not None:
        return failed(
            f"{called}: piece {telling['late']} was held back until later pieces had come.",
            "Yield each piece before you ask the model for the next one.",
        )
    return None


def _other_text(
    called: str, text: str, other: str, got: str, turn: dict[str, Any]
) -> Finding | None:
    sent = [e["content"] for e in turn["events"] if e["type"] == "assistant_message"]
    if not got:
        return failed(
            f"{called}: the model spoke, and the user got nothing.",
            "Yield an AssistantMessage for each piece.",
        )
    grows = all(b.startswith(a) for a, b in pairwise(sent))
    if len(sent) > 2 and grows and text.startswith(sent[-1]):
        return failed(
            "Send only the new piece.",
            f"The server joins the pieces: the user read {shorten(got)}",
        )
    if got == text + text:
        return failed(
            f"{called}: the reply came twice.",
            "The pieces are the message already: do not send the whole text after them.",
        )
    if "".join(got.split()) == "".join(text.split()):
        return failed(
            f"{called}: the words are right, the spaces are not: {shorten(got)}",
            "A piece brings its own spaces and line breaks. Send it as it is.",
        )
    if text.startswith(got) and len(text) - len(got) < 8:
        return failed(
            f"{called}: the last piece is missing: {text[len(got) :]!r}",
            "Is a piece still in your hand when the loop ends? Yield it as soon as you have it.",
        )
    if text.startswith(got):
        return failed(
            f"{called}: only the beginning came: {shorten(got)}",
            "Let the loop run to its end; `return` and `break` leave it.",
        )
    if (set(other.split()) - set(text.split())) & set(got.split()):
        return failed(
            f"{called}: somebody else's answer came, or a part of it.",
            "One server serves everybody: keep nothing about a turn on `self`.",
        )
    return failed(
        f"{called}: expected {shorten(text)}, got {shorten(got)}",
        "Nothing may be lost, added or doubled: yield each piece once, in order.",
    )
