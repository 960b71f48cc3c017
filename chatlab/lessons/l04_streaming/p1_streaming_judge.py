"""Judge part 04.1: each piece of the model's reply is sent before the next one is asked for."""

from itertools import pairwise
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge", "stream_wrong"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """3 points if each user got the reply to their own message, and nothing blocked the loop."""
    if "unmade" in observation:
        return [explain_no_server("StreamingServer", observation["unmade"])]
    texts, turns = inputs["replies"], observation["turns"]
    first_call, second_call = (f"send({message!r})" for message in inputs["messages"])
    # No other turn ran during the second one, so what is wrong there has no other cause.
    if wrong := stream_wrong(second_call, texts[1], texts[0], turns[1]) or turn_wrong(
        first_call, turns[0]
    ):
        return [wrong]
    if (got := reply_text(turns[0])) != texts[0]:
        return [
            failed(
                f"{first_call}: meanwhile somebody else was answered, and then this came: "
                f"{shorten(got)}",
                "One server serves everybody: keep nothing about a turn on `self`.",
            )
        ]
    if wrong := stream_wrong(first_call, texts[0], texts[1], turns[0]):
        return [wrong]
    if observation["blocked"]:
        return [
            failed(
                "Everybody waited; await instead.",
                "`time.sleep` stops the whole server. There is no need to wait here: the model "
                "sets the pace. Where you do, use `await asyncio.sleep(...)`.",
            )
        ]
    return [passed(3, "Every piece is on its way as soon as it arrives.")]


def stream_wrong(called: str, text: str, other_text: str, turn: dict[str, Any]) -> Finding | None:
    """What is wrong with a recorded turn that should have sent the model's `text`, piece by piece.

    `other_text` is the reply to another user. The judge of part 04.3 uses it, too.
    """
    if wrong := turn_wrong(called, turn):
        return wrong
    progress, got = turn["progress"], reply_text(turn)
    if not progress["requests"]:
        return failed(
            f"{called}: the model was never given this message.",
            "Hand it on: self.model.stream(input.content).",
        )
    if progress["prompt_type"] not in {None, "str"}:
        return failed(
            f"{called}: the model was given a {progress['prompt_type']}; it reads text.",
            "`input` is an item. What the user said is in it: input.content.",
        )
    if progress["requests"] > 1:
        return failed(
            f"{called}: the model was asked {progress['requests']} times for one answer.",
            "Each question costs money. Ask once, and send each piece of that one stream.",
        )
    if got != text:
        return _explain_text(called, text, other_text, got, turn)
    if progress["pieces_at_first_text"] == progress["pieces_sent"]:
        return failed(
            "Your first event came after the last piece.",
            "Yield inside the `async for`, as soon as you have a piece.",
        )
    if (late_piece := progress["first_late_piece"]) is not None:
        return failed(
            f"{called}: piece {late_piece} was held back until later pieces had come.",
            "Yield each piece before you ask the model for the next one.",
        )
    return None


def _explain_text(
    called: str, text: str, other_text: str, got: str, turn: dict[str, Any]
) -> Finding:
    """What to try when the user got another text than the model's `text`."""
    sent_pieces = [e["content"] for e in turn["events"] if e["type"] == "assistant_message"]
    if not got:
        return failed(
            f"{called}: the model spoke, but the user got nothing.",
            "Yield an AssistantMessage for each piece.",
        )
    is_cumulative = all(b.startswith(a) for a, b in pairwise(sent_pieces))
    if len(sent_pieces) > 2 and is_cumulative and text.startswith(sent_pieces[-1]):
        return failed(
            "Send only the new piece.",
            f"The server joins the pieces: the user read {shorten(got)}",
        )
    if got == text + text:
        return failed(
            f"{called}: the reply came twice.",
            "The pieces are already the message: do not send the whole text after them.",
        )
    if "".join(got.split()) == "".join(text.split()):
        return failed(
            f"{called}: the words are right, the spaces are not: {shorten(got)}",
            "A piece brings its own spaces and line breaks. Send it as it is.",
        )
    if text.startswith(got):
        return _explain_missing_end(called, text, got, len(sent_pieces), turn["progress"])
    if (set(other_text.split()) - set(text.split())) & set(got.split()):
        return failed(
            f"{called}: somebody else's answer came, or a part of it.",
            "One server serves everybody: keep nothing about a turn on `self`.",
        )
    return failed(
        f"{called}: expected {shorten(text)}, got {shorten(got)}",
        "Nothing may be lost, added or doubled: yield each piece once, in order.",
    )


def _explain_missing_end(
    called: str, text: str, got: str, sent_count: int, progress: dict[str, Any]
) -> Finding:
    """What to try when the user got only the beginning of `text`, in this many events."""
    missing_text = text[len(got) :]
    if progress["chars_sent"] < len(text):
        return failed(
            f"{called}: only the beginning came: {shorten(got)}",
            "Let the loop run to its end; `return` and `break` leave it.",
        )
    if sent_count == progress["pieces_sent"] - 1:
        return failed(
            f"{called}: the last piece is missing: {missing_text!r}",
            "Is a piece still in your hand when the loop ends? Yield it as soon as you have it.",
        )
    return failed(
        f"{called}: you read the whole reply and kept its end: {shorten(missing_text)}",
        "What is still in your buffer when the loop ends is lost. You need no buffer: send each "
        "piece as soon as you have it.",
    )
