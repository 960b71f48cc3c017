"""Tools over any stream of events: timing, buffering, server-sent events (lesson 04).

Each tool takes a stream and returns another one. Closing it closes the stream behind it:

    async with coalesce(server.send("hi", alice), max_pending=100) as events:
        async for event in events: ...
"""

import asyncio
import re
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from chatlab.cancellation import aclose, run_shielded
from chatlab.clock import Clock, SystemClock
from chatlab.errors import InvalidInput
from chatlab.events import AssistantMessage, ThreadStreamEvent

__all__ = [
    "Buffered",
    "StreamPipe",
    "TimedEvent",
    "buffered",
    "coalesce",
    "event_frame",
    "sse_frame",
    "timeline",
    "to_sse",
]

T = TypeVar("T")


@dataclass(frozen=True)
class TimedEvent(Generic[T]):
    """An event, and how many seconds after the first wait it came."""

    seconds: float
    event: T


async def timeline(stream: AsyncIterable[T], clock: Clock | None = None) -> list[TimedEvent[T]]:
    """Read the stream to its end; return its events, each with the time at which it came."""
    clock = SystemClock() if clock is None else clock
    start = clock.monotonic()
    source = aiter(stream)
    try:
        return [TimedEvent(clock.monotonic() - start, event) async for event in source]
    finally:
        await aclose(source)


class StreamPipe(AsyncIterator[T]):
    """The stream that a tool here returns: it is made from another stream, its source.

    Read it with `async for`; `async with` also closes it, whether or not it was read to its end.
    """

    def __init__(self, events: AsyncGenerator[T], source: AsyncIterator[object]) -> None:
        self._events = events
        self._source = source

    def __anext__(self) -> Awaitable[T]:
        """The next event."""
        return anext(self._events)

    async def aclose(self) -> None:
        """Close this stream and its source, even if nothing was ever read."""
        await aclose(self._events)
        await aclose(self._source)

    async def __aenter__(self) -> Self:
        """The pipe itself; leaving the block closes it."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the pipe."""
        await self.aclose()


class Buffered(StreamPipe[T]):
    """A stream that is read ahead of its reader, by up to `max_pending` events."""

    def __init__(self, stream: AsyncIterable[T], max_pending: int, *, merging: bool) -> None:
        if max_pending < 1:
            raise InvalidInput("max_pending", f"is {max_pending}", "Choose 1 or more.")
        source = aiter(stream)
        self._buffer = _Buffer[T](max_pending, merging=merging)
        super().__init__(_read_ahead(source, self._buffer), source)

    @property
    def pending(self) -> int:
        """How many events wait for the reader now."""
        return len(self._buffer.pending)


def buffered(stream: AsyncIterable[T], max_pending: int) -> Buffered[T]:
    """Let the stream run ahead of a slow reader, by `max_pending` events and one in hand.

    What the stream raises comes after the events before it. A reader who leaves early gets
    nothing of what is still pending, an error included.

    Raises:
        InvalidInput: `max_pending` is less than 1.
    """
    return Buffered(stream, max_pending, merging=False)


def coalesce(
    stream: AsyncIterable[ThreadStreamEvent], max_pending: int
) -> Buffered[ThreadStreamEvent]:
    """As `buffered`, but for a slow reader the pending pieces of one message become one piece.

    Only neighbours merge, and only pieces of a message: no event is dropped or overtaken. When
    the buffer is full and the next event does not merge, the stream is not asked for more.
    Raises `InvalidInput` as `buffered` does.
    """
    return Buffered(stream, max_pending, merging=True)


def to_sse(stream: AsyncIterable[ThreadStreamEvent]) -> StreamPipe[bytes]:
    """The events as they go over HTTP: one frame of `text/event-stream` each, in UTF-8."""
    source = aiter(stream)

    async def frames() -> AsyncGenerator[bytes]:
        try:
            async for event in source:
                yield event_frame(event)
        finally:
            await aclose(source)

    return StreamPipe(frames(), source)


def event_frame(event: ThreadStreamEvent) -> bytes:
    """The frame of an event, its `seq` as id: what `sse_frame` makes of JSON, which is one line."""
    id = b"id: %d\n" % event.seq if event.seq else b""
    data = event.__pydantic_serializer__.to_json(event)  # `model_dump_json` takes twice as long
    return b"%bevent: %b\ndata: %b\n\n" % (id, event.type.encode(), data)


def sse_frame(data: str, event: str | None = None, id: str | None = None) -> str:
    r"""One frame of an event stream, as WHATWG's HTML standard has it in section 9.2.

    A reader gets the data back, each `\r\n` and `\r` as `\n`.

    Raises:
        InvalidInput: `event` or `id` does not fit on a line, or the id holds a NUL.
    """
    for name, value, forbidden in (("event", event, "\r\n"), ("id", id, "\r\n\0")):
        if value is not None and any(char in value for char in forbidden):
            raise InvalidInput(name, f"is {value!r}", "It has to be one line, without NUL.")
    lines = [] if id is None else [f"id: {id}"]
    lines += [] if event is None else [f"event: {event}"]
    lines += [f"data: {line}" for line in re.split(r"\r\n|\r|\n", data)]
    return "\n".join(lines) + "\n\n"


class _DeltaRun(Generic[T]):
    """One pending event, or neighbouring pieces of one message that will be merged into one."""

    def __init__(self, event: T) -> None:
        self._last = event
        self._first_seq: int | None = None
        self._texts: list[str] = []

    def try_merge(self, event: T) -> bool:
        """Add the event if it is a piece of the same message; return whether it was added."""
        last = self._last
        if not (isinstance(last, AssistantMessage) and isinstance(event, AssistantMessage)):
            return False
        if last.end:
            return False
        if (last.thread_id, last.item_id) != (event.thread_id, event.item_id):
            return False
        if not self._texts:
            self._texts.append(last.content)
            self._first_seq = last.first_seq or last.seq or None
        self._texts.append(event.content)
        self._last = event
        return True

    def merged_event(self) -> T:
        """The one event for all of them. Text is joined here, once, and not as it comes."""
        last = self._last
        if not (self._texts and isinstance(last, AssistantMessage)):
            return last
        merged = {"content": "".join(self._texts), "first_seq": self._first_seq}
        return last.model_copy(update=merged)


class _Buffer(Generic[T]):
    """A bounded queue between one task that puts events in and one that takes them out."""

    def __init__(self, max_pending: int, *, merging: bool) -> None:
        self.pending: deque[_DeltaRun[T]] = deque()
        self._max_pending = max_pending
        self._merging = merging
        self.is_open = True
        self._changed = asyncio.Event()

    async def put(self, event: T) -> None:
        """Add the event as soon as there is room."""
        if self._merging and self.pending and self.pending[-1].try_merge(event):
            return
        while self.is_open and len(self.pending) >= self._max_pending:
            self._changed.clear()
            await self._changed.wait()
        self.pending.append(_DeltaRun(event))
        self._changed.set()

    async def get(self) -> _DeltaRun[T] | None:
        """Wait for the oldest pending event; None if none is pending and the buffer is closed."""
        while self.is_open and not self.pending:
            self._changed.clear()
            await self._changed.wait()
        self._changed.set()
        return self.pending.popleft() if self.pending else None

    def close(self) -> None:
        """Let nothing in from now on."""
        self.is_open = False
        self._changed.set()


async def _read_ahead(source: AsyncIterator[T], buffer: _Buffer[T]) -> AsyncGenerator[T]:
    """Yield the events that another task reads into the buffer.

    That is a bare task, not a task group: a group belongs to the task that entered it, and a
    generator that is left by `break` is closed in another one.
    """
    producer = asyncio.create_task(_fetch(source, buffer))
    producer.add_done_callback(lambda _: buffer.close())
    try:
        while run := await buffer.get():
            yield run.merged_event()
        await producer
    finally:
        buffer.close()
        was_running = producer.cancel()
        try:
            await run_shielded(asyncio.wait([producer]))
        finally:
            error = None if producer.cancelled() else producer.exception()
        if was_running and error is not None:
            raise error


async def _fetch(source: AsyncIterator[T], buffer: _Buffer[T]) -> None:
    """Open, read and close the stream in one task, as a cancel scope in it would need."""
    try:
        async for event in source:
            await buffer.put(event)
            if not buffer.is_open:
                break
            await asyncio.sleep(0)  # so that a stream which never waits lets its reader run
    finally:
        await aclose(source)
