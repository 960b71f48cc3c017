"""What every store can do: keep threads and items, one customer at a time (lesson 02).

The method and parameter names are openai-chatkit's wherever the thing is the same.
"""

from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput
from chatlab.items import Page, ThreadMetadata
from chatlab.names import check_name

__all__ = [
    "MAX_LIMIT",
    "HasId",
    "HeldThread",
    "IdempotencyRecord",
    "Order",
    "Store",
    "idempotency_adapter",
    "thread_adapter",
    "to_json",
    "validate_limit",
]

MAX_LIMIT = 1000
"""The longest page that a store hands out."""

Order = Literal["asc", "desc"]
"""`"asc"` is oldest first. Order is by when a thing was added, never by its clock."""


class HasId(Protocol):
    """Any document with an id of its own."""

    @property
    def id(self) -> str:
        """Unique within its thread."""
        ...


T = TypeVar("T")
TItem = TypeVar("TItem", bound=HasId)


class IdempotencyRecord(BaseModel):
    """What became of a message that was sent with an idempotency key.

    The client chooses the key: a message that is sent again under it is not answered twice.

    Every turn has such a record, with a key or without: it is where the ids come from that the
    server made before the turn began.

    Attributes:
        thread_id: The thread, or the id that a new one will have.
        item_id: The id that the user's message will have; of a retry, the message's own.
        item_ids: All that the turn left in the thread, the user's message first; empty until the
            turn has finished. Of an opening that showed nothing, `item_id` alone.
    """

    model_config = ConfigDict(frozen=True)

    thread_id: str
    item_id: str
    item_ids: tuple[str, ...] = ()


idempotency_adapter = TypeAdapter(IdempotencyRecord)
"""Reads and writes an `IdempotencyRecord` as JSON."""

thread_adapter = TypeAdapter(ThreadMetadata)
"""Reads and writes a `ThreadMetadata` as JSON; of a `Thread`, it writes what is not items."""


class HeldThread:
    """A thread in the hands of one turn. What that does first and last is a `transaction` each.

    This one is for a store in memory, which rolls nothing back.
    """

    async def begin(self, work: Coroutine[Any, Any, T]) -> T:
        """Hold the thread and await the work: both, or neither.

        Raises:
            TurnInProgress: Another process still held it after the store's `turn_wait` seconds.
            Exception: Whatever the work raises.
        """
        return await work

    async def end(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work and let the thread go; where the work fails, leaving `turn` does it.

        Raises:
            Exception: Whatever the work raises.
        """
        return await work


class Store(Protocol[TItem]):
    """Threads and items, every call scoped by `context.user_id`.

    A thread of somebody else does not exist: each method raises the same `NotFoundError`, after
    the same work, as for an id that never existed.
    """

    async def load_thread(self, thread_id: str, context: RequestContext) -> ThreadMetadata:
        """The thread, without history.

        Raises:
            NotFoundError: This user has no such thread.
        """
        ...

    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """Add the thread, or replace what was saved under its id. Its items stay.

        Every user has ids of their own: another user's thread with this id is another thread.

        Raises:
            InvalidInput: It cannot be kept as JSON, or its id is no name: see `check_name`.
            NotFoundError: `thread.user_id` is not this user.
        """
        ...

    async def load_threads(
        self, limit: int, after: str | None, order: Order, context: RequestContext
    ) -> Page[ThreadMetadata]:
        """One page of the user's threads, by when they were created.

        Raises:
            InvalidInput: `limit` is not between 1 and `MAX_LIMIT`.
            NotFoundError: `after` is no thread of this user.
        """
        ...

    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """Delete the thread with everything in it, idempotency keys included.

        Raises:
            NotFoundError: This user has no such thread.
        """
        ...

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: Order, context: RequestContext
    ) -> "Page[TItem]":
        """One page of items; with `order="desc"`, `after` means older than that item.

        Raises:
            InvalidInput: `limit` is not between 1 and `MAX_LIMIT`.
            NotFoundError: This user has no such thread, or the thread no item `after`.
        """
        ...

    async def add_thread_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """Append the item. It is durable when this returns.

        Raises:
            InvalidInput: The thread has an item with this id already, or its id is no name, or it
                is no JSON.
            NotFoundError: This user has no such thread.
        """
        ...

    async def save_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """Replace the item in its place, or append it when it is new. Durable like the other.

        Raises:
            InvalidInput: The item cannot be kept as JSON, or its id is no name.
            NotFoundError: This user has no such thread.
        """
        ...

    async def load_item(self, thread_id: str, item_id: str, context: RequestContext) -> TItem:
        """One item.

        Raises:
            NotFoundError: This user has no such thread, or the thread no such item.
        """
        ...

    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """Delete one item.

        Raises:
            NotFoundError: This user has no such thread, or the thread no such item.
        """
        ...

    def turn(
        self, thread_id: str, context: RequestContext
    ) -> AbstractAsyncContextManager["HeldThread"]:
        """Hold the thread for one turn, from its `begin`; it need not exist yet.

        Entering and leaving may happen in different tasks: whoever closes a turn need not have
        begun it. Holds of different users never meet, so that waiting tells nobody that a thread
        exists.

        Raises:
            TurnInProgress: Another turn still held it after the store's `turn_wait` seconds.
        """
        ...

    async def transaction(self, work: Coroutine[Any, Any, T]) -> T:
        """Await the work; in a database, all that it writes is kept, or nothing.

        There, the threads that it loads stay as they are until it is done, and it is done to its
        end even if the caller is cancelled. A transaction in another one is a part of that. A store
        in memory awaits the work, and no more.

        Raises:
            Exception: Whatever the work raises.
        """
        ...

    async def claim_key(
        self, key: str, request: IdempotencyRecord, context: RequestContext
    ) -> IdempotencyRecord:
        """Tie the key to these ids, unless the user has used it before.

        Returns:
            What the key is tied to now: these ids, or the earlier ones.

        Raises:
            InvalidInput: The key is no name; nothing is tied to it.
        """
        ...

    async def finish_key(
        self, key: str, item_ids: tuple[str, ...], context: RequestContext
    ) -> None:
        """Note what the finished turn left in the thread, the user's message first.

        Raises:
            NotFoundError: The user has not claimed this key, or its thread was deleted.
        """
        ...


def validate_limit(limit: int) -> int:
    """The limit, if it is one that a page may have.

    Raises:
        InvalidInput: It is not between 1 and `MAX_LIMIT`.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise InvalidInput(
            "limit", f"is {limit}", f"Ask for 1 to {MAX_LIMIT} at a time, then follow `after`."
        )
    return limit


def to_json(what: str, thing: T, adapter: TypeAdapter[T]) -> str:
    """The thing as JSON. Only what can be read back may be kept, or nobody could read the rest.

    Raises:
        InvalidInput: It holds something that JSON has no word for, or an id that is refused.
    """
    for name in ("id", "thread_id", "item_id"):
        if not isinstance(id := getattr(thing, name, 0), int | None):  # a task's is a number
            check_name(name, id)
    try:
        document = adapter.dump_json(thing, warnings="none")
        adapter.validate_json(document)
    except (ValueError, RecursionError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise InvalidInput(what, f"cannot be kept as JSON ({reason})", "Use plain data.") from None
    return document.decode()
