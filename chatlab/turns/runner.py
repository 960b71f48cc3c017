"""One turn from the inside: the ten steps of ARCHITECTURE.md, however they end (lesson 03)."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from chatlab.cancellation import aclose, run_shielded
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError, TurnInProgress
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdate,
    ThreadUpdated,
)
from chatlab.items import HiddenContextItem, WidgetItem
from chatlab.stores.base import HeldThread
from chatlab.turns.recorder import Recorder, is_update
from chatlab.turns.requests import StartedTurn, TurnRequest, TurnServices, as_widget
from chatlab.turns.turn import END, TurnControl

__all__ = ["TurnRunner"]

logger = logging.getLogger("chatlab")

_NO_CHANGE = ThreadUpdate()


@dataclass
class TurnRunner:
    """Runs one turn: lock the thread, begin, call `respond()`; record, save and send; commit.

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
            await self._find_thread()
            self.recorder = Recorder(control.thread_id, services.clock, services.new_id)
            async with services.store.turn(control.thread_id, context) as held:
                try:
                    if (started := await held.begin(self._begin())) is None:
                        return
                    for event in self._opening_events(started):
                        yield event
                    if not started.replayed:
                        self.stream = self.answer(started)
                    while (event := await control.pull(self.stream)) is not END:
                        if isinstance(event, AssistantMessage) and not event.end:
                            yield self.recorder.record_piece(event)  # nothing to wait for
                            continue
                        for stamped in await self._record(event):
                            yield stamped
                    control.state = "stopped" if control.stopped else "completed"
                except Exception as error:
                    if isinstance(error, TurnInProgress) and self.started is None:
                        raise
                    control.state, control.error = "failed", error  # and in the stream
                finally:
                    try:
                        await self._aclose_stream()
                    finally:
                        closing = await run_shielded(self._finalise_or_report(held))
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

    async def _find_thread(self) -> None:
        """A message that came before under its key belongs to the thread that it made then."""
        if self.request.key is not None and self.request.thread_id is None:
            await self._claim(self.request.key)

    async def _claim(self, key: str) -> None:
        ids = self.control.ids
        self.control.ids = await self.services.store.claim_key(key, ids, self.context)

    async def _begin(self) -> StartedTurn | None:
        """Put the request into the store, and load what it is answered from.

        None if the turn was stopped while it waited: nothing of it is kept or said.
        """
        if self.control.stopped:
            return None
        request, services, context = self.request, self.services, self.context
        if request.key is not None:
            if request.thread_id is not None:  # a key is tied to no thread that is not there
                await services.store.load_thread(request.thread_id, context)
            await self._claim(request.key)  # while we waited for the lock, it may have been used
        self.started = await request.begin(services, self.control.ids, context)
        return self.started

    def _opening_events(self, started: StartedTurn) -> list[ThreadStreamEvent]:
        """What goes out before the answer; of a replayed turn, all that goes out."""
        recorder, thread = self.recorder, started.thread.model_copy(update={"history": ()})
        events: list[ThreadStreamEvent] = []
        if started.created:
            events.append(recorder.stamp(ThreadCreated(thread=thread)))
        visible = (item for item in started.items if not isinstance(item, HiddenContextItem))
        events += map(recorder.item_done, visible)
        if started.replayed:
            events.append(recorder.stamp(ThreadUpdated(thread=thread)))
        return events

    async def _record(self, event: object) -> list[ThreadStreamEvent]:
        """Record what was yielded, save what it finished; return what goes out for it."""
        if isinstance(event, ThreadUpdate):
            return [await self.services.store.transaction(self._update_thread(event))]
        old = await self._load_widget(event.item_id) if is_update(event) else None
        out = self.recorder.record(event, self.request.method, old)
        if self.recorder.unsaved:
            await self._save()
        return out

    async def _load_widget(self, item_id: str) -> WidgetItem:
        thread_id, context = self.control.thread_id, self.context
        item = await self.services.store.load_item(thread_id, item_id, context)
        widget = as_widget(item, "A widget takes the place of a widget.")
        if self.started is not None:  # a retry that goes on with a card of the old answer keeps it
            old = self.started.superseded_ids
            self.started.superseded_ids = tuple(id for id in old if id != item_id)
        return widget

    async def _save(self) -> None:
        """Make finished items durable. A save that was interrupted is made again.

        What can never be kept is not tried again: it would take what was said along with it.
        """
        unsaved = self.recorder.unsaved
        while unsaved:
            item = unsaved[0]
            try:
                await self.services.store.save_item(self.control.thread_id, item, self.context)
            except InvalidInput:
                del unsaved[0]
                raise
            del unsaved[0]

    async def _aclose_stream(self) -> None:
        """Close `respond()`, and with it the model behind it: its turn is over, however it was."""
        if self.control.state == "running":
            self.control.state = "stopped"
        try:
            await aclose(self.stream)
        except Exception as error:  # noqa: BLE001 - it is in Turn.error and in the log
            self.control.error = self.control.error or error

    async def _finalise_or_report(self, held: HeldThread) -> list[ThreadStreamEvent]:
        """As `_finalise`; where the store fails, the turn fails, and its last event says so.

        Whoever stopped the turn is sent nothing.
        """
        closing: list[ThreadStreamEvent]
        try:
            closing = await self._finalise(held)
        except Exception as error:
            self.control.state, self.control.error = "failed", error
            logger.exception("What a turn said in %s was not kept", self.control.thread_id)
            closing = [self.recorder.stamp(ErrorEvent.from_exception(error))]
        return [] if self.control.stopped else closing

    async def _finalise(self, held: HeldThread) -> list[ThreadStreamEvent]:
        """Save what was said, and the thread; return the events that end the stream."""
        control, recorder, started = self.control, self.recorder, self.started
        closing: list[ThreadStreamEvent] = []
        if started is not None and not started.replayed:
            closing = recorder.finish(completed=control.state == "completed")
            closing += await held.end(self._commit(started))
        if control.error is not None:
            if started is not None:
                logger.error("A turn failed in %s", control.thread_id, exc_info=control.error)
            closing.append(recorder.stamp(ErrorEvent.from_exception(control.error)))
        return closing

    async def _commit(self, started: StartedTurn) -> list[ThreadUpdated]:
        """Save the last items; of a complete turn, too, what it replaces, the thread, the key."""
        store, recorder, context = self.services.store, self.recorder, self.context
        thread_id = started.thread.id
        for item in recorder.unsaved:
            await store.save_item(thread_id, item, context)
        if self.control.state != "completed":
            if started.created and not recorder.item_ids:  # nobody has heard of it
                with suppress(NotFoundError):
                    await store.delete_thread(thread_id, context)
            return []
        for item_id in started.superseded_ids:
            with suppress(NotFoundError):  # somebody else has deleted it meanwhile
                await store.delete_thread_item(thread_id, item_id, context)
        updated = await self._update_thread()
        if self.request.key is not None:
            left = tuple(recorder.item_ids) or (self.control.ids.item_id,)
            await store.finish_key(self.request.key, left, context)
        return [updated]

    async def _update_thread(self, update: ThreadUpdate = _NO_CHANGE) -> ThreadUpdated:
        """Save the thread as it is in the store by now, with these changes."""
        store, context = self.services.store, self.context
        thread = await store.load_thread(self.control.thread_id, context)
        title = thread.title if update.title is None else update.title
        metadata, now = thread.metadata | update.metadata, self.services.clock.now()
        changes = {"title": title, "metadata": metadata, "updated_at": now}
        thread = thread.model_copy(update=changes)
        await store.save_thread(thread, context)
        return self.recorder.stamp(ThreadUpdated(thread=thread))
