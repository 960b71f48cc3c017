"""Judge part 04.5: a browser reads each frame back as the data, type and id that went in."""

import json
import re
from typing import Any

from chatlab.course.findings import Finding, failed, needless_async, passed
from chatlab.lessons.support.explain import shorten, source_line
from chatlab.lessons.support.sse import parse_sse

__all__ = ["judge"]


def judge(inputs: list[dict[str, Any]], observation: list[dict[str, Any]]) -> list[Finding]:
    """2 points, or the finding on the first frame that is read back otherwise."""
    if wrong := needless_async("sse_frame", observation[0]):
        return [wrong]
    for fields, outcome in zip(inputs, observation, strict=True):
        called = _call_text(fields)
        if "raised" in outcome:
            error = outcome["raised"]
            message = f"{called} raised {error['type']}: {error['message']}"
            return [failed(message, source_line(error))]
        if wrong := _frame_wrong(called, fields, outcome["value"]):
            return [wrong]
    for fields, outcome in zip(inputs, observation, strict=True):
        if wrong := _last_id_wrong(_call_text(fields), fields, outcome["value"]["text"]):
            return [wrong]
    return [passed(2, "A browser reads every frame back as you meant it.")]


def _call_text(fields: dict[str, Any]) -> str:
    return f"sse_frame({', '.join(f'{name}={value!r}' for name, value in fields.items())})"


def _frame_wrong(called: str, fields: dict[str, Any], frame: dict[str, str]) -> Finding | None:
    frame_text = frame["text"]
    if frame["kind"] != "str":
        return failed(f"{called} returned {shorten(frame_text)}.", "Return a string.")
    data = re.sub(r"\r\n|\r", "\n", fields["data"])
    expected = (fields.get("event", "message"), data, fields.get("id", ""))
    got = list(parse_sse(frame_text))
    if got == [expected]:
        return None
    if len(got) > 1:
        return failed(
            f"{called}: the browser read {len(got)} events.",
            "An empty line ends a frame: it may stand only at the end.",
        )
    if not got:
        return _explain_missing_event(called, fields, frame_text)
    kind, text, id = got[0]
    if text != data:
        return _explain_data(called, fields["data"], data, text)
    if kind != expected[0]:
        return failed(
            f"{called}: the browser read the type {kind!r}, expected {expected[0]!r}.",
            "A line `event: ...` only when there is one; without it the type is 'message'.",
        )
    return failed(
        f"{called}: the browser read the id {id!r}, expected {expected[2]!r}.",
        "A line `id: ...` only when `id` is not None.",
    )


def _last_id_wrong(called: str, fields: dict[str, Any], frame: str) -> Finding | None:
    """What is wrong when a frame without an id changes the browser's last event id."""
    if "id" in fields or next(parse_sse(f"id: 7\n\n{frame}"))[2] == "7":
        return None
    return failed(
        f"{called}: before it came an event with the id 7, and now the browser has forgotten it.",
        "An empty `id: ` is an id, too. Write the line only when `id` is not None.",
    )


def _explain_missing_event(called: str, fields: dict[str, Any], frame: str) -> Finding:
    """What to try when the browser reads no event from the frame."""
    if list(parse_sse(frame + "\n\n")):
        return failed(
            f"{called}: the browser is still waiting for the rest of {shorten(frame)}.",
            "A frame ends with an empty line: two line breaks after the last field.",
        )
    if not fields["data"]:
        return failed(
            f"{called}: no event arrived.",
            "Empty data is data, too: it needs its own line `data: `.",
        )
    return failed(
        f"{called} made {shorten(frame)}; the browser found no data in it.",
        "Each line is a field name, a colon, a space and a value: `data: ...`.",
    )


def _explain_data(called: str, raw: str, data: str, got: str) -> Finding:
    """What to try when the browser reads `got`; `data` is `raw` with its line ends normalised."""
    message = f"{called}: the browser read {shorten(got)}."
    if data.removeprefix(" ") == got:
        return failed(
            message, "One space after the colon is taken away: write `data: `, with a space."
        )
    if got in {json.dumps(data), json.dumps(raw), repr(raw)}:
        return failed(message, "The data goes in as it is, with no quotes added around it.")
    if re.search("[\u2028\x0b\x85]", raw) and got == "\n".join(raw.splitlines()):
        return failed(
            message,
            "splitlines() also cuts at other characters. Here only \\n, \\r\\n and \\r end a line.",
        )
    if data.startswith(got) and not data[len(got) :].strip("\n"):
        return failed(
            message, "The data ends with line breaks; after each comes one more `data: ` line."
        )
    if "\r" in raw:
        return failed(message, "\\r\\n and \\r end a line, too: split there, as well as at \\n.")
    if "\n" in raw:
        return failed(
            message, "A line break ends the field: each line of the data needs its own `data: `"
        )
    return failed(message, f"Expected {shorten(data)}.")
