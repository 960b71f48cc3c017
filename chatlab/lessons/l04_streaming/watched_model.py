"""For the checks of lesson 04: a model and a reader that record which piece is received when."""

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
from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.lessons.support.yield_to_loop import yield_to_loop
from chatlab.llm import ScriptedModel
from chatlab.server import ChatKitServer
from chatlab.testing import FixedClock

__all__ = [
    "CLOSE_ITERATIONS",
    "TurnReader",
    "WatchedModel",
    "record_blocking_sleeps",
    "wait_idle",
]

CLOSE_ITERATIONS = 200
"""How many iterations of the event loop a slow connection takes to close."""

_MAX_WAIT_ITERATIONS = 100
"""How many iterations the model waits until the user has a piece."""


async def wait_idle(model: ScriptedModel) -> None:
    """Wait until the model's connections are closed, those of unreferenced streams included."""
    await yield_to_loop(3)
    if model.open_connections:
        gc.collect()
        await yield_to_loop(3 * CLOSE_ITERATIONS)


@dataclass
class ReplyProgress:
    """How much of the reply to one message the model has sent and the user has received.

    Attributes:
        requests: How many times the model was asked for it.
        prompt_type: The type of the last prompt, such as `"str"`; None before the first request.
        pieces_sent: How many pieces the model has sent.
        chars_sent: How many characters they have.
        chars_received: How many characters the user has received.
        pieces_at_first_text: How many pieces had been sent when the user received the first text.
        first_late_piece: The number of the first piece that the user had not received when the
            model was asked for the next one.
    """

    requests: int = 0
    prompt_type: str | None = None
    pieces_sent: int = 0
    chars_sent: int = 0
    chars_received: int = 0
    pieces_at_first_text: int | None = None
    first_late_piece: int | None = None

    def receive(self, text: str) -> None:
        """Count text that the user has received."""
        self.chars_received += len(text)
        if text and self.pieces_at_first_text is None:
            self.pieces_at_first_text = self.pieces_sent


class WatchedModel(ScriptedModel):
    """A model that waits after each piece until the user has received it, or a time limit passes.

    Args:
        replies: Its reply to each message; a prompt may contain more than the message.
        hold_at: After this many pieces it falls silent, once, until its stream is closed.
        close_iterations: How many iterations of the event loop its streams take to close.

    Attributes:
        progress: How far each message's reply has got; under `""`, those to unknown prompts.
        hold_at: As above; None once it has fallen silent.
        silent: Is set when it falls silent.
    """

    def __init__(
        self, replies: dict[str, str], hold_at: int | None = None, *, close_iterations: int = 0
    ) -> None:
        super().__init__(self._find_reply, math.inf, clock=FixedClock())
        self.progress = {message: ReplyProgress() for message in ("", *replies)}
        self.hold_at = hold_at
        self.silent = asyncio.Event()
        self._replies_by_message = replies
        self._close_iterations = close_iterations

    def _find_message(self, prompt: object) -> str:
        return next((message for message in self._replies_by_message if message in str(prompt)), "")

    def _find_reply(self, prompt: str) -> str:
        return self._replies_by_message.get(self._find_message(prompt), "What did you say?")

    async def stream(self, prompt: str) -> AsyncGenerator[str]:
        """See `ScriptedModel`."""
        progress = self.progress[self._find_message(prompt)]
        progress.requests += 1
        progress.prompt_type = type(prompt).__name__
        async with aclosing(super().stream(prompt)) as pieces:
            try:
                async for piece in pieces:
                    progress.pieces_sent += 1
                    progress.chars_sent += len(piece)
                    yield piece
                    await _wait_until_received(progress)
                    if progress.pieces_sent == self.hold_at:
                        self.hold_at = None
                        self.silent.set()
                        await asyncio.Event().wait()
            finally:
                with anyio.CancelScope(shield=True):
                    await yield_to_loop(self._close_iterations)


async def _wait_until_received(progress: ReplyProgress) -> None:
    """Wait until the user has all that was sent; after the limit, note the piece as late."""
    for _ in range(_MAX_WAIT_ITERATIONS):
        if progress.chars_received >= progress.chars_sent:
            return
        await asyncio.sleep(0)
    await asyncio.sleep(0.005)
    if progress.chars_received < progress.chars_sent and progress.first_late_piece is None:
        progress.first_late_piece = progress.pieces_sent


class TurnReader:
    """Sends one message to the server, reads the turn's events, and can stop midway.

    What the turn raises is kept in `error`.
    """

    def __init__(
        self, server: ChatKitServer[Any], model: WatchedModel, message: str, user_id: str
    ) -> None:
        self.context = RequestContext(user_id=user_id)
        self.server = server
        self.turn = server.send(message, self.context)
        self.progress = model.progress[message]
        self.events: list[Any] = []
        self.error: Exception | None = None

    async def read(self, pieces: int | None = None) -> None:
        """Read to the end, or until this many pieces of text have come.

        Raises:
            NotStarted: `respond()` has not been written yet.
        """
        try:
            async for event in self.turn:
                self.events.append(to_plain_json(event))
                if event.type == "assistant_message":
                    self.progress.receive(event.content)
                    if pieces is not None and (pieces := pieces - 1) == 0:
                        return
        except NotStarted:
            raise
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = error

    async def stop(self) -> None:
        """Close the turn, as the user's Stop button does."""
        try:
            await self.turn.aclose()
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = error

    async def record(self) -> dict[str, Any]:
        """The turn as data: `events`, `state`, `raised`, the `saved` items and the `progress`.

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
            "saved": await self._load_items(),
            "progress": asdict(self.progress),
        }

    async def _load_items(self) -> list[Any]:
        try:
            thread = await self.server.thread(self.turn.thread_id, self.context)
        except NotFoundError:
            return []
        return to_plain_json(thread.items.data)


@contextmanager
def record_blocking_sleeps() -> Generator[list[str]]:
    """Record each call of `time.sleep` on this thread, however it was imported.

    A clock would show the delay, but could not tell it from a busy machine.
    """
    calls: list[str] = []

    def profile(_frame: FrameType, event: str, function: object) -> None:
        if event == "c_call" and function is time.sleep:
            calls.append("time.sleep")

    previous_profile = sys.getprofile()
    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(previous_profile)
