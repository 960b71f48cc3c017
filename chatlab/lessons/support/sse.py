"""Server-sent events, read as a browser reads them (lessons 04 and 11)."""

import re
from collections.abc import Iterator

__all__ = ["parse_sse"]


def parse_sse(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the type, the data and the last id of each event in the text.

    After "Interpreting an event stream" in WHATWG's HTML standard, section 9.2.6. An event that
    no empty line has ended yet is left out.
    """
    event_type, data, last_id = "", "", ""
    *lines, _ = re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff"))
    for line in lines:
        if not line:
            if data:
                yield event_type or "message", data.removesuffix("\n"), last_id
            event_type = data = ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "event":
                event_type = value
            case "data":
                data += value + "\n"
            case "id" if "\0" not in value:
                last_id = value
            case _:
                pass
