"""Replies in the official ChatKit protocol that outlive the connection that asked (lesson 11).

The protocol has no cursors and no Stop. So a client that drops finds the finished items in the
thread, and Stop is an endpoint beside it. While the client listens, a reply waits for it.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import anyio
from starlette.exceptions import HTTPException

from chatlab.adapters.http.limits import AnswerLimit, ConcurrencyLimit, Limits
from chatlab.adapters.http.sse import KEEP_ALIVE
from chatlab.cancellation import aclose
from chatlab.context import RequestContext

__all__ = ["ReplyRegistry", "RunningClick", "RunningReply"]

logger = logging.getLogger("chatlab.http")

T = TypeVar("T")

_MAX_FRAMES_AHEAD = 64
"""How many frames a reply may be ahead of its reader."""

_CREATED = b'data: {"type":"thread.created"'


class RunningReply(AsyncIterator[bytes]):
    """One reply: a task that reads it, and a reader who may leave.

    Attributes:
        user_id: Whose it is.
        thread_id: The conversation; for a new one, empty until it has begun.
    """

    def __init__(
        self, frames: AsyncIterator[bytes], user_id: str, thread_id: str, limits: Limits
    ) -> None:
        self.user_id = user_id
        self.thread_id = thread_id
        self._keep_alive_seconds = limits.keep_alive_seconds
        self._send, self._receive = anyio.create_memory_object_stream[bytes](_MAX_FRAMES_AHEAD)
        self._last_words = b""
        self.task = asyncio.create_task(self._run(frames, AnswerLimit(limits)))
        self.task.add_done_callback(lambda _: self._send.close())  # it may never have begun

    async def __anext__(self) -> bytes:
        """The next frame; after a long silence, that the reply is still there."""
        try:
            with anyio.move_on_after(self._keep_alive_seconds):
                return await self._receive.receive()
        except anyio.EndOfStream:
            last_words, self._last_words = self._last_words, b""
            if last_words:
                return last_words
            raise StopAsyncIteration from None
        return KEEP_ALIVE

    async def aclose(self) -> None:
        """The reader leaves; the reply goes on."""
        self._receive.close()

    async def stop(self) -> None:
        """End the reply; what was said is kept."""
        self.task.cancel()
        await asyncio.wait([self.task])

    async def _run(self, frames: AsyncIterator[bytes], limit: AnswerLimit) -> None:
        size = 0
        try:
            async with limit.in_time():
                async for frame in frames:
                    if not self.thread_id and frame.startswith(_CREATED):
                        self.thread_id = json.loads(frame[len(b"data: ") :])["thread"]["id"]
                    with suppress(anyio.BrokenResourceError):
                        await self._send.send(frame)
                    size += len(frame)
                    if not limit.allows(size):
                        break
                    await asyncio.sleep(0)
            if limit.reached:
                logger.warning("In %r: %s", self.thread_id, limit.reached)
                self._last_words = _error_frame(limit.reached)
        except Exception:
            logger.exception("A reply in %r broke off", self.thread_id)
            self._last_words = _error_frame("Something went wrong. Load the conversation again.")
        finally:
            self._send.close()
            await aclose(frames)


class RunningClick:
    """A click that is answered at once: a task, and whoever waits for its result."""

    def __init__(self, work: Coroutine[Any, Any, Any], user_id: str, thread_id: str) -> None:
        self.user_id = user_id
        self.thread_id = thread_id
        self.task = asyncio.create_task(work)

    async def stop(self) -> None:
        """End the answer; what was said is kept."""
        self.task.cancel()
        await asyncio.wait([self.task])


class ReplyRegistry:
    """The replies of one process that are not over."""

    def __init__(self, limits: Limits, answers: ConcurrencyLimit) -> None:
        self._limits = limits
        self._answers = answers
        self._open: set[RunningReply | RunningClick] = set()

    def start(
        self, frames: AsyncIterator[bytes], context: RequestContext, thread_id: str
    ) -> RunningReply:
        """Read a reply from now on. Raises an `HTTPException` if the user has too many."""
        user_id = context.user_id
        self._answers.take(user_id)
        reply = RunningReply(frames, user_id, thread_id, self._limits)
        self._open.add(reply)
        reply.task.add_done_callback(lambda _: self._open.discard(reply))
        reply.task.add_done_callback(lambda _: self._answers.give_back(user_id))
        return reply

    async def answer(
        self, work: Coroutine[Any, Any, T], context: RequestContext, thread_id: str
    ) -> T:
        """The result of a click. Raises an `HTTPException` if it is stopped from elsewhere."""
        click = RunningClick(work, context.user_id, thread_id)
        self._open.add(click)
        try:
            await asyncio.wait([click.task])
        finally:
            await click.stop()
            self._open.discard(click)
        if click.task.cancelled():
            raise HTTPException(409, "The answer was stopped. What was said so far is kept.")
        return click.task.result()

    def in_thread(
        self, thread_id: str, context: RequestContext
    ) -> list[RunningReply | RunningClick]:
        """The user's replies that run in this thread."""
        wanted = (context.user_id, thread_id)
        return [reply for reply in self._open if (reply.user_id, reply.thread_id) == wanted]

    async def aclose(self) -> None:
        """Stop them all; what was said is kept."""
        await asyncio.gather(*(reply.stop() for reply in tuple(self._open)))


def _error_frame(message: str) -> bytes:
    error = {"type": "error", "code": "custom", "message": message, "allow_retry": False}
    return f"data: {json.dumps(error)}\n\n".encode()
