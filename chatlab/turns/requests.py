"""How a turn begins: what was asked is put into the store, and history is loaded (lesson 03)."""

from dataclasses import dataclass, field

from chatlab.clock import Clock
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.events import ThreadCreated, ThreadStreamEvent, ThreadUpdated
from chatlab.items import (
    Action,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
    WidgetItem,
)
from chatlab.stores.base import IdempotencyRecord, Store, iter_items
from chatlab.turns.recorder import Recorder

__all__ = [
    "MAX_KEY",
    "MAX_MESSAGE",
    "ActionRequest",
    "MessageRequest",
    "RetryRequest",
    "StartedTurn",
    "TurnRequest",
    "TurnServices",
]

MAX_MESSAGE = 100_000
"""The longest message that a user may send, in characters."""

MAX_KEY = 200
"""The longest idempotency key, in characters."""


@dataclass(frozen=True)
class TurnServices:
    """What a question needs in order to be put."""

    store: Store[ThreadItem]
    recorder: Recorder
    clock: Clock
    history_limit: int

    async def thread(
        self, thread_id: str, context: RequestContext, before: str | None = None
    ) -> ThreadMetadata:
        """The thread with its history: the newest items, or those before the item `before`."""
        thread = await self.store.load_thread(thread_id, context)
        if self.history_limit == 0:
            return thread
        page = await self.store.load_thread_items(
            thread_id, before, self.history_limit, "desc", context
        )
        return thread.model_copy(update={"history": page.data[::-1]})


@dataclass
class StartedTurn:
    """The question is in the store. `opening` is what goes out before the answer.

    With `replayed`, the answer is in `opening` too.
    """

    thread: ThreadMetadata
    opening_events: list[ThreadStreamEvent] = field(default_factory=list[ThreadStreamEvent])
    input: UserMessageItem | None = None
    action: Action | None = None
    sender: WidgetItem | None = None
    created: bool = False
    replayed: bool = False
    superseded_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class MessageRequest:
    """A message, or None when somebody opens the chat and says nothing.

    Without a `thread_id`, a new thread is made under the id in `request`.
    """

    message: str | None
    thread_id: str | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        """Refuse a key that is a mistake in the program, before the turn begins."""
        if self.key is not None and not 1 <= len(self.key) <= MAX_KEY:
            raise InvalidInput(
                "idempotency_key",
                f"has {len(self.key)} characters",
                f"Use 1 to {MAX_KEY}, such as a random UUID.",
            )

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Append the user's message, unless an earlier try with the same key has done so."""
        _check_text(self.message)
        if self.thread_id not in {None, ids.thread_id}:
            raise InvalidInput("idempotency_key", "was used in another thread", "Use a new one.")
        if self.key is not None and (begun := await self._earlier(services, ids, context)):
            return begun
        if self.thread_id is None:
            begun = await _new_thread(services, ids.thread_id, context)
        else:
            begun = StartedTurn(await services.thread(self.thread_id, context))
        if self.message is not None:
            begun.input = UserMessageItem(
                id=ids.item_id,
                thread_id=ids.thread_id,
                content=self.message,
                timestamp=services.clock.now(),
            )
            await services.store.add_thread_item(ids.thread_id, begun.input, context)
            begun.opening_events.append(services.recorder.item_done(begun.input))
        return begun

    async def _earlier(
        self, desk: TurnServices, request: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn | None:
        thread_id, ids = request.thread_id, request.item_ids or (request.item_id,)
        try:
            items = [await desk.store.load_item(thread_id, id, context) for id in ids]
            thread = await desk.thread(thread_id, context, before=ids[0])
        except NotFoundError:
            return None
        first = items[0] if isinstance(items[0], UserMessageItem) else None
        if self.message != (first and first.content):
            raise InvalidInput("idempotency_key", "was used for another message", "Use a new one.")
        opening: list[ThreadStreamEvent] = [desk.recorder.item_done(item) for item in items]
        if request.item_ids:
            opening.append(desk.recorder.stamp(ThreadUpdated(thread=thread)))
        return StartedTurn(thread, opening, input=first, replayed=bool(request.item_ids))


@dataclass(frozen=True)
class RetryRequest:
    """The same message once more: its first answer is replaced when the new one is complete."""

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Load the message, and note what came after it."""
        item = await services.store.load_item(ids.thread_id, ids.item_id, context)
        if not isinstance(item, UserMessageItem):
            raise InvalidInput(
                "item_id", f"names a {item.type}", "Retry takes the id of a user's message."
            )
        thread = await services.thread(ids.thread_id, context, before=item.id)
        after = iter_items(services.store, ids.thread_id, context, after=item.id)
        replaces = tuple([old.id async for old in after])
        return StartedTurn(
            thread, [services.recorder.item_done(item)], input=item, superseded_ids=replaces
        )


@dataclass(frozen=True)
class ActionRequest:
    """A click or a submitted form, from a widget of the thread if `sender_id` names one."""

    action: Action
    sender_id: str | None = None

    async def begin(
        self, services: TurnServices, ids: IdempotencyRecord, context: RequestContext
    ) -> StartedTurn:
        """Load the widget that was clicked."""
        thread = await services.thread(ids.thread_id, context)
        begun = StartedTurn(thread, action=self.action)
        if self.sender_id is not None:
            item = await services.store.load_item(ids.thread_id, self.sender_id, context)
            if not isinstance(item, WidgetItem):
                raise InvalidInput(
                    "item_id", f"names a {item.type}", "A click takes the id of a widget."
                )
            begun.sender = item
        return begun


TurnRequest = MessageRequest | RetryRequest | ActionRequest


async def _new_thread(
    services: TurnServices, thread_id: str, context: RequestContext
) -> StartedTurn:
    now = services.clock.now()
    thread = ThreadMetadata(id=thread_id, user_id=context.user_id, created_at=now, updated_at=now)
    await services.store.save_thread(thread, context)
    return StartedTurn(
        thread, [services.recorder.stamp(ThreadCreated(thread=thread))], created=True
    )


def _check_text(message: object) -> None:
    if message is None:
        return
    if not isinstance(message, str):
        raise InvalidInput("The message", f"is of type {type(message).__name__}", "Send a str.")
    if len(message) > MAX_MESSAGE:
        raise InvalidInput(
            "The message", f"has {len(message):,} characters", f"Send at most {MAX_MESSAGE:,}."
        )
    if "\0" in message:
        raise InvalidInput("The message", "contains a NUL character", "Leave it out.")
    try:
        message.encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(
            "The message",
            f"has half a character (a lone surrogate) at position {error.start}",
            "Send whole characters.",
        ) from None
