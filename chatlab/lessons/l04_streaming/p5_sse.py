"""Part 04.5: one frame of `text/event-stream`, read back by a reader made from the standard."""

import json
from inspect import isawaitable
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.lessons.support.dialogue import random_messages
from chatlab.lessons.support.pacing import random_replies

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[dict[str, Any]]:
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


async def observe(sse_frame: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What `sse_frame` made of each."""

    def made(given: dict[str, Any]) -> Any:
        frame: Any = sse_frame(**given)
        if isawaitable(frame):
            return frame
        return {"kind": type(frame).__name__, "text": str(frame)}

    return [await attempt(lambda one=one: made(one)) for one in inputs]
