"""Part 04.5: one frame of `text/event-stream`, read back by a reader made from the standard."""

import json
import re
from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.support.dialogue import shorten
from chatlab.lessons.support.sse import parse_sse

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], seen: list[dict[str, Any]]) -> list[Finding]:
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
    got = list(parse_sse(frame))
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
    if "id" in given or next(parse_sse(f"id: 7\n\n{frame}"))[2] == "7":
        return None
    return failed(
        f"{called}: before it came an event with the id 7, and now the browser has forgotten it.",
        "An empty `id: ` is an id, too. Write the line only when `id` is not None.",
    )


def _not_read(called: str, given: dict[str, Any], frame: str) -> Finding:
    if list(parse_sse(frame + "\n\n")):
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
