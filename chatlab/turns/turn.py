"""One turn, as whoever asked sees it: a stream that can be closed at any time (lesson 03)."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import AsyncGeneratorType
from typing import Literal, cast

from chatlab.errors import RespondError
from chatlab.events import ThreadStreamEvent
from chatlab.stores.base import IdempotencyRecord

__all__ = ["END", "Turn", "TurnControl", "TurnState", "ensure_stream"]

TurnState = Literal["ready", "running", "completed", "failed", "stopped"]

END = object()
"""What `TurnControl.pull` returns when there is nothing left."""


@dataclass
class TurnControl:
    """What a `Turn` and the `TurnRunner` behind it share: thread, state, and whether to stop.

    It is apart from `Turn` so that the running generator, `TurnRunner.run`, does not keep its
    `Turn` alive: a turn that nobody holds any more is closed by the event loop.
    """

    ids: IdempotencyRecord
    state: TurnState = "ready"
    error: Exception | None = None
    stopped: bool = False
    reader_task: asyncio.Task[object] | None = None
    done: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def thread_id(self) -> str:
        """The thread that is locked; an idempotency key may name another than was asked for."""
        return self.ids.thread_id

    async def pull(self, stream: AsyncIterator[object] | None) -> object:
        """The stream's next event; `END` after the last one, or when the turn is stopped."""
        if self.stopped or stream is None:
            return END
        task = self.reader_task = asyncio.current_task()
        try:
            event = await anext(stream)
        except StopAsyncIteration:
            event = END
        except asyncio.CancelledError as error:
            if task is None or not task.cancelling():
                raise RuntimeError("Something that respond() awaited was cancelled.") from error
            if self.stopped and not task.uncancel():
                return END
            raise
        finally:
            self.reader_task = None
        if self.stopped and task is not None:  # respond() swallowed the interruption
            task.uncancel()
            return END
        return event

    def stop(self) -> None:
        """Interrupt the task that waits for the next event, if one does."""
        self.stopped = True
        if self.state == "ready":
            self.state = "stopped"
            self.done.set()
        if self.reader_task is not None:
            self.reader_task.cancel()

    async def wait_done(self) -> None:
        """Wait until the turn has let go of everything."""
        await self.done.wait()


class Turn(AsyncIterator[ThreadStreamEvent], AbstractAsyncContextManager["Turn"]):
    """An async iterator of events: nothing happens until somebody asks for the next one.

    `async for event in turn` is enough. `async with server.send(...) as turn` closes it for sure
    where the loop may be left early: `respond()` is closed before the block is left, and what was
    said is kept as `incomplete`. A second loop goes on where the first one was left.
    """

    def __init__(self, control: TurnControl, events: AsyncGenerator[ThreadStreamEvent]) -> None:
        self._control = control
        self._events = cast("AsyncGeneratorType[ThreadStreamEvent, None]", events)

    @property
    def thread_id(self) -> str:
        """The conversation this turn belongs to."""
        return self._control.thread_id

    @property
    def message_id(self) -> str:
        """The item of the user's message, if the turn has one and it got into the thread."""
        return self._control.ids.item_id

    @property
    def state(self) -> TurnState:
        """How far the turn is."""
        return self._control.state

    @property
    def error(self) -> Exception | None:
        """What went wrong, if the turn failed; the stream says it in words that are safe."""
        return self._control.error

    async def __anext__(self) -> ThreadStreamEvent:
        """The next event."""
        if self._control.stopped:
            await self._control.wait_done()
            raise StopAsyncIteration
        event = await anext(self._events)
        if self._control.stopped:  # while the store was at work, which is not interrupted
            await self._events.aclose()
            raise StopAsyncIteration
        return event

    async def aclose(self) -> None:
        """Stop, from this task or another: `respond()` is closed before this returns."""
        if self._control.stopped:
            await self._control.wait_done()
            return
        self._control.stop()
        if self._events.ag_running:
            await self._control.wait_done()
        else:
            await self._events.aclose()

    async def __aexit__(self, *exc: object) -> None:
        """Close the turn."""
        await self.aclose()


def ensure_stream(method: str, answer: object) -> AsyncIterator[object]:
    """What `respond()` or `action()` returned, if it is a stream.

    Raises:
        RespondError: It is something else; the message says what to write instead.
    """
    if isinstance(answer, AsyncIterable):
        return aiter(cast("AsyncIterable[object]", answer))
    got, fix = type(answer).__name__, "Write it as `async def`, and `yield` each event."
    if inspect.iscoroutine(answer):
        answer.close()
        fix = "Did you forget `yield`? `return` ends the turn; `yield` sends and goes on."
    elif inspect.isgenerator(answer):
        fix = "Write `async def` instead of `def`."
    raise RespondError(method, got, fix)
