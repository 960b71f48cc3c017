"""ChatKitServer: the whole life of a turn, from a message to a saved conversation (lesson 03)."""

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Generic

import anyio
from typing_extensions import TypeVar

from chatlab.clock import Clock, NewId, SystemClock, new_id
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput
from chatlab.events import ThreadStreamEvent, ThreadUpdated
from chatlab.items import (
    Action,
    Page,
    Thread,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    WidgetItem,
)
from chatlab.question import Begun, Click, Desk, Question, Say, SayAgain, all_items
from chatlab.recorder import Recorder
from chatlab.stores.base import MAX_LIMIT, IdempotentRequest, Order, Store
from chatlab.stores.memory import MemoryStore
from chatlab.turn import END, Progress, Turn, as_stream, told

__all__ = ["ChatKitServer"]

logger = logging.getLogger("chatlab")

TContext = TypeVar("TContext", bound=RequestContext, default=RequestContext)


@dataclass
class _Life(Generic[TContext]):
    """One turn from inside: what was asked, and how far it has come."""

    question: Question
    request: IdempotentRequest
    context: TContext
    progress: Progress
    recorder: Recorder
    begun: Begun | None = None
    stream: AsyncIterator[object] | None = None


class ChatKitServer(ABC, Generic[TContext]):
    """Subclass it, write `respond()`, and you have a chat server.

    One server serves everybody: keep nothing about a user on `self`.

    Args:
        store: Where conversations are kept; in memory by default.
        history_limit: How many of the newest items `thread.history` holds, 0 to 1000.
        clock: Where time comes from.
        new_id: Where ids come from.
    """

    def __init__(
        self,
        store: Store[ThreadItem] | None = None,
        *,
        history_limit: int = 50,
        clock: Clock | None = None,
        new_id: NewId = new_id,
    ) -> None:
        if not 0 <= history_limit <= MAX_LIMIT:
            raise InvalidInput(
                "history_limit", f"is {history_limit}", f"Choose 0 to {MAX_LIMIT} items."
            )
        self.store: Store[ThreadItem] = MemoryStore() if store is None else store
        self.history_limit = history_limit
        self.clock = SystemClock() if clock is None else clock
        self.new_id = new_id

    @abstractmethod
    def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: TContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Answer. Write it as `async def`, with `yield`.

        Args:
            thread: The conversation; `thread.history` is what was said before.
            input: The user's message; None when somebody opened the chat and has said nothing.
            context: Who asks.
        """
        ...

    def action(
        self,
        thread: ThreadMetadata,
        action: Action,
        sender: WidgetItem | None,
        context: TContext,
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Answer a click or a submitted form. Write it as `async def`, with `yield`, too.

        Args:
            thread: The conversation, with its history.
            action: What was clicked. Users can send anything here: check it like a message.
            sender: The widget it came from, when it is in this thread.
            context: Who clicked.
        """
        raise NotImplementedError(f"{type(self).__name__} has no action() to answer clicks with.")

    def send(
        self,
        message: str | None,
        context: TContext,
        thread_id: str | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Turn:
        """Say something in a thread, or in a new one; None opens the chat and says nothing.

        Args:
            message: At most `MAX_MESSAGE` characters.
            context: Who says it.
            thread_id: The conversation to go on with; a new one by default.
            idempotency_key: Send again under the same key, and nothing is answered twice: the
                finished turn is replayed, one that was left incomplete is answered anew.

        Returns:
            The turn. Its first step raises `TurnInProgress` when the thread stays busy.
        """
        return self._turn(Say(message, thread_id, idempotency_key), context, thread_id)

    def act(
        self, action: Action, context: TContext, thread_id: str, item_id: str | None = None
    ) -> Turn:
        """Click: hand `action` to `action()`. `item_id` is the widget that was clicked."""
        return self._turn(Click(action, item_id), context, thread_id)

    def retry(self, thread_id: str, item_id: str, context: TContext) -> Turn:
        """Answer the user's message `item_id` again.

        What came after it is deleted when the new answer is complete, and not before.
        """
        return self._turn(SayAgain(), context, thread_id, item_id)

    async def thread(
        self,
        thread_id: str,
        context: TContext,
        *,
        limit: int = 50,
        after: str | None = None,
        order: Order = "asc",
    ) -> Thread:
        """The conversation with one page of its items. Raises `NotFoundError`, `InvalidInput`."""
        thread = await self.store.load_thread(thread_id, context)
        items = await self.store.load_thread_items(thread_id, after, limit, order, context)
        return Thread(**thread.model_dump(), items=items)

    async def threads(
        self,
        context: TContext,
        *,
        limit: int = 50,
        after: str | None = None,
        order: Order = "desc",
    ) -> Page[ThreadMetadata]:
        """One page of the user's conversations. Raises `NotFoundError`, `InvalidInput`."""
        return await self.store.load_threads(limit, after, order, context)

    async def delete(self, thread_id: str, context: TContext) -> None:
        """Delete a conversation, once no turn runs in it. Raises `NotFoundError`."""
        async with self.store.turn(thread_id, context):
            await self.store.delete_thread(thread_id, context)

    async def fork(self, thread_id: str, item_id: str, context: TContext) -> ThreadMetadata:
        """Copy what came before the item into a new thread. Raises `NotFoundError`."""
        old = await self.store.load_thread(thread_id, context)
        await self.store.load_item(thread_id, item_id, context)
        now = self.clock.now()
        fresh = {"id": self.new_id("thr"), "created_at": now, "updated_at": now}
        new = old.model_copy(update=fresh)
        await self.store.save_thread(new, context)
        async for item in all_items(self.store, thread_id, context):
            if item.id == item_id:
                break
            moved = {"id": self.new_id(item.id.partition("_")[0]), "thread_id": new.id}
            await self.store.add_thread_item(new.id, item.model_copy(update=moved), context)
        return new

    def _turn(
        self,
        question: Question,
        context: TContext,
        thread_id: str | None,
        item_id: str | None = None,
    ) -> Turn:
        request = IdempotentRequest(
            thread_id=thread_id or self.new_id("thr"), item_id=item_id or self.new_id("msg")
        )
        recorder = Recorder(request.thread_id, self.clock, self.new_id)
        life = _Life(question, request, context, Progress(request.thread_id), recorder)
        return Turn(life.progress, self._run(life))

    async def _run(self, life: _Life[TContext]) -> AsyncGenerator[ThreadStreamEvent]:
        """The turn; the task that closes it need not be the one that began it."""
        progress, recorder = life.progress, life.recorder
        progress.state = "running"
        try:
            await self._claim(life)
            async with self.store.turn(progress.thread_id, life.context):
                try:
                    for event in await self._begin(life):
                        yield event
                    life.stream = self._answer(life)
                    while (event := await progress.next_of(life.stream)) is not END:
                        out = recorder.take(event)
                        if recorder.unsaved:
                            await self._save(life)
                        for event in out:
                            yield event
                    progress.state = "stopped" if progress.stopped else "completed"
                except Exception as error:  # noqa: BLE001 - it goes into Turn.error, log and stream
                    progress.state, progress.error = "failed", error
                finally:
                    with anyio.CancelScope(shield=True):
                        closing = await self._close(life)
                if not progress.stopped:
                    for event in closing:
                        yield event
        finally:
            progress.closed.set()

    async def _claim(self, life: _Life[TContext]) -> None:
        """With an idempotency key: find out what became of the message when it came before."""
        if isinstance(life.question, Say) and (key := life.question.key) is not None:
            life.request = await self.store.claim_key(key, life.request, life.context)
            life.progress.thread_id = life.recorder.thread_id = life.request.thread_id

    async def _begin(self, life: _Life[TContext]) -> list[ThreadStreamEvent]:
        """Put the question into the store, and load the history."""
        await self._claim(life)
        desk = Desk(self.store, life.recorder, self.clock, self.history_limit)
        life.begun = await life.question.put(desk, life.request, life.context)
        return life.begun.opening

    def _answer(self, life: _Life[TContext]) -> AsyncIterator[object]:
        """Call `respond()`, or `action()` for a click."""
        begun = life.begun
        if begun is None or begun.replayed:
            return aiter(_nothing())
        if begun.action is not None:
            answer = self.action(begun.thread, begun.action, begun.sender, life.context)
            return as_stream("action", answer)
        return as_stream("respond", self.respond(begun.thread, begun.input, life.context))

    async def _save(self, life: _Life[TContext]) -> None:
        """Make finished items durable. A save that was interrupted is made again."""
        unsaved = life.recorder.unsaved
        while unsaved:
            await self.store.save_item(life.progress.thread_id, unsaved[0], life.context)
            del unsaved[0]

    async def _close(self, life: _Life[TContext]) -> list[ThreadStreamEvent]:
        """Close `respond()`, keep what was said, save the thread; give back the last events."""
        progress, begun = life.progress, life.begun
        if progress.state == "running":
            progress.state = "stopped"
        await self._hang_up(life)
        closing: list[ThreadStreamEvent] = []
        if begun is not None and not begun.replayed:
            closing = life.recorder.finish(completed=progress.state == "completed")
            await self._save(life)
            closing += await self._save_thread(life, begun)
        if progress.error is not None:
            if begun is not None:
                logger.error("A turn failed in %s", progress.thread_id, exc_info=progress.error)
            closing.append(life.recorder.stamp(told(progress.error)))
        return closing

    async def _hang_up(self, life: _Life[TContext]) -> None:
        """Close `respond()`, and with it the model behind it."""
        aclose = getattr(life.stream, "aclose", None)
        if aclose is None:
            return
        try:
            await aclose()
        except Exception as error:  # noqa: BLE001 - kept, and logged with the turn
            life.progress.error = life.progress.error or error

    async def _save_thread(self, life: _Life[TContext], begun: Begun) -> list[ThreadStreamEvent]:
        thread_id, context = begun.thread.id, life.context
        if life.progress.state != "completed":
            if begun.created and not life.recorder.item_ids:
                await self.store.delete_thread(thread_id, context)
            return []
        for replaced in begun.replaces:
            await self.store.delete_thread_item(thread_id, replaced, context)
        news = {"updated_at": self.clock.now(), "history": ()}
        thread = begun.thread.model_copy(update=news)
        await self.store.save_thread(thread, context)
        if isinstance(life.question, Say) and life.question.key is not None:
            ids = tuple(life.recorder.item_ids)
            await self.store.finish_key(life.question.key, ids, context)
        return [life.recorder.stamp(ThreadUpdated(thread=thread))]


async def _nothing() -> AsyncIterator[object]:
    """The answer of a turn that is replayed."""
    return
    yield
