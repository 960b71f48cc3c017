"""ChatKitServer: subclass it, write `respond()`, and conversations run and last (lesson 03)."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from functools import partial
from typing import Generic

from typing_extensions import TypeVar

from chatlab.cancellation import run_shielded
from chatlab.clock import Clock, NewId, SystemClock, new_id
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.events import AssistantMessage, RespondEvent, ThreadStreamEvent, Widget
from chatlab.items import (
    Action,
    Button,
    Form,
    Page,
    Thread,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    WidgetItem,
    WidgetNode,
)
from chatlab.stores.base import MAX_LIMIT, IdempotencyRecord, Order, Store
from chatlab.stores.memory import MemoryStore
from chatlab.stores.paging import iter_items, load_visible_items
from chatlab.turns.requests import (
    ActionRequest,
    MessageRequest,
    RetryRequest,
    StartedTurn,
    TurnRequest,
    TurnServices,
)
from chatlab.turns.runner import TurnRunner
from chatlab.turns.turn import Turn, TurnControl, ensure_stream

__all__ = ["ANSWERED", "ChatKitServer"]

ANSWERED = "This has been answered already."
"""What is said to a click on a card that has nothing to click any more."""

TContext = TypeVar("TContext", bound=RequestContext, default=RequestContext)


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
    ) -> AsyncIterator[RespondEvent | ThreadStreamEvent]:
        """Answer. Write it as `async def`, with `yield`.

        Args:
            thread: The conversation; `thread.history` is what was said before.
            input: The user's message; None when somebody opened the chat and has said nothing.
            context: Who is asking.
        """
        ...

    def action(
        self, thread: ThreadMetadata, action: Action, sender: WidgetItem | None, context: TContext
    ) -> AsyncIterator[RespondEvent | ThreadStreamEvent]:
        """Answer a click or a submitted form. Write it as `async def`, with `yield`, too.

        It is not called for a widget that has neither a button nor a form any more.

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
                finished turn is replayed, one that was left incomplete is answered again.

        Returns:
            The turn. Its first step raises `TurnInProgress` when the thread stays busy.
        """
        return self._turn(MessageRequest(message, thread_id, idempotency_key), context, thread_id)

    def act(
        self, action: Action, context: TContext, thread_id: str, item_id: str | None = None
    ) -> Turn:
        """Click: hand `action` to `action()`. `item_id` is the widget that was clicked."""
        return self._turn(ActionRequest(action, item_id), context, thread_id)

    def retry(self, thread_id: str, item_id: str, context: TContext) -> Turn:
        """Answer the user's message `item_id` again.

        What came after it is deleted when the new answer is complete, and not before.
        """
        return self._turn(RetryRequest(), context, thread_id, item_id)

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
        items = await load_visible_items(self.store, thread_id, after, limit, order, context)
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
        async with self.store.turn(thread_id, context) as held:
            await held.begin(self.store.delete_thread(thread_id, context))

    async def fork(self, thread_id: str, item_id: str, context: TContext) -> ThreadMetadata:
        """Copy what came before the item into a new thread, or nothing if something goes wrong.

        Raises `NotFoundError`.
        """
        old = await self.store.load_thread(thread_id, context)
        await self.store.load_item(thread_id, item_id, context)
        times = dict.fromkeys(("created_at", "updated_at"), self.clock.now())
        new = old.model_copy(update={"id": self.new_id("thr"), **times})
        try:
            await self.store.transaction(self._copy_until(item_id, thread_id, new, context))
        except BaseException:  # where nothing is rolled back, or nobody waits any more
            with suppress(NotFoundError):
                await run_shielded(self.store.delete_thread(new.id, context))
            raise
        return new

    async def _copy_until(
        self, item_id: str, old_id: str, new: ThreadMetadata, context: TContext
    ) -> None:
        await self.store.save_thread(new, context)
        async with aclosing(iter_items(self.store, old_id, context)) as items:
            async for item in items:
                if item.id == item_id:
                    return
                prefix = item.id.partition("_")[0][:100]
                changes = {"id": self.new_id(prefix), "thread_id": new.id}
                await self.store.add_thread_item(new.id, item.model_copy(update=changes), context)
        raise NotFoundError("item", item_id)  # somebody has deleted it meanwhile

    def _turn(
        self,
        request: TurnRequest,
        context: TContext,
        thread_id: str | None,
        item_id: str | None = None,
    ) -> Turn:
        ids = IdempotencyRecord(
            thread_id=self.new_id("thr") if thread_id is None else thread_id,
            item_id=self.new_id("msg") if item_id is None else item_id,
        )
        services = TurnServices(self.store, self.clock, self.new_id, self.history_limit)
        control = TurnControl(ids)
        answer = partial(self._answer, context)
        return Turn(control, TurnRunner(request, context, services, control, answer).run())

    def _answer(self, context: TContext, started: StartedTurn) -> AsyncIterator[object]:
        if started.sender is not None and not _can_be_clicked(started.sender.widget):
            return _already_answered(started.sender)
        if started.action is not None:
            answer = self.action(started.thread, started.action, started.sender, context)
            return ensure_stream("action", answer)
        return ensure_stream("respond", self.respond(started.thread, started.input, context))


def _can_be_clicked(node: WidgetNode) -> bool:
    children = getattr(node, "children", ())
    return isinstance(node, Button | Form) or any(map(_can_be_clicked, children))


async def _already_answered(card: WidgetItem) -> AsyncIterator[RespondEvent]:
    yield Widget(item_id=card.id, root=card.widget)  # who clicked has seen an older one
    yield AssistantMessage(content=ANSWERED)
