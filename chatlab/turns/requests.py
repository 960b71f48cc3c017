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
from chatlab.stores.base import IdempotentRequest, Store, iter_items
from chatlab.turns.recorder import Recorder

__all__ = [
    "MAX_KEY",
    "MAX_MESSAGE",
    "Begun",
    "Click",
    "Desk",
    "Question",
    "Say",
    "SayAgain",
]

MAX_MESSAGE = 100_000
"""The longest message that a user may send, in characters."""

MAX_KEY = 200
"""The longest idempotency key, in characters."""


@dataclass(frozen=True)
class Desk:
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
class Begun:
    """The question is in the store. `opening` is what goes out before the answer.

    With `replayed`, the answer is in `opening` too.
    """

    thread: ThreadMetadata
    opening: list[ThreadStreamEvent] = field(default_factory=list[ThreadStreamEvent])
    input: UserMessageItem | None = None
    action: Action | None = None
    sender: WidgetItem | None = None
    created: bool = False
    replayed: bool = False
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Say:
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

    async def put(self, desk: Desk, request: IdempotentRequest, context: RequestContext) -> Begun:
        """Append the user's message, unless an earlier try with the same key has done so."""
        _check_text(self.message)
        if self.thread_id not in {None, request.thread_id}:
            raise InvalidInput("idempotency_key", "was used in another thread", "Use a new one.")
        if self.key is not None and (begun := await self._earlier(desk, request, context)):
            return begun
        if self.thread_id is None:
            begun = await _new_thread(desk, request.thread_id, context)
        else:
            begun = Begun(await desk.thread(self.thread_id, context))
        if self.message is not None:
            begun.input = UserMessageItem(
                id=request.item_id,
                thread_id=request.thread_id,
                content=self.message,
                timestamp=desk.clock.now(),
            )
            await desk.store.add_thread_item(request.thread_id, begun.input, context)
            begun.opening.append(desk.recorder.done(begun.input))
        return begun

    async def _earlier(
        self, desk: Desk, request: IdempotentRequest, context: RequestContext
    ) -> Begun | None:
        thread_id, ids = request.thread_id, request.item_ids or (request.item_id,)
        try:
            items = [await desk.store.load_item(thread_id, id, context) for id in ids]
            thread = await desk.thread(thread_id, context, before=ids[0])
        except NotFoundError:
            return None
        first = items[0] if isinstance(items[0], UserMessageItem) else None
        if self.message != (first and first.content):
            raise InvalidInput("idempotency_key", "was used for another message", "Use a new one.")
        opening: list[ThreadStreamEvent] = [desk.recorder.done(item) for item in items]
        if request.item_ids:
            opening.append(desk.recorder.stamp(ThreadUpdated(thread=thread)))
        return Begun(thread, opening, input=first, replayed=bool(request.item_ids))


@dataclass(frozen=True)
class SayAgain:
    """The same message once more: its first answer is replaced when the new one is complete."""

    async def put(self, desk: Desk, request: IdempotentRequest, context: RequestContext) -> Begun:
        """Load the message, and note what came after it."""
        item = await desk.store.load_item(request.thread_id, request.item_id, context)
        if not isinstance(item, UserMessageItem):
            raise InvalidInput(
                "item_id", f"names a {item.type}", "Retry takes the id of a user's message."
            )
        thread = await desk.thread(request.thread_id, context, before=item.id)
        after = iter_items(desk.store, request.thread_id, context, after=item.id)
        replaces = tuple([old.id async for old in after])
        return Begun(thread, [desk.recorder.done(item)], input=item, replaces=replaces)


@dataclass(frozen=True)
class Click:
    """A click or a submitted form, from a widget of the thread if `sender_id` names one."""

    action: Action
    sender_id: str | None = None

    async def put(self, desk: Desk, request: IdempotentRequest, context: RequestContext) -> Begun:
        """Load the widget that was clicked."""
        thread = await desk.thread(request.thread_id, context)
        begun = Begun(thread, action=self.action)
        if self.sender_id is not None:
            item = await desk.store.load_item(request.thread_id, self.sender_id, context)
            if not isinstance(item, WidgetItem):
                raise InvalidInput(
                    "item_id", f"names a {item.type}", "A click takes the id of a widget."
                )
            begun.sender = item
        return begun


Question = Say | SayAgain | Click


async def _new_thread(desk: Desk, thread_id: str, context: RequestContext) -> Begun:
    now = desk.clock.now()
    thread = ThreadMetadata(id=thread_id, user_id=context.user_id, created_at=now, updated_at=now)
    await desk.store.save_thread(thread, context)
    return Begun(thread, [desk.recorder.stamp(ThreadCreated(thread=thread))], created=True)


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
