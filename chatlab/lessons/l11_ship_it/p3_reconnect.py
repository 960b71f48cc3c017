"""Part 11.3: read a reply to its end, over a line that breaks off in every way there is."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx

from chatlab.course.checking.observe import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.pacing import random_replies, yield_to_loop
from chatlab.llm import split_tokens
from chatlab.streams import sse_frame

__all__ = ["ENOUGH", "WAYS", "inputs", "observe"]

ENOUGH = 25
"""How many requests the server answers before it has had enough."""


_MOMENT = 0.001
"""Seconds: who rests less than that has not rested."""


WAYS = {
    "cut": "the line was cut",
    "cut in a frame": "the line was cut in the middle of a frame",
    "ended": "the response just ended, and the reply had not",
    "ended in a frame": "the response just ended, in the middle of a frame",
    "nobody": "nobody answered",
}
"""How a line can break off."""


def inputs(random: Random) -> dict[str, Any]:
    """A turn whose pieces were merged here and there, and how the line to it will break off."""
    pieces = split_tokens(" ".join(random_replies(random, 4)))
    breaks = random.sample(sorted(WAYS), len(WAYS))
    return {
        "events": _events(random, pieces),
        "breaks": [[how, random.randint(1, 4)] for how in breaks],
        "turn": f"/api/turns/trn_{random.getrandbits(128):032x}",
    }


def _events(random: Random, pieces: list[str]) -> list[list[Any]]:
    """Cursor and event, as a turn's log has them: pieces that were merged leave a gap."""
    events: list[list[Any]] = []
    seq = 1
    rest = list(pieces)
    while rest:
        count = random.choice([1, 1, 1, 2, 3])
        text, rest = "".join(rest[:count]), rest[count:]
        seq += count
        events.append([seq, {"type": "assistant_message", "seq": seq, "content": text}])
    whole = {"id": "msg_1", "role": "assistant", "content": "".join(pieces)}
    events.append([seq + 1, {"type": "item_done", "seq": seq + 1, "item": whole}])
    events.append([seq + 2, {"type": "thread_updated", "seq": seq + 2, "thread": {"id": "thr_1"}}])
    return events


class Enough(BaseException):
    """The client asks for ever; no `except Exception` catches it."""


class BadLine(httpx.AsyncBaseTransport):
    """A server that has a turn's events, behind a line that breaks off as it is told.

    Attributes:
        asked: The cursor that each request came with; None for one without.
        wrong_paths: What else it was asked for.
        got: What the client has made of it so far.
        at_breaks: For each response, how many whole events it had brought when it ended or
            broke off, and how many of these the client had yielded.
        at_once: Whether the client asked again in the same moment, after nobody had answered.
    """

    def __init__(self, inputs: dict[str, Any], *, known: bool = True) -> None:
        self.asked: list[str | None] = []
        self.wrong_paths: list[str] = []
        self.got: list[Any] = []
        self.at_breaks: list[list[int]] = []
        self.at_once = False
        self._rested = True
        self._turn = inputs["turn"] if known else None
        self._events = inputs["events"]
        self._breaks = list(inputs["breaks"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and what becomes of it."""
        cursor = request.headers.get("Last-Event-ID") or request.url.params.get("cursor")
        self.asked.append(cursor)
        if len(self.asked) > ENOUGH:
            raise Enough
        self.at_once = self.at_once or not self._rested
        if (request.method, request.url.path) != ("GET", f"{self._turn}/events"):
            self.wrong_paths.append(f"{request.method} {request.url.path}")
            return httpx.Response(404, json={"detail": "Not Found"})
        how, count = self._breaks.pop(0) if self._breaks else (None, 0)
        if how == "nobody":
            self._rested = False
            asyncio.get_running_loop().call_later(_MOMENT, self._rest)
            raise httpx.ConnectError("Nobody answers.", request=request)
        if cursor is not None and not cursor.isdecimal():
            return httpx.Response(422, json={"code": "invalid_input", "message": "cursor"})
        frames = [
            sse_frame(json.dumps(event), event["type"], str(seq)).encode()
            for seq, event in self._events
            if seq > int(cursor or 0)
        ]
        frames.append(sse_frame('{"state": "completed"}', "end").encode())
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, stream=_Broken(self, frames, how, count))

    def _rest(self) -> None:
        self._rested = True


class _Broken(httpx.AsyncByteStream):
    """So many whole frames, and then what happens."""

    def __init__(self, line: BadLine, frames: list[bytes], how: str | None, count: int) -> None:
        self._line = line
        self._frames = frames
        self._how = how
        self._count = count

    async def __aiter__(self) -> AsyncIterator[bytes]:
        had = len(self._line.got)
        if self._how is None:
            yield b": all is well\n\n"
            for frame in self._frames[:-1]:
                yield frame
            self._line.at_breaks.append([len(self._frames) - 1, len(self._line.got) - had])
            yield self._frames[-1]
            return
        # Fewer than there are, so that the reply is never over when the line breaks.
        count = min(self._count, len(self._frames) - 2)
        for frame in self._frames[:count]:
            yield frame
        if "in a frame" in self._how:
            frame = self._frames[count]
            yield frame[: len(frame) - 7]
        self._line.at_breaks.append([count, len(self._line.got) - had])
        if self._how.startswith("cut"):
            raise httpx.ReadError("The line was cut.")


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """From the beginning; from the middle, as somebody who comes back; and to no turn at all."""
    middle = inputs["events"][len(inputs["events"]) // 2][0]
    return {
        "whole": await _read(subject, inputs, 0),
        "middle": {"cursor": middle, **await _read(subject, inputs, middle)},
        "unknown": await _read(subject, inputs, 0, known=False),
    }


async def _read(
    subject: Any, inputs: dict[str, Any], cursor: int, *, known: bool = True
) -> dict[str, Any]:
    line = BadLine(inputs, known=known)
    error: dict[str, Any] | None = None
    kind = None
    async with httpx.AsyncClient(transport=line, base_url="http://taskmanager") as client:
        try:
            stream: Any = subject(client, inputs["turn"], cursor)
            kind = type(stream).__name__
            if inspect.iscoroutine(stream):
                value = await stream
                kind = f"coroutine of {type(value).__name__}"
            else:
                async for event in stream:
                    line.got.append(event)
                    if len(line.got) > 20 * len(inputs["events"]):
                        break
        except NotStarted:
            raise
        except Enough:
            error = {"type": "Enough", "message": ""}
        except Exception as escaped:  # noqa: BLE001 - it is what was observed
            error = exception_as_data(escaped)
    await yield_to_loop(10)  # a generator that was left in the middle is closed a moment later
    return {
        "kind": kind,
        "got": to_plain_json(line.got),
        "raised": error,
        "asked": line.asked,
        "wrong_paths": line.wrong_paths,
        "at_breaks": line.at_breaks,
        "at_once": line.at_once,
    }
