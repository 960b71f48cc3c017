"""Part 11.3: read a reply to its end, over a connection that breaks in five ways."""

import asyncio
import inspect
import json
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx

from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.random_inputs import random_replies
from chatlab.lessons.support.yield_to_loop import yield_to_loop
from chatlab.llm import split_tokens
from chatlab.streams import sse_frame

__all__ = ["BREAK_DESCRIPTIONS", "MAX_REQUESTS", "inputs", "observe"]

MAX_REQUESTS = 25
"""How many requests a client may send; then `TooManyRequests` ends it."""


_MAX_CANCELS = 20
"""How often a reading is cancelled that goes on all the same."""


_MIN_REST_SECONDS = 0.001
"""A client that asks again sooner after a failed connection has not waited at all."""


_MAX_PAUSE_SECONDS = 0.02
"""A longer pause of the learner's is cut short: how long a moment is does not matter here."""


BREAK_DESCRIPTIONS = {
    "cut": "the line was cut",
    "cut in a frame": "the line was cut in the middle of a frame",
    "ended": "the response just ended, and the reply had not",
    "ended in a frame": "the response just ended, in the middle of a frame",
    "nobody": "nobody answered",
}
"""How a connection can break: the names in the inputs, and the words for the learner."""


def inputs(random: Random) -> dict[str, Any]:
    """A turn's path and events, and its breaks: their kinds, and the frames sent before each."""
    pieces = split_tokens(" ".join(random_replies(random, 4)))
    kinds = random.sample(sorted(BREAK_DESCRIPTIONS), len(BREAK_DESCRIPTIONS))
    return {
        "events": _log_events(random, pieces),
        "breaks": [[kind, random.randint(1, 4)] for kind in kinds],
        "turn": f"/api/turns/trn_{random.getrandbits(128):032x}",
    }


def _log_events(random: Random, pieces: list[str]) -> list[list[Any]]:
    """`[cursor, event]` pairs, as in a turn's log.

    Some events have several pieces, merged as for slow readers: these leave gaps in the cursors.
    """
    events: list[list[Any]] = []
    seq = 1
    remaining = list(pieces)
    while remaining:
        count = random.choice([1, 1, 1, 2, 3])
        text, remaining = "".join(remaining[:count]), remaining[count:]
        seq += count
        events.append([seq, {"type": "assistant_message", "seq": seq, "content": text}])
    message = {"id": "msg_1", "role": "assistant", "content": "".join(pieces)}
    events.append([seq + 1, {"type": "item_done", "seq": seq + 1, "item": message}])
    events.append([seq + 2, {"type": "thread_updated", "seq": seq + 2, "thread": {"id": "thr_1"}}])
    return events


class TooManyRequests(BaseException):
    """Ends a client that never stops asking; no `except Exception` catches it."""


class UnreliableTransport(httpx.AsyncBaseTransport):
    """Answers with a turn's events, and breaks one response after another as the inputs say.

    When all breaks are used up, a response is complete. A turn that is not `known` gets a 404.

    Attributes:
        cursors: The cursor of each request; None for one without.
        wrong_paths: Method and path of each request for anything but the turn's events.
        yielded: The events that the learner's code has yielded so far; `_read` adds them.
        progress_at_breaks: For each response, how many whole events it had sent when it ended or
            broke, and how many of them had been yielded.
        retried_at_once: Whether a request followed a failed connection without a rest.
    """

    def __init__(self, inputs: dict[str, Any], *, known: bool = True) -> None:
        self.cursors: list[str | None] = []
        self.wrong_paths: list[str] = []
        self.yielded: list[Any] = []
        self.progress_at_breaks: list[list[int]] = []
        self.retried_at_once = False
        self._has_rested = True
        self._turn_path = inputs["turn"] if known else None
        self._events = inputs["events"]
        self._breaks = list(inputs["breaks"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """A response that breaks as the next break says."""
        cursor = request.headers.get("Last-Event-ID") or request.url.params.get("cursor")
        self.cursors.append(cursor)
        if len(self.cursors) > MAX_REQUESTS:
            raise TooManyRequests
        self.retried_at_once = self.retried_at_once or not self._has_rested
        if (request.method, request.url.path) != ("GET", f"{self._turn_path}/events"):
            self.wrong_paths.append(f"{request.method} {request.url.path}")
            return httpx.Response(404, json={"detail": "Not Found"})
        break_kind, frame_count = self._breaks.pop(0) if self._breaks else (None, 0)
        if break_kind == "nobody":
            self._has_rested = False
            asyncio.get_running_loop().call_later(_MIN_REST_SECONDS, self._set_rested)
            raise httpx.ConnectError("Nobody answers.", request=request)
        if cursor is not None and not cursor.isdecimal():
            return httpx.Response(422, json={"code": "invalid_input", "message": "cursor"})
        frames = [
            sse_frame(json.dumps(event), event["type"], str(seq)).encode()
            for seq, event in self._events
            if seq > int(cursor or 0)
        ]
        frames.append(sse_frame('{"state": "completed"}', "end").encode())
        headers = {"content-type": "text/event-stream"}
        return httpx.Response(
            200, headers=headers, stream=_BreakingStream(self, frames, break_kind, frame_count)
        )

    def _set_rested(self) -> None:
        self._has_rested = True


class _BreakingStream(httpx.AsyncByteStream):
    """Sends `frame_count` whole frames, then breaks; all frames if there is no break."""

    def __init__(
        self,
        transport: UnreliableTransport,
        frames: list[bytes],
        break_kind: str | None,
        frame_count: int,
    ) -> None:
        self._transport = transport
        self._frames = frames
        self._break_kind = break_kind
        self._frame_count = frame_count

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yielded_before = len(self._transport.yielded)
        if self._break_kind is None:
            yield b": all is well\n\n"
            for frame in self._frames[:-1]:
                yield frame
            self._transport.progress_at_breaks.append(
                [len(self._frames) - 1, len(self._transport.yielded) - yielded_before]
            )
            yield self._frames[-1]
            return
        # At least one event and the end frame stay unsent: no break comes after the whole reply.
        count = min(self._frame_count, len(self._frames) - 2)
        for frame in self._frames[:count]:
            yield frame
        if "in a frame" in self._break_kind:
            frame = self._frames[count]
            yield frame[: len(frame) - 7]
        self._transport.progress_at_breaks.append(
            [count, len(self._transport.yielded) - yielded_before]
        )
        if self._break_kind.startswith("cut"):
            raise httpx.ReadError("The line was cut.")


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Read the turn from the beginning, from a cursor in its middle, and a turn that is unknown."""
    middle_cursor = inputs["events"][len(inputs["events"]) // 2][0]
    return {
        "whole": await _read(subject, inputs, 0),
        "middle": {"cursor": middle_cursor, **await _read(subject, inputs, middle_cursor)},
        "unknown": await _read(subject, inputs, 0, known=False),
    }


@contextmanager
def _short_pauses() -> Generator[None]:
    """In the block, no `asyncio.sleep` takes longer than `_MAX_PAUSE_SECONDS`."""
    sleep = asyncio.sleep

    def sleep_shortly(delay: float, result: Any = None) -> Any:
        return sleep(min(delay, _MAX_PAUSE_SECONDS), result)

    asyncio.sleep = sleep_shortly
    try:
        yield
    finally:
        asyncio.sleep = sleep


async def _read_or_cancel(stream: Any, transport: UnreliableTransport, limit: int) -> Any:
    """Read the stream, at most `limit` events of it; or await it, if it is a coroutine.

    Raises:
        TooManyRequests: The learner's code caught it, and went on asking.
    """

    async def read() -> Any:
        if inspect.iscoroutine(stream):
            return await stream
        async for event in stream:
            transport.yielded.append(event)
            if len(transport.yielded) > limit:
                break
        return None

    reading = asyncio.ensure_future(read())
    while not reading.done() and len(transport.cursors) <= MAX_REQUESTS + 1:
        await asyncio.wait([reading], timeout=_MAX_PAUSE_SECONDS)
    for _ in range(_MAX_CANCELS):
        if reading.done():
            break
        reading.cancel()
        await asyncio.wait([reading], timeout=_MAX_PAUSE_SECONDS)
    if reading.cancelled() or not reading.done():
        raise TooManyRequests("caught")
    return reading.result()


async def _read(
    subject: Any, inputs: dict[str, Any], cursor: int, *, known: bool = True
) -> dict[str, Any]:
    """Run the learner's `reconnect` over an `UnreliableTransport`, and record what it did."""
    transport = UnreliableTransport(inputs, known=known)
    error: dict[str, Any] | None = None
    kind = None
    async with httpx.AsyncClient(transport=transport, base_url="http://taskmanager") as client:
        stream: Any = subject(client, inputs["turn"], cursor)
        kind = type(stream).__name__
        try:
            with _short_pauses():
                value = await _read_or_cancel(stream, transport, 20 * len(inputs["events"]))
            if inspect.iscoroutine(stream):
                kind = f"coroutine of {type(value).__name__}"
        except NotStarted:
            raise
        except TooManyRequests as exception:
            error = {"type": "TooManyRequests", "message": str(exception)}
        except Exception as exception:  # noqa: BLE001 - it is what was observed
            error = exception_as_data(exception)
    await yield_to_loop(10)  # a generator that was left in the middle is closed a moment later
    return {
        "kind": kind,
        "got": to_plain_json(transport.yielded),
        "raised": error,
        "asked": transport.cursors,
        "wrong_paths": transport.wrong_paths,
        "at_breaks": transport.progress_at_breaks,
        "at_once": transport.retried_at_once,
    }
