"""One turn from the inside: the ten steps of ARCHITECTURE.md, however they end (lesson 03)."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from chatlab.cancellation import aclose, run_shielded
from chatlab.context import RequestContext
from chatlab.events import ErrorEvent, ThreadCreated, ThreadStreamEvent, ThreadUpdated
from chatlab.turns.recorder import Recorder
from chatlab.turns.requests import StartedTurn, TurnRequest, TurnServices
from chatlab.turns.turn import END, TurnControl

__all__ = ["TurnRunner"]

logger = logging.getLogger("chatlab")


@dataclass
class TurnRunner:
    """Runs one turn: lock the thread, begin, call `respond()`, save, send, commit.

    Attributes:
        request: What was asked: a message, a retry or an action.
        context: Who asked.
        services: The server's store, clock and ids.
        control: What the `Turn` in the caller's hands shares with this runner.
        answer: Calls `respond()` or `action()`; returns its stream.
    """

    request: TurnRequest
    context: RequestContext
    services: TurnServices
    control: TurnControl
    answer: Callable[[StartedTurn], AsyncIterator[object]]
    recorder: Recorder = field(init=False)
    started: StartedTurn | None = None
    stream: AsyncIterator[object] | None = None

    async def run(self) -> AsyncGenerator[ThreadStreamEvent]:
        """The events of the turn. The task that closes this need not be the one that began it."""
        control, services, context = self.control, self.services, self.context
        control.state = "running"
        with self._ensure_final_state():
            await self._claim_idempotency_key()  # it may name another thread than the caller does
            self.recorder = Recorder(control.thread_id, services.clock, services.new_id)
            async with services.store.turn(control.thread_id, context):
                try:
                    await self._claim_idempotency_key()  # while we waited, it may have been used
                    self.started = await self.request.begin(services, control.ids, context)
                    for event in self._opening_events(self.started):
                        yield event
                    if not self.started.replayed:
                        self.stream = self.answer(self.started)
                    while (event := await control.pull(self.stream)) is not END:
                        out = self.recorder.record(event, self.request.method)
                        if self.recorder.unsaved:
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
        control = self.control
        try:
            yield
        except Exception as error:
            control.state, control.error = "failed", error
            raise
        finally:
            if control.state == "running":
                control.state = "stopped"
            control.done.set()

    async def _claim_idempotency_key(self) -> None:
        """With an idempotency key, find out what became of the message if it came before."""
        if self.request.key is not None:
            store, ids = self.services.store, self.control.ids
            self.control.ids = await store.claim_key(self.request.key, ids, self.context)

    def _opening_events(self, started: StartedTurn) -> list[ThreadStreamEvent]:
        """What goes out before the answer; of a replayed turn, all that goes out."""
        recorder, thread = self.recorder, started.thread
        events: list[ThreadStreamEvent] = []
        if started.created:
            events.append(recorder.stamp(ThreadCreated(thread=thread)))
        events += [recorder.item_done(item) for item in started.items]
        if started.replayed:
            events.append(recorder.stamp(ThreadUpdated(thread=thread)))
        return events

    async def _save(self) -> None:
        """Make finished items durable. A save that was interrupted is made again."""
        unsaved = self.recorder.unsaved
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
        """As `_finalise`; where the store fails, the turn fails, and its last event says so."""
        try:
            return await self._finalise()
        except Exception as error:
            self.control.state, self.control.error = "failed", error
            logger.exception("What a turn said in %s was not kept", self.control.thread_id)
            return [self.recorder.stamp(ErrorEvent.from_exception(error))]

    async def _finalise(self) -> list[ThreadStreamEvent]:
        """Save what was said, and the thread; return the events that end the stream."""
        control, recorder, started = self.control, self.recorder, self.started
        closing: list[ThreadStreamEvent] = []
        if started is not None and not started.replayed:
            closing = recorder.finish(completed=control.state == "completed")
            await self._save()
            if control.state == "completed":
                closing.append(await self._commit(started))
            elif started.created and not recorder.item_ids:
                await self.services.store.delete_thread(started.thread.id, self.context)
        if control.error is not None:
            if started is not None:
                logger.error("A turn failed in %s", control.thread_id, exc_info=control.error)
            closing.append(recorder.stamp(ErrorEvent.from_exception(control.error)))
        return closing

    async def _commit(self, started: StartedTurn) -> ThreadUpdated:
        """The turn is complete: remove what it supersedes, save the thread, finish the key."""
        store, recorder, context = self.services.store, self.recorder, self.context
        for item_id in started.superseded_ids:
            await store.delete_thread_item(started.thread.id, item_id, context)
        # A title or metadata may have been saved meanwhile, by respond() or by somebody else.
        thread = await store.load_thread(started.thread.id, context)
        thread = thread.model_copy(update={"updated_at": self.services.clock.now()})
        await store.save_thread(thread, context)
        if self.request.key is not None:
            await store.finish_key(self.request.key, tuple(recorder.item_ids), context)
        return recorder.stamp(ThreadUpdated(thread=thread))
