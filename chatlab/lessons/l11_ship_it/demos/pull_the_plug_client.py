"""A reply on its way over a real connection, and a plug to pull (lesson 11)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any, Literal

import httpx

from chatlab.context import RequestContext
from chatlab.events import AssistantMessage, RespondEvent
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.llm import split_tokens
from chatlab.server import ChatKitServer

__all__ = ["ALICE", "REPLY", "CuttableClient", "PacedServer", "Way", "alice_for"]

REPLY = (
    "Five things for your journey. Pack the red umbrella, the small one. Call Zoë at nine; she has "
    "the tickets. Water the plants before you go. Buy bread, and buy milk. And do not worry: no "
    "word of this gets lost in a tunnel."
)
"""Long enough to pull the plug in the middle."""

ALICE = {"Authorization": "Bearer alice"}
"""What Alice's client sends with every request."""

Way = Literal["cursor", "start", "new"]
"""What Alice's client asks for when it is back: what it lacks, everything, only what is new."""

_TURNS = "/api/turns"


class PacedServer(ChatKitServer):
    """Says `REPLY`, piece by piece.

    Args:
        pause: Awaited before each piece; it is given the piece's number.
    """

    def __init__(self, pause: Callable[[int], Awaitable[None]]) -> None:
        super().__init__()
        self._pause = pause

    async def respond(
        self,
        thread: ThreadMetadata,
        input: UserMessageItem | None,
        context: RequestContext,
    ) -> AsyncIterator[RespondEvent]:
        """The reply."""
        for number, piece in enumerate(split_tokens(REPLY), start=1):
            await self._pause(number)
            yield AssistantMessage(content=piece)


def alice_for(_session_key: str) -> RequestContext:
    """Everybody here is Alice."""
    return RequestContext(user_id="alice")


class CuttableClient:
    """One reply, and the two who read it: Alice, whose plug may be pulled, and one who watches.

    Both are real HTTP clients with connections of their own.

    Args:
        client: Speaks to the server.
        changed: Called when there is something new to see.

    Attributes:
        log: What the server has sent: of each event its number, twice, its type and its text;
            pieces that were merged have a first and a last number.
        heard: What came to Alice, likewise; and in which of her requests.
        asked: The cursor of each of her requests.
        cursor: The number of the last event that she has.
        plugged: Whether her plug is in.
        over: Whether she has had the last frame of the reply.
    """

    def __init__(self, client: httpx.AsyncClient, changed: Callable[[], None]) -> None:
        self.log: list[list[Any]] = []
        self.heard: list[list[Any]] = []
        self.asked: list[int] = []
        self.cursor = 0
        self.plugged = False
        self.over = False
        self.ended = asyncio.Event()
        self._client = client
        self._changed = changed
        self._url = ""
        self._tasks: set[asyncio.Task[None]] = set()
        self._reading: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Ask the question; both begin to read."""
        response = await self._client.post(_TURNS, json={"message": "What is on my list?"})
        response.raise_for_status()
        self._url = f"{_TURNS}/{response.json()['turn_id']}/events"
        self._start(self._watch())
        self.plug_in("cursor")

    def pull(self) -> None:
        """Pull the plug: the connection is closed as it is."""
        if self._reading is not None:
            self._reading.cancel()
        self.plugged = False
        self._changed()

    def plug_in(self, way: Way) -> None:
        """Come back."""
        if self.plugged or self.over:
            return
        newest = self.log[-1][1] if self.log else 0
        cursor = {"cursor": self.cursor, "start": 0, "new": newest}[way]
        self.plugged = True
        self.asked.append(cursor)
        self._reading = self._start(self._read(cursor))
        self._changed()

    async def close(self) -> None:
        """Let go of every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _watch(self) -> None:
        async for kind, event in self._events(0):
            if kind != "end":
                self.log.append(_row(kind, event))
                self._changed()

    async def _read(self, cursor: int) -> None:
        request = len(self.asked)
        with suppress(httpx.TransportError):
            async for kind, event in self._events(cursor):
                if kind == "end":
                    self.over = True
                    self.ended.set()
                else:
                    self.heard.append([*_row(kind, event), request])
                    self.cursor = event["seq"]
                self._changed()
        self.plugged = False
        self._changed()

    async def _events(self, cursor: int) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Each whole frame: its type and its data."""
        async with self._client.stream("GET", self._url, params={"cursor": cursor}) as response:
            response.raise_for_status()
            kind, data = "message", ""
            async for line in response.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "event":
                    kind = value
                elif name == "data":
                    data += value
                elif not line and data:
                    yield kind, json.loads(data)
                    kind, data = "message", ""


def _row(kind: str, event: dict[str, Any]) -> list[Any]:
    first = event.get("first_seq") or event["seq"]
    return [first, event["seq"], kind, event.get("content", "")]
