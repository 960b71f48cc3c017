"""Two servers answer the same question: one collects, one streams (lesson 04)."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from chatlab.clock import Clock
from chatlab.context import RequestContext
from chatlab.events import AssistantMessage, RespondEvent
from chatlab.items import ThreadItem, ThreadMetadata, UserMessageItem
from chatlab.llm import ScriptedModel
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["TITLES", "Collecting", "LaneRun", "Streaming"]

TITLES = ("Collect, then yield", "Stream")
"""What the lanes are called."""

_ALICE = RequestContext(user_id="alice")


class Collecting(ChatKitServer):
    """Waits for the whole reply and sends it as one event."""

    def __init__(self, model: ScriptedModel) -> None:
        super().__init__()
        self.model = model

    async def respond(
        self,
        thread: ThreadMetadata,
        input: UserMessageItem | None,
        context: RequestContext,
    ) -> AsyncIterator[RespondEvent]:
        """Collect, then yield."""
        text = ""
        async with aclosing(self.model.stream(_text_of(input))) as pieces:
            async for piece in pieces:
                text += piece
        yield AssistantMessage(content=text)


class Streaming(Collecting):
    """Sends each piece when it comes."""

    async def respond(
        self,
        thread: ThreadMetadata,
        input: UserMessageItem | None,
        context: RequestContext,
    ) -> AsyncIterator[RespondEvent]:
        """Yield piece by piece."""
        async with aclosing(self.model.stream(_text_of(input))) as pieces:
            async for piece in pieces:
                yield AssistantMessage(content=piece)


def _text_of(input: UserMessageItem | None) -> str:
    return "" if input is None else input.content


class _NotingModel(ScriptedModel):
    """Notes when it has made each piece."""

    def __init__(self, reply: str, delay: float, clock: Clock) -> None:
        super().__init__(reply, 1 / delay, clock=clock)
        self.token_times: list[float] = []
        self._start = clock.monotonic()
        self._now = clock.monotonic

    async def stream(self, prompt: str) -> AsyncGenerator[str]:
        async with aclosing(super().stream(prompt)) as pieces:
            async for piece in pieces:
                self.token_times.append(self._now() - self._start)
                yield piece


class LaneRun:
    """One turn of one of the servers, with a model of its own, and when everything came.

    Args:
        kind: `Collecting` or `Streaming`.
        reply: What the model says.
        delay: How many seconds the model needs for a piece.
        clock: Where time comes from.
    """

    def __init__(self, kind: type[Collecting], reply: str, delay: float, clock: Clock) -> None:
        self._model = _NotingModel(reply, delay, clock)
        self._server = kind(self._model)
        self._clock = clock
        self._start = clock.monotonic()
        self._turn: Turn = self._server.send("What is on for today?", _ALICE)
        self._sent: list[tuple[float, str]] = []
        self._ended: float | None = None
        self._stored_item: ThreadItem | None = None

    @property
    def seconds(self) -> float:
        """Since the question was asked."""
        return self._clock.monotonic() - self._start

    async def read(self) -> None:
        """Read the answer to its end, or until it is stopped."""
        async for event in self._turn:
            if isinstance(event, AssistantMessage):
                self._sent.append((self.seconds, event.content))
        self._ended = self.seconds
        page = await self._server.store.load_thread_items(
            self._turn.thread_id, None, 10, "asc", _ALICE
        )
        self._stored_item = next((item for item in page.data if item.role == "assistant"), None)

    async def stop(self) -> None:
        """Press Stop."""
        await self._turn.aclose()

    async def read_until(self, seconds: float) -> None:
        """Read, and press Stop at that time."""
        reading = asyncio.create_task(self.read())
        while self.seconds < seconds:  # noqa: ASYNC110 - the clock may be one that others move on
            await asyncio.sleep(0)
        await self.stop()
        await reading

    def snapshot(self) -> dict[str, Any]:
        """How far it is, as plain data."""
        first = self._sent[0][0] if self._sent else None
        return {
            "made": [round(at, 3) for at in self._model.token_times],
            "sent": [[round(at, 3), text] for at, text in self._sent],
            "open": self._model.open_connections > 0,
            "state": self._turn.state,
            "first": None if first is None else round(first, 3),
            "ended": None if self._ended is None else round(self._ended, 3),
            "kept": None
            if self._stored_item is None
            else {"text": self._stored_item.content, "status": self._stored_item.status},
        }
