"""A store in a dictionary: quick to read, and gone when the process ends (lesson 02)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, cast

from pydantic import TypeAdapter
from typing_extensions import TypeVar

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import Page, ThreadItem, ThreadMetadata, thread_item_adapter
from chatlab.names import check_name
from chatlab.stores.base import (
    HasId,
    HeldThread,
    IdempotencyRecord,
    Order,
    idempotency_adapter,
    thread_adapter,
    to_json,
    validate_limit,
)
from chatlab.stores.locks import ThreadLocks

__all__ = ["MemoryStore"]

T = TypeVar("T")
TItem = TypeVar("TItem", bound=HasId, default=ThreadItem)


class _Ordered(Generic[T]):
    """Things by their id, in the order in which they were added: none of it looks at all of them.

    Each has a place, as in a database: a number that only ever rises.
    """

    def __init__(self) -> None:
        self._things: dict[str, tuple[int, T]] = {}
        self._order: list[tuple[int, str]] = []

    def __contains__(self, id: str) -> bool:
        return id in self._things

    def __getitem__(self, id: str) -> T:
        return self._things[id][1]

    def __setitem__(self, id: str, thing: T) -> None:
        if id in self._things:
            place, _ = self._things[id]
        else:
            place = self._order[-1][0] + 1 if self._order else 0
            self._order.append((place, id))
        self._things[id] = (place, thing)

    def __delitem__(self, id: str) -> None:
        del self._order[self._index(id)]
        del self._things[id]

    def page(
        self, limit: int, after: str | None, order: Order, read: Callable[[T], Any]
    ) -> Page[Any]:
        """So many after the one with this id, each as `read` gives it."""
        if order == "asc":
            start = 0 if after is None else self._index(after) + 1
            page = self._order[start : start + limit]
            has_more = start + limit < len(self._order)
        else:
            end = len(self._order) if after is None else self._index(after)
            page = self._order[max(0, end - limit) : end][::-1]
            has_more = end > limit
        data = tuple(read(self[id]) for _, id in page)
        return Page(data=data, has_more=has_more, after=page[-1][1] if page else None)

    def _index(self, id: str) -> int:
        return bisect_left(self._order, (self._things[id][0], id))


@dataclass
class _StoredThread:
    """One thread: itself and its items, all as JSON."""

    document: str
    items: _Ordered[str] = field(default_factory=_Ordered[str])


class MemoryStore(Generic[TItem]):
    """Keeps documents, not objects: what comes out is a copy, and only what is JSON goes in.

    Args:
        items: Reads and writes the items; chatlab's own by default.
        turn_wait: How many seconds a turn waits for the one before it on the same thread.
    """

    def __init__(self, *, items: TypeAdapter[TItem] | None = None, turn_wait: float = 2.0) -> None:
        self.turn_wait = turn_wait
        self._adapter = items or cast("TypeAdapter[TItem]", thread_item_adapter)
        self._users: dict[str, _Ordered[_StoredThread]] = defaultdict(_Ordered)
        self._requests: dict[tuple[str, str], IdempotencyRecord] = {}
        self._keys: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._locks = ThreadLocks()

    async def load_thread(self, thread_id: str, context: RequestContext) -> ThreadMetadata:
        """See `Store`."""
        return thread_adapter.validate_json(self._find(thread_id, context).document)

    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """See `Store`."""
        if thread.user_id != context.user_id:
            raise NotFoundError("thread", thread.id)
        document = to_json(f"thread {thread.id!r}", thread, thread_adapter)
        threads = self._users[context.user_id]
        if thread.id in threads:
            threads[thread.id].document = document
        else:
            threads[thread.id] = _StoredThread(document)

    async def load_threads(
        self, limit: int, after: str | None, order: Order, context: RequestContext
    ) -> Page[ThreadMetadata]:
        """See `Store`."""
        validate_limit(limit)
        if after is not None:
            self._find(after, context)
        threads, read = self._users[context.user_id], thread_adapter.validate_json
        return threads.page(limit, after, order, lambda stored: read(stored.document))

    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """See `Store`."""
        self._find(thread_id, context)
        del self._users[context.user_id][thread_id]
        for key in self._keys.pop((context.user_id, thread_id), ()):
            del self._requests[context.user_id, key]

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: Order, context: RequestContext
    ) -> "Page[TItem]":
        """See `Store`."""
        validate_limit(limit)
        stored = self._find(thread_id, context)
        if after is not None:
            self._item(stored, after)
        return stored.items.page(limit, after, order, self._adapter.validate_json)

    async def add_thread_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = to_json(f"item {item.id!r}", item, self._adapter)
        stored = self._find(thread_id, context)
        if item.id in stored.items:
            problem = f"{item.id!r} is in this thread already"
            raise InvalidInput("item", problem, "Use save_item to replace it.")
        stored.items[item.id] = document

    async def save_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = to_json(f"item {item.id!r}", item, self._adapter)
        self._find(thread_id, context).items[item.id] = document

    async def load_item(self, thread_id: str, item_id: str, context: RequestContext) -> TItem:
        """See `Store`."""
        return self._adapter.validate_json(self._item(self._find(thread_id, context), item_id))

    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """See `Store`."""
        stored = self._find(thread_id, context)
        self._item(stored, item_id)
        del stored.items[item_id]

    @asynccontextmanager
    async def turn(self, thread_id: str, context: RequestContext) -> AsyncGenerator[HeldThread]:
        """See `Store`."""
        async with self._locks.acquire(context.user_id, thread_id, self.turn_wait):
            yield HeldThread()

    async def transaction(self, work: Coroutine[Any, Any, T]) -> T:
        """See `Store`. Nothing is rolled back."""
        return await work

    async def claim_key(
        self, key: str, request: IdempotencyRecord, context: RequestContext
    ) -> IdempotencyRecord:
        """See `Store`."""
        check_name("idempotency_key", key)
        to_json("request", request, idempotency_adapter)
        claimed = (context.user_id, key)
        if claimed not in self._requests:
            self._requests[claimed] = request
            self._keys[context.user_id, request.thread_id].append(key)
        return self._requests[claimed]

    async def finish_key(
        self, key: str, item_ids: tuple[str, ...], context: RequestContext
    ) -> None:
        """See `Store`."""
        claimed = (context.user_id, key)
        if claimed not in self._requests:
            raise NotFoundError("idempotency key", key)
        finished = self._requests[claimed].model_copy(update={"item_ids": item_ids})
        self._requests[claimed] = finished

    def _find(self, thread_id: str, context: RequestContext) -> _StoredThread:
        try:
            return self._users[context.user_id][thread_id]
        except KeyError:
            raise NotFoundError("thread", thread_id) from None

    def _item(self, stored: _StoredThread, item_id: str) -> str:
        try:
            return stored.items[item_id]
        except KeyError:
            raise NotFoundError("item", item_id) from None
