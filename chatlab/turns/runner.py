"""The life of one turn from the inside: the ten steps, however they end (lesson 03)."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from chatlab.concurrency import aclose, run_shielded
from chatlab.context import RequestContext
from chatlab.events import ErrorEvent, ThreadStreamEvent, ThreadUpdated
from chatlab.stores.base import IdempotencyRecord
from chatlab.turns.requests import (
    ActionRequest,
    MessageRequest,
    StartedTurn,
    TurnRequest,
    TurnServices,
)
from chatlab.turns.turn import END, TurnControl

__all__ = ["TurnRunner"]

logger = logging.getLogger("chatlab")


@dataclass
class TurnRunner:
    """What was asked, how to answer it, and how far the turn has come."""

    turn_request: TurnRequest
    ids: IdempotencyRecord
    context: RequestContext
    services: TurnServices
    control: TurnControl
    answer: Callable[[StartedTurn], AsyncIterator[object]]
    started: StartedTurn | None = None
    stream: AsyncIterator[object] | None = None

    async def run(self) -> AsyncGenerator[ThreadStreamEvent]:
        """The events of the turn. The task that closes this need not be the one that began it."""
        control, recorder = self.control, self.services.recorder
        method = "action" if isinstance(self.turn_request, ActionRequest) else "respond"
        control.state = "running"
        with self._ensure_final_state():
            await self._claim_idempotency_key()
            async with self.services.store.turn(control.thread_id, self.context):
                try:
                    await self._claim_idempotency_key()
                    self.started = await self.turn_request.begin(
                        self.services, self.ids, self.context
                    )
                    for event in self.started.opening_events:
                        yield event
                    if not self.started.replayed:
                        self.stream = self.answer(self.started)
                    while (event := await control.pull(self.stream)) is not END:
                        out = recorder.record(event, method)
                        if recorder.unsaved:
                            await self._save()
                        for event in out:
                            yield event
                    control.state = "stopped" if control.stopped else "completed"
                except Exception as error:  # noqa: BLE001 - it is in Turn.error and in the stream
                    control.state, control.error = "failed", error
                finally:
                    if control.state == "running":
                        control.state = "stopped"
                    try:
                        await self._aclose_stream()
                    finally:
                        closing = await run_shielded(self._finalise_or_report())
                if not control.stopped:
                    for event in closing:
                        yield event

    @contextmanager
    def _ensure_final_state(self) -> Generator[None]:
        """Whatever happens inside: afterwards the turn has ended, and its state says how."""
        progress = self.control
        try:
            yield
        except Exception as error:
            progress.state, progress.error = "failed", error
            raise
        finally:
            if progress.state == "running":
                progress.state = "stopped"
            progress.done.set()

    async def _claim_idempotency_key(self) -> None:
        """With an idempotency key, find out what became of the message if it came before."""
        if isinstance(self.turn_request, MessageRequest) and self.turn_request.key is not None:
            self.ids = await self.services.store.claim_key(
                self.turn_request.key, self.ids, self.context
            )
            self.control.thread_id = self.services.recorder.thread_id = self.ids.thread_id

    async def _save(self) -> None:
        """Make finished items durable. A save that was interrupted is made again."""
        unsaved = self.services.recorder.unsaved
        while unsaved:
            await self.services.store.save_item(self.control.thread_id, unsaved[0], self.context)
            del unsaved[0]

    async def _aclose_stream(self) -> None:
        """Close `respond()`, and with it the model behind it."""
        try:
            await aclose(self.stream)
        except Exception as error:  # noqa: BLE001 - it is in Turn.error and in the log
            self.control.error = self.control.error or error

    async def _finalise_or_report(self) -> list[ThreadStreamEvent]:
        """As `_close`; where the store fails, the turn has failed, and its end says so."""
        try:
            return await self._finalise()
        except Exception as error:
            self.control.state, self.control.error = "failed", error
            logger.exception("What a turn said in %s was not kept", self.control.thread_id)
            return [self.services.recorder.stamp(ErrorEvent.from_exception(error))]

    async def _finalise(self) -> list[ThreadStreamEvent]:
        """Keep what was said and save the thread; give back the events that end the stream."""
        progress, recorder, begun = self.control, self.services.recorder, self.started
        closing: list[ThreadStreamEvent] = []
        if begun is not None and not begun.replayed:
            closing = recorder.finish(completed=progress.state == "completed")
            await self._save()
            if progress.state == "completed":
                closing.append(await self._commit(begun))
            elif begun.created and not recorder.item_ids:
                await self.services.store.delete_thread(begun.thread.id, self.context)
        if progress.error is not None:
            if begun is not None:
                logger.error("A turn failed in %s", progress.thread_id, exc_info=progress.error)
            closing.append(recorder.stamp(ErrorEvent.from_exception(progress.error)))
        return closing

    async def _commit(self, begun: StartedTurn) -> ThreadUpdated:
        store, recorder = self.services.store, self.services.recorder
        for replaced in begun.superseded_ids:
            await store.delete_thread_item(begun.thread.id, replaced, self.context)
        news = {"updated_at": self.services.clock.now(), "history": ()}
        thread = begun.thread.model_copy(update=news)
        await store.save_thread(thread, self.context)
        if isinstance(self.turn_request, MessageRequest) and self.turn_request.key is not None:
            await store.finish_key(self.turn_request.key, tuple(recorder.item_ids), self.context)
        return recorder.stamp(ThreadUpdated(thread=thread))
