"""How far an agent's model may run ahead of whoever reads what it says (lesson 09).

The Agents SDK puts what a model streams into a queue without a limit. What can wait is the model:
it hands over its next event when the reader has come near enough.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast
from weakref import WeakKeyDictionary

from agents.items import ModelResponse, TResponseStreamEvent
from agents.models.interface import Model
from agents.result import RunResultStreaming
from agents.retry import ModelRetryAdvice, ModelRetryAdviceRequest
from agents.stream_events import StreamEvent

__all__ = ["MAX_AHEAD", "BoundedModel", "RunReader", "pace_events"]

MAX_AHEAD = 16
"""How many events of a model's stream may wait for the reader."""

_readers: "WeakKeyDictionary[asyncio.Task[Any], RunReader]" = WeakKeyDictionary()


class RunReader:
    """Whoever reads one run; the task that runs the agent finds it, and waits for it."""

    def __init__(self, result: RunResultStreaming) -> None:
        self._unread = 0
        self._waits = False
        self._moved = asyncio.Event()
        if result.run_loop_task is not None:
            _readers[result.run_loop_task] = self

    async def pull(self, events: AsyncGenerator[StreamEvent]) -> StreamEvent | None:
        """The run's next event, or None after the last one."""
        self._waits = True
        self._moved.set()
        try:
            event = await anext(events, None)
        finally:
            self._waits = False
        if event is not None and event.type == "raw_response_event":
            self._unread -= 1
        return event

    async def wait_for_room(self) -> None:
        """Wait until there is room for one more event, and take it."""
        await self._unread_below(MAX_AHEAD)
        self._unread += 1

    async def wait_drained(self) -> None:
        """Wait until everything has been read: what is unread when a run fails is lost."""
        await self._unread_below(1)

    async def _unread_below(self, limit: int) -> None:
        while self._unread >= limit:
            if self._waits:
                # A reader that still waits after a moment has read all there is, whatever was
                # counted: a model between may have left events out.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                if self._waits:
                    self._unread = 0
            else:
                self._moved.clear()
                await self._moved.wait()


async def pace_events(
    events: AsyncGenerator[TResponseStreamEvent],
) -> AsyncGenerator[TResponseStreamEvent]:
    """The same events, each when the run's reader is near; without a reader, all at once.

    It ends, or fails, when all of them have been read.
    """
    task = asyncio.current_task()
    reader = _readers.get(task) if task is not None else None
    async with aclosing(events):
        try:
            async for event in events:
                if reader is not None:
                    await reader.wait_for_room()
                yield event
        except Exception:
            if reader is not None:
                await reader.wait_drained()
            raise
        if reader is not None:
            await reader.wait_drained()


class BoundedModel(Model):
    """Any model of the Agents SDK, at most `AHEAD` events before its reader.

    A `timeout` in the model settings lets the SDK read the model in another task, and the bound
    is off.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        """Whatever else the SDK asks a model, such as whether it caches prompts."""
        return getattr(self.model, name)

    async def get_response(self, *args: Any, **more: Any) -> ModelResponse:
        """The whole response at once."""
        return await self.model.get_response(*args, **more)

    def stream_response(self, *args: Any, **more: Any) -> AsyncIterator[TResponseStreamEvent]:
        """The response as it comes, held back for a slow reader."""
        events = self.model.stream_response(*args, **more)
        return pace_events(cast("AsyncGenerator[TResponseStreamEvent]", events))

    def get_retry_advice(self, request: ModelRetryAdviceRequest) -> ModelRetryAdvice | None:
        """What the model says about asking again."""
        return self.model.get_retry_advice(request)

    async def close(self) -> None:
        """Let go of what the model holds."""
        await self.model.close()

    async def _cleanup_on_run_end(self, owner: object) -> None:
        # A model from a run's provider lets go of its connections here.
        await self.model._cleanup_on_run_end(owner)  # noqa: SLF001 - the SDK has no public name for it
