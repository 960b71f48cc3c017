"""Part 04.5: one frame of `text/event-stream`, read back by a reader made from the standard."""

import json
import re
from collections.abc import Iterator
from inspect import isawaitable
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.l04_streaming.watched_model import random_replies
from chatlab.lessons.support.dialogue import random_messages, shorten

__all__ = ["frames_read", "sse_inputs", "sse_judged", "sse_seen"]


def frames_read(text: str) -> Iterator[tuple[str, str, str]]:
    """What a browser gets from the stream: each event's type, data and last id.

    After "Interpreting an event stream" in WHATWG's HTML standard, section 9.2.6. What is not
    ended by an empty line has not arrived yet.
    """
    kind, data, last_id = "", "", ""
    *lines, _ = re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))
    for line in lines:
        if not line:
            if data:
                yield kind or "message", data.removesuffix("\n"), last_id
            kind = data = ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                kind = value
            case "data":
                data += value + "\n"
            case "id" if "\0" not in value:
                last_id = value
            case _:
                pass


def sse_inputs(random: Random) -> list[dict[str, Any]]:
    """Frames to make: data of every awkward shape, with and without a type and an id."""
    one, two, three, four = random_messages(random, 4)
    (text,) = random_replies(random, 1)
    made = random.choice(["done", "piece", "tool_status"])
    id = str(random.randint(0, 9999))
    awkward = [f"{one}\n{two}", text, f"{one}\r\n{two}", f"{three}\r{four}", "", f"{two}\n\n"]
    awkward += [f"   {three}", f": {four}", f"id: {one}", f"{one}\u2028{two}\x0b{three}\x85{four}"]
    plain = [{"data": one}, {"data": json.dumps({"text": text})}]
    named = [{"data": two, "event": made}, {"data": three, "event": made, "id": id}]
    first = [*plain, *named, {"data": four, "id": "0"}]
    return [*first, *({"data": data, "event": made, "id": id} for data in awkward)]


async def sse_seen(sse_frame: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `sse_frame` made of each."""

    def made(given: dict[str, Any]) -> Any:
        frame: Any = sse_frame(**given)
        if isawaitable(frame):
            return frame
        return {"kind": type(frame).__name__, "text": str(frame)}

    return [await attempt(lambda one=one: made(one)) for one in inputs]


def sse_judged(inputs: list[dict[str, Any]], seen: list[dict[str, Any]]) -> list[Finding]:
    """Each frame is read back as what went in."""
    if wrong := needless_async("sse_frame", seen[0]):
        return [wrong]
    for given, one in zip(inputs, seen, strict=True):
        called = _called(given)
        if "raised" in one:
            error = one["raised"]
            where = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
            return [failed(f"{called} raised {error['type']}: {error['message']}", where)]
        if wrong := _wrong(called, given, one["value"]):
            return [wrong]
    for given, one in zip(inputs, seen, strict=True):
        if wrong := _forgetful(_called(given), given, one["value"]["text"]):
            return [wrong]
    return [passed(2, "A browser reads back every frame as you meant it.")]


def _called(given: dict[str, Any]) -> str:
    return f"sse_frame({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def _wrong(called: str, given: dict[str, Any], made: dict[str, str]) -> Finding | None:
    frame = made["text"]
    if made["kind"] != "str":
        return failed(f"{called} gave back {shorten(frame)}.", "Return a text, a str.")
    data = re.sub(r"\r\n|\r", "\n", given["data"])
    expected = (given.get("event", "message"), data, given.get("id", ""))
    got = list(frames_read(frame))
    if got == [expected]:
        return None
    if len(got) > 1:
        return failed(
            f"{called}: the browser read {len(got)} events.",
            "An empty line ends a frame: it may stand at the end only.",
        )
    if not got:
        return _not_read(called, given, frame)
    kind, text, id = got[0]
    if text != data:
        return _other_data(called, given["data"], data, text)
    if kind != expected[0]:
        return failed(
            f"{called}: the browser read the type {kind!r}, expected {expected[0]!r}.",
            "A line `event: ...` only when there is one; without it the type is 'message'.",
        )
    return failed(
        f"{called}: the browser read the id {id!r}, expected {expected[2]!r}.",
        "A line `id: ...` only when `id` is not None.",
    )


def _forgetful(called: str, given: dict[str, Any], frame: str) -> Finding | None:
    """A frame without an id leaves the last one as it was."""
    if "id" in given or next(frames_read(f"id: 7\n\n{frame}"))[2] == "7":
        return None
    return failed(
        f"{called}: before it came an event with the id 7, and now the browser has forgotten it.",
        "An empty `id: ` is an id, too. Write the line only when `id` is not None.",
    )


def _not_read(called: str, given: dict[str, Any], frame: str) -> Finding:
    if list(frames_read(frame + "\n\n")):
        return failed(
            f"{called}: the browser is still waiting for the rest of {shorten(frame)}.",
            "A frame ends with an empty line: two line breaks after the last field.",
        )
    if not given["data"]:
        return failed(
            f"{called}: no event arrived.",
            "Empty data is data, too: it needs its own line `data: `.",
        )
    return failed(
        f"{called} made {shorten(frame)}; the browser found no data in it.",
        "Each line is a field name, a colon, a space and a value: `data: ...`.",
    )


def _other_data(called: str, raw: str, data: str, got: str) -> Finding:
    said = f"{called}: the browser read {shorten(got)}."
    if data.removeprefix(" ") == got:
        return failed(
            said, "One space after the colon is taken away: write `data: `, with a space."
        )
    if got in {json.dumps(data), json.dumps(raw), repr(raw)}:
        return failed(said, "The data goes in as it is, without quotes of yours around it.")
    if re.search("[\u2028\x0b\x85]", raw) and got == "\n".join(raw.splitlines()):
        return failed(
            said,
            "splitlines() cuts at more than line ends. Here only \\n, \\r\\n and \\r are some.",
        )
    if data.startswith(got) and not data[len(got) :].strip("\n"):
        return failed(
            said, "The data ends with line breaks; after each comes one more `data: ` line."
        )
    if "\r" in raw:
        return failed(said, "\\r\\n and \\r end a line, too: split there, as well as at \\n.")
    if "\n" in raw:
        return failed(
            said, "A line break ends the field: each line of the data needs its own `data: `"
        )
    return failed(said, f"Expected {shorten(data)}.")
