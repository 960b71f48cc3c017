"""For the checks of lesson 04: a model and a reader that know what got through, and when."""

import asyncio
import gc
import math
import sys
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import aclosing, contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

import anyio

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.lessons.support.pacing import yield_to_loop
from chatlab.llm import ScriptedModel
from chatlab.server import ChatKitServer
from chatlab.testing import FixedClock

__all__ = [
    "CLOSE_DELAY",
    "StoppableReader",
    "WatchedModel",
    "sleeping_seen",
    "wait_idle",
]

CLOSE_DELAY = 200
"""How many times others run while a slow connection hangs up."""

_PATIENCE = 100


async def wait_idle(model: ScriptedModel) -> None:
    """Let connections that nobody holds any more be closed, and wait until that is done."""
    await yield_to_loop(3)
    if model.open_connections:
        gc.collect()
        await yield_to_loop(3 * CLOSE_DELAY)


@dataclass
class ScriptedListener:
    """How far the model is with its answer to one message.

    Attributes:
        asked: How many times it was asked.
        prompted: What kind of thing it was asked with, the last time.
        pieces: How many pieces it has given.
        given: How many characters they have.
        heard: How many characters the user has got.
        first_at: How many pieces there were when the user got the first text.
        late: The first piece that the user did not get before the model was asked for the next.
    """

    asked: int = 0
    prompted: str | None = None
    pieces: int = 0
    given: int = 0
    heard: int = 0
    first_at: int | None = None
    late: int | None = None

    def hear(self, text: str) -> None:
        """The user gets some text."""
        self.heard += len(text)
        if text and self.first_at is None:
            self.first_at = self.pieces


class WatchedModel(ScriptedModel):
    """Gives each message its reply. After each piece it waits until the user has that piece.

    It waits for a while only. It may take its time to hang up, as a network does.

    Attributes:
        tellings: What became of each message.
        hold_at: After so many pieces it falls silent, once, until somebody hangs up.
        silent: Whether it has.
    """

    def __init__(
        self, answers: dict[str, str], hold_at: int | None = None, *, hanging_up: int = 0
    ) -> None:
        super().__init__(self._answer, math.inf, clock=FixedClock())
        self.tellings = {message: ScriptedListener() for message in ("", *answers)}
        self.hold_at = hold_at
        self.silent = asyncio.Event()
        self._answers = answers
        self._hanging_up = hanging_up

    def _message(self, prompt: object) -> str:
        return next((one for one in self._answers if one in str(prompt)), "")

    def _answer(self, prompt: str) -> str:
        return self._answers.get(self._message(prompt), "What did you say?")

    async def stream(self, prompt: str) -> AsyncGenerator[str]:
        """See `ScriptedModel`."""
        telling = self.tellings[self._message(prompt)]
        telling.asked += 1
        telling.prompted = type(prompt).__name__
        async with aclosing(super().stream(prompt)) as pieces:
            try:
                async for piece in pieces:
                    telling.pieces += 1
                    telling.given += len(piece)
                    yield piece
                    await _got_through(telling)
                    if telling.pieces == self.hold_at:
                        self.hold_at = None
                        self.silent.set()
                        await asyncio.Event().wait()
            finally:
                with anyio.CancelScope(shield=True):
                    await yield_to_loop(self._hanging_up)


async def _got_through(telling: ScriptedListener) -> None:
    for _ in range(_PATIENCE):
        if telling.heard >= telling.given:
            return
        await asyncio.sleep(0)
    await asyncio.sleep(0.005)
    if telling.heard < telling.given and telling.late is None:
        telling.late = telling.pieces


class StoppableReader:
    """Somebody who sends one message and reads the answer as it comes."""

    def __init__(
        self, server: ChatKitServer[Any], model: WatchedModel, message: str, user_id: str
    ) -> None:
        self.context = RequestContext(user_id=user_id)
        self.server = server
        self.turn = server.send(message, self.context)
        self.telling = model.tellings[message]
        self.events: list[Any] = []
        self.error: Exception | None = None

    async def read(self, pieces: int | None = None) -> None:
        """Read to the end, or until so many pieces of text have come."""
        try:
            async for event in self.turn:
                self.events.append(to_plain_json(event))
                if event.type == "assistant_message":
                    self.telling.hear(event.content)
                    if pieces is not None and (pieces := pieces - 1) == 0:
                        return
        except NotStarted:
            raise
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = error

    async def stop(self) -> None:
        """Press Stop."""
        try:
            await self.turn.aclose()
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = error

    async def seen(self) -> dict[str, Any]:
        """What there is to judge.

        Raises:
            NotStarted: `respond()` has not been written yet.
        """
        error = self.error or self.turn.error
        if isinstance(error, NotStarted):
            raise error
        return {
            "events": self.events,
            "state": self.turn.state,
            "raised": None if error is None else exception_as_data(error),
            "saved": await self._saved(),
            "telling": asdict(self.telling),
        }

    async def _saved(self) -> list[Any]:
        try:
            thread = await self.server.thread(self.turn.thread_id, self.context)
        except NotFoundError:
            return []
        return to_plain_json(thread.items.data)


@contextmanager
def sleeping_seen() -> Generator[list[str]]:
    """Note each `time.sleep` on this thread, however it was imported.

    Its effect, that nobody else gets on, could only be seen with a clock, and a busy machine
    would look the same.
    """
    seen: list[str] = []

    def note(_frame: FrameType, event: str, called: object) -> None:
        if event == "c_call" and called is time.sleep:
            seen.append("time.sleep")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)
