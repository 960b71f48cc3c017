"""How a turn begins: what was asked goes into the store, and history is loaded (lesson 03)."""

from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import ClassVar

from chatlab.cancellation import run_shielded
from chatlab.clock import Clock, NewId
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError, StoreError
from chatlab.items import Action, ThreadItem, ThreadMetadata, UserMessageItem, WidgetItem
from chatlab.stores.base import IdempotencyRecord, Store
from chatlab.stores.paging import iter_items

__all__ = [
    "MAX_KEY",
    "MAX_MESSAGE",
    "MAX_RETRIED",
    "ActionRequest",
    "MessageRequest",
    "RetryRequest",
    "StartedTurn",
    "TurnRequest",
    "TurnServices",
    "as_widget",
]

MAX_MESSAGE = 100_000
"""The longest message that a user may send, in characters."""

MAX_KEY = 200
"""The longest idempotency key, in characters."""

MAX_RETRIED = 200
"""How many items may come after a message that is answered again: they are deleted together."""


@dataclass(frozen=True)
class TurnServices:
    """The parts of a server that its turns work with."""

    store: Store[ThreadItem]
    clock: Clock
    new_id: NewId
    history_limit: int

    async def load_thread(
        self, thread_id: str, context: RequestContext, before: str | None = None
    ) -> ThreadMetadata:
        """The thread with its history: the newest items, or those before the item `before`."""
        thread = await self.store.load_thread(thread_id, context)
        limit = self.history_limit
        if limit == 0:
            return thread
        page = await self.store.load_thread_items(thread_id, before, limit, "desc", context)
        return thread.model_copy(update={"history": page.data[::-1]})


@dataclass
class StartedTurn:
    """A turn whose request is in the store: what `respond()` or `action()` is called with.

    Attributes:
        thread: The thread with its history.
        items: What the turn has left in the thread so far; clients hear of it first.
        input: The user's message; None when nobody said anything.
        action: The click, when it is one.
        sender: The widget that was clicked.
        created: Whether the thread is new.
        replayed: Whether `items` is the whole turn, answered earlier under the same key.
        superseded_ids: The items that a complete answer replaces.
    """

    thread: ThreadMetadata
    items: list[ThreadItem] = field(default_factory=list[ThreadItem])
    input: UserMessageItem | None = None
    action: Action | None = None
    sender: WidgetItem | None = None
    created: bool = False
    replayed: bool = False
    superseded_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class MessageRequest:
    """A message, or None when somebody opens the chat and says nothing.

    `begin` is given `ids` that the server made; under a key that came before, the earlier ones.
    Without a `thread_id`, it makes a new thread under the id in them.
    """

    method: ClassVar = "respond"
    message: str | None
    thread_id: str | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a key that is a mistake in the program, before the turn begins."""
        if self.key is not None and not 1 <= len(self.key) <= MAX_KEY:
            problem = f"has {len(self.key)} characters"
            fix = f"Use 1 to {MAX_KEY}, such as a random UUID."
            raise InvalidInput("idempotency_key", problem, fix)

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Append the user's message, unless an earlier try with the same key has done so."""
        _check_text(self.message)
        if self.thread_id not in {None, ids.thread_id}:
            raise InvalidInput("idempotency_key", "was used in another thread", "Use a new one.")
        if self.key is not None and (earlier := await self._earlier(services, ids, context)):
            return earlier
        now, id, user_id = services.clock.now(), ids.thread_id, context.user_id
        thread = ThreadMetadata(id=id, user_id=user_id, created_at=now, updated_at=now)
        started = await self._existing(services, ids, context) or StartedTurn(thread, created=True)
        try:
            if started.created:
                await services.store.save_thread(thread, context)
            if (text := self.message) is not None:
                item = UserMessageItem(id=ids.item_id, thread_id=id, content=text, timestamp=now)
                await services.store.add_thread_item(id, item, context)
                started.input = item
                started.items.append(item)
        except BaseException:
            if started.created:  # where nothing is rolled back, leave no empty conversation behind
                with suppress(NotFoundError, StoreError):
                    await run_shielded(services.store.delete_thread(id, context))
            raise
        return started

    async def _existing(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn | None:
        """The thread to go on with, if there is one; an earlier try may have made it."""
        if self.thread_id is None and self.key is None:
            return None
        try:
            thread = await services.load_thread(ids.thread_id, context)
        except NotFoundError:
            if self.thread_id is not None:
                raise
            return None
        if self.message is not None or self.thread_id is not None:
            return StartedTurn(thread)
        greeting = await _answer_to(services, ids, None, context)  # it was left incomplete
        half = tuple(item.id for item in greeting if item.status == "incomplete")
        history = tuple(item for item in thread.history if item.id not in half)
        thread = thread.model_copy(update={"history": history})
        return StartedTurn(thread, superseded_ids=half)

    async def _earlier(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn | None:
        """The turn that was begun under the same key, as it is now: it may have been retried.

        None if what it began with is gone. A turn without an answer is answered again.
        """
        first_id = ids.item_ids[0] if ids.item_ids else ids.item_id
        try:
            first = await services.store.load_item(ids.thread_id, first_id, context)
            thread = await services.load_thread(ids.thread_id, context, before=first_id)
        except NotFoundError:
            if self.message is None and ids.item_ids == (ids.item_id,):  # it showed nothing
                return StartedTurn(
                    await services.load_thread(ids.thread_id, context), replayed=True
                )
            return None
        message = first if isinstance(first, UserMessageItem) else None
        if self.message != (message and message.content):
            raise InvalidInput("idempotency_key", "was used for another message", "Use a new one.")
        answer = await _answer_to(services, ids, first_id, context)
        if ids.item_ids and (message is None or answer):
            return StartedTurn(thread, [first, *answer], input=message, replayed=True)
        # Answered anew: half an answer is replaced; what was done stays, for respond() to see.
        done = tuple(item for item in answer if item.status == "completed")
        thread = thread.model_copy(update={"history": (*thread.history, *done)})
        superseded = tuple(item.id for item in answer if item.status == "incomplete")
        return StartedTurn(thread, [first], input=message, superseded_ids=superseded)


@dataclass(frozen=True)
class RetryRequest:
    """The message `ids.item_id` once more: a complete answer replaces what came after it."""

    method: ClassVar = "respond"
    thread_id: ClassVar = None
    key: ClassVar = None

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Load the message, and note what came after it."""
        item = await services.store.load_item(ids.thread_id, ids.item_id, context)
        if not isinstance(item, UserMessageItem):
            fix = "Retry takes the id of a user's message."
            raise InvalidInput("item_id", f"names a {item.type}", fix)
        thread = await services.load_thread(ids.thread_id, context, before=item.id)
        later = await services.store.load_thread_items(
            ids.thread_id, item.id, MAX_RETRIED, "asc", context
        )
        if later.has_more:
            fix = "Ask again at the end."
            raise InvalidInput("item_id", f"has over {MAX_RETRIED} items after it", fix)
        superseded = tuple(one.id for one in later.data)
        return StartedTurn(thread, [item], input=item, superseded_ids=superseded)


@dataclass(frozen=True)
class ActionRequest:
    """A click or a submitted form, from a widget of the thread if `sender_id` names one."""

    method: ClassVar = "action"
    thread_id: ClassVar = None
    key: ClassVar = None
    action: Action
    sender_id: str | None = None

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Load the widget that was clicked."""
        thread = await services.load_thread(ids.thread_id, context)
        started = StartedTurn(thread, action=self.action)
        if self.sender_id is not None:
            item = await services.store.load_item(ids.thread_id, self.sender_id, context)
            started.sender = as_widget(item, "A click takes the id of a widget.")
        return started


TurnRequest = MessageRequest | RetryRequest | ActionRequest


def as_widget(item: ThreadItem, fix: str) -> WidgetItem:
    """The item, if it is a widget. Raises `InvalidInput`."""
    if isinstance(item, WidgetItem):
        return item
    raise InvalidInput("item_id", f"names a {item.type}", fix)


async def _answer_to(
    services: TurnServices, ids: IdempotencyRecord, first_id: str | None, context: RequestContext
) -> list[ThreadItem]:
    """The items after this one, up to the next message of the user.

    An answer that was only given when the user had gone on comes later: the turn noted its ids.
    """
    answer: dict[str, ThreadItem] = {}
    store, thread_id = services.store, ids.thread_id
    async with aclosing(iter_items(store, thread_id, context, first_id)) as later:
        async for item in later:
            if isinstance(item, UserMessageItem):
                break
            answer[item.id] = item
    for id in ids.item_ids[1:]:
        if id not in answer:
            with suppress(NotFoundError):
                answer[id] = await store.load_item(thread_id, id, context)
    return list(answer.values())


def _check_text(message: object) -> None:
    if message is None:
        return
    if not isinstance(message, str):
        raise InvalidInput("The message", f"is of type {type(message).__name__}", "Send a str.")
    if len(message) > MAX_MESSAGE:
        problem = f"has {len(message):,} characters"
        raise InvalidInput("The message", problem, f"Send at most {MAX_MESSAGE:,}.")
    if "\0" in message:
        raise InvalidInput("The message", "contains a NUL character", "Leave it out.")
    try:
        message.encode()
    except UnicodeEncodeError as error:
        problem = f"has half a character (a lone surrogate) at position {error.start}"
        raise InvalidInput("The message", problem, "Send whole characters.") from None
