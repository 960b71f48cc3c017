"""Server-sent events, read as a browser reads them (lessons 04 and 11)."""

import re
from collections.abc import Iterator

__all__ = ["parse_sse"]


def parse_sse(text: str) -> Iterator[tuple[str, str, str]]:
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
