"""The life of one turn from the inside: the ten steps, however they end (lesson 03)."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass

from chatlab.concurrency import aclose, run_shielded
from chatlab.context import RequestContext
from chatlab.events import ErrorEvent, ThreadStreamEvent, ThreadUpdated
from chatlab.stores.base import IdempotentRequest
from chatlab.turns.requests import Begun, Click, Desk, Question, Say
from chatlab.turns.turn import END, Progress

__all__ = ["Life"]

logger = logging.getLogger("chatlab")


@dataclass
class Life:
    """What was asked, how to answer it, and how far the turn has come."""

    question: Question
    request: IdempotentRequest
    context: RequestContext
    desk: Desk
    progress: Progress
    answer: Callable[[Begun], AsyncIterator[object]]
    begun: Begun | None = None
    stream: AsyncIterator[object] | None = None

    async def run(self) -> AsyncGenerator[ThreadStreamEvent]:
        """The events of the turn. The task that closes this need not be the one that began it."""
        progress, recorder = self.progress, self.desk.recorder
        method = "action" if isinstance(self.question, Click) else "respond"
        progress.state = "running"
        with self._to_its_end():
            await self._claim()
            async with self.desk.store.turn(progress.thread_id, self.context):
                try:
                    await self._claim()
                    self.begun = await self.question.put(self.desk, self.request, self.context)
                    for event in self.begun.opening:
                        yield event
                    if not self.begun.replayed:
                        self.stream = self.answer(self.begun)
                    while (event := await progress.next_of(self.stream)) is not END:
                        out = recorder.take(event, method)
                        if recorder.unsaved:
                            await self._save()
                        for event in out:
                            yield event
                    progress.state = "stopped" if progress.stopped else "completed"
                except Exception as error:  # noqa: BLE001 - it is in Turn.error and in the stream
                    progress.state, progress.error = "failed", error
                finally:
                    if progress.state == "running":
                        progress.state = "stopped"
                    try:
                        await self._hang_up()
                    finally:
                        closing = await run_shielded(self._closed())
                if not progress.stopped:
                    for event in closing:
                        yield event

    @contextmanager
    def _to_its_end(self) -> Generator[None]:
        """Whatever happens inside: afterwards the turn has ended, and its state says how."""
        progress = self.progress
        try:
            yield
        except Exception as error:
            progress.state, progress.error = "failed", error
            raise
        finally:
            if progress.state == "running":
                progress.state = "stopped"
            progress.closed.set()

    async def _claim(self) -> None:
        """With an idempotency key, find out what became of the message if it came before."""
        if isinstance(self.question, Say) and self.question.key is not None:
            self.request = await self.desk.store.claim_key(
                self.question.key, self.request, self.context
            )
            self.progress.thread_id = self.desk.recorder.thread_id = self.request.thread_id

    async def _save(self) -> None:
        """Make finished items durable. A save that was interrupted is made again."""
        unsaved = self.desk.recorder.unsaved
        while unsaved:
            await self.desk.store.save_item(self.progress.thread_id, unsaved[0], self.context)
            del unsaved[0]

    async def _hang_up(self) -> None:
        """Close `respond()`, and with it the model behind it."""
        try:
            await aclose(self.stream)
        except Exception as error:  # noqa: BLE001 - it is in Turn.error and in the log
            self.progress.error = self.progress.error or error

    async def _closed(self) -> list[ThreadStreamEvent]:
        """As `_close`; where the store fails, the turn has failed, and its end says so."""
        try:
            return await self._close()
        except Exception as error:
            self.progress.state, self.progress.error = "failed", error
            logger.exception("What a turn said in %s was not kept", self.progress.thread_id)
            return [self.desk.recorder.stamp(ErrorEvent.from_exception(error))]

    async def _close(self) -> list[ThreadStreamEvent]:
        """Keep what was said and save the thread; give back the events that end the stream."""
        progress, recorder, begun = self.progress, self.desk.recorder, self.begun
        closing: list[ThreadStreamEvent] = []
        if begun is not None and not begun.replayed:
            closing = recorder.finish(completed=progress.state == "completed")
            await self._save()
            if progress.state == "completed":
                closing.append(await self._settle(begun))
            elif begun.created and not recorder.item_ids:
                await self.desk.store.delete_thread(begun.thread.id, self.context)
        if progress.error is not None:
            if begun is not None:
                logger.error("A turn failed in %s", progress.thread_id, exc_info=progress.error)
            closing.append(recorder.stamp(ErrorEvent.from_exception(progress.error)))
        return closing

    async def _settle(self, begun: Begun) -> ThreadUpdated:
        store, recorder = self.desk.store, self.desk.recorder
        for replaced in begun.replaces:
            await store.delete_thread_item(begun.thread.id, replaced, self.context)
        news = {"updated_at": self.desk.clock.now(), "history": ()}
        thread = begun.thread.model_copy(update=news)
        await store.save_thread(thread, self.context)
        if isinstance(self.question, Say) and self.question.key is not None:
            await store.finish_key(self.question.key, tuple(recorder.item_ids), self.context)
        return recorder.stamp(ThreadUpdated(thread=thread))
