"""Part 04.5: call the learner's `sse_frame`, which makes a frame of `text/event-stream`."""

import json
from inspect import isawaitable
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.support.random_inputs import random_messages, random_replies

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[dict[str, Any]]:
    """Arguments of each call: with and without `event` and `id`, and with `data` that is hard."""
    first, second, third, fourth = random_messages(random, 4)
    (text,) = random_replies(random, 1)
    event_type = random.choice(["done", "piece", "tool_status"])
    id = str(random.randint(0, 9999))
    hard_data = [
        f"{first}\n{second}",
        text,
        f"{first}\r\n{second}",
        f"{third}\r{fourth}",
        "",
        f"{second}\n\n",
        f"   {third}",
        f": {fourth}",
        f"id: {first}",
        f"{first}\u2028{second}\x0b{third}\x85{fourth}",
    ]
    return [
        {"data": first},
        {"data": json.dumps({"text": text})},
        {"data": second, "event": event_type},
        {"data": third, "event": event_type, "id": id},
        {"data": fourth, "id": "0"},
        *({"data": data, "event": event_type, "id": id} for data in hard_data),
    ]


async def observe(sse_frame: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One outcome a call, as `attempt` records it; its value has the result's `kind` and `text`."""

    def call_sse_frame(fields: dict[str, Any]) -> Any:
        frame: Any = sse_frame(**fields)
        if isawaitable(frame):
            return frame
        return {"kind": type(frame).__name__, "text": str(frame)}

    return [await attempt(lambda fields=fields: call_sse_frame(fields)) for fields in inputs]
