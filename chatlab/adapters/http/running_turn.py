"""One turn as an app runs it: the connection that asked for it does not own it (lesson 11)."""

import asyncio
import logging

from chatlab.adapters.http.limits import AnswerLimit, Limits
from chatlab.adapters.http.turn_log import TurnLog
from chatlab.errors import ChatlabError
from chatlab.events import ErrorEvent, ItemReplaced
from chatlab.items import Action
from chatlab.turns.turn import Turn

__all__ = ["Click", "RunningTurn"]

logger = logging.getLogger("chatlab.http")

Click = tuple[str, Action] | None
"""A widget's id and what was clicked in it."""


class RunningTurn:
    """One turn, the task that reads it, and what it has sent.

    Attributes:
        id: What its readers call it.
        user_id: Whose it is.
        log: What it has sent so far.
        click: The widget that was clicked and with which action, if that is what it answers.
        replaced: The widgets that it put others in the places of.
        last_item_id: The item that came last.
        error: What broke it off; what `respond()` raised is in its events.
    """

    def __init__(self, id: str, user_id: str, turn: Turn, limits: Limits, click: Click) -> None:
        self.id = id
        self.user_id = user_id
        self.turn = turn
        self.log = TurnLog()
        self.click = click
        self.replaced = set[str]()
        self.last_item_id = ""
        self.error: Exception | None = None
        self._limits = limits
        self.task = asyncio.create_task(self._run())

    @property
    def thread_id(self) -> str:
        """The conversation that it belongs to."""
        return self.turn.thread_id

    @property
    def rejection(self) -> Exception | None:
        """Why there was no turn at all: an error that says so was the first that came of it."""
        if not self.log.last_seq:
            return self.error
        first = self.log.next_after(0)
        reason = self.turn.error
        if not (isinstance(first, ErrorEvent) and isinstance(reason, ChatlabError)):
            return None
        return reason if first.code == reason.code else None

    @property
    def failure(self) -> ErrorEvent | None:
        """The error that it ended in, if it did, in words that its user may read."""
        last = self.log.next_after(self.log.last_seq - 1) if self.log.last_seq else None
        return last if isinstance(last, ErrorEvent) else None

    async def stop(self) -> None:
        """End the turn; what was said is kept, as incomplete."""
        await self.turn.aclose()
        await asyncio.wait([self.task])

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            await self._read()
        except Exception as error:
            self.error = error
            if self.log.last_seq:
                logger.exception("Turn %s broke off", self.id)
                self._add(ErrorEvent.from_exception(error))
        finally:
            self.log.end("failed" if self.error else self.turn.state)
        logger.info(
            "Turn %s in %r %s after %.1f s and %d events",
            *(self.id, self.thread_id, self.log.state, loop.time() - started, self.log.last_seq),
        )

    async def _read(self) -> None:
        limit = AnswerLimit(self._limits)
        async with limit.in_time(), self.turn:
            async for event in self.turn:
                self.log.put(event)
                self.last_item_id = event.item_id or self.last_item_id
                if isinstance(event, ItemReplaced):
                    self.replaced.add(event.item.id)
                if not limit.allows(self.log.size):
                    break
                await asyncio.sleep(0)  # a turn that never waits must not keep all others out
        if limit.reached:
            self._add(ErrorEvent(code="limit_reached", message=limit.reached))

    def _add(self, error: ErrorEvent) -> None:
        stamps = {"thread_id": self.thread_id, "seq": self.log.last_seq + 1}
        self.log.put(error.model_copy(update=stamps))
