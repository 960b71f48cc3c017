"""A turn's events on their way over HTTP, as an event stream that can be picked up again."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Annotated, Protocol

import anyio
from fastapi import Header, Query
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from chatlab.adapters.http.limits import ConcurrencyLimit
from chatlab.adapters.http.turn_log import TurnLog
from chatlab.streams import event_frame, sse_frame

__all__ = [
    "KEEP_ALIVE",
    "ByteStream",
    "Cursor",
    "EventStream",
    "LastEventId",
    "cursor_of",
    "event_frames",
]

Cursor = Annotated[int, Query(ge=0, description="The `seq` of the last event that you have.")]
LastEventId = Annotated[
    int | None, Header(ge=0, description="As `cursor`. Browsers send it when they come back.")
]

KEEP_ALIVE = b": still here\n\n"
"""What a stream says when it has nothing to say: a comment, which readers leave out."""


class ByteStream(Protocol):
    """An iterator of bytes that can be closed."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Itself."""
        ...

    def aclose(self) -> Awaitable[None]:
        """Nobody reads any more."""
        ...


class EventStream(StreamingResponse):
    """A stream that nothing on its way should keep back. It counts as one of the user's streams."""

    media_type = "text/event-stream"

    def __init__(self, frames: ByteStream, limit: ConcurrencyLimit, user_id: str) -> None:
        super().__init__(frames, headers={"X-Accel-Buffering": "no"})
        self._frames, self._limit, self._user_id = frames, limit, user_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        try:
            with self._limit.acquire(self._user_id):
                await super().__call__(scope, receive, send)
        finally:
            with anyio.CancelScope(shield=True):
                await self._frames.aclose()


def cursor_of(cursor: int, last_event_id: int | None, log: TurnLog) -> int:
    """Where to read on.

    Raises:
        InvalidInput: The turn has not sent so much.
    """
    start = cursor if last_event_id is None else last_event_id
    log.check(start)
    return start


async def event_frames(
    log: TurnLog, cursor: int, keep_alive_seconds: float = 15.0
) -> AsyncGenerator[bytes]:
    """The events after the cursor as frames, each with its `seq` as id; at last, how it ended.

    After that many seconds of silence it says that it is still there. Whoever does not get the last
    frame was cut off, and comes back.
    """
    while True:
        while event := log.next_after(cursor):
            cursor = event.seq
            yield event_frame(event)
            await asyncio.sleep(0)  # a reader that is quick must not keep all others out
        if log.ended:
            yield sse_frame(json.dumps({"state": log.state}), "end").encode()
            return
        if not await log.changed(cursor, keep_alive_seconds):
            yield KEEP_ALIVE
