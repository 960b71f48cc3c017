"""A store in a dictionary: quick to read, and gone when the process ends (lesson 02)."""

from bisect import bisect_left
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
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


@dataclass
class _StoredThread:
    """One thread: itself and its items as JSON, and the items' order as (place, id)."""

    thread: str
    items: dict[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    order: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    def append(self, item_id: str, document: str) -> None:
        position = self.order[-1][0] + 1 if self.order else 0
        self.order.append((position, item_id))
        self.items[item_id] = (position, document)

    def remove(self, item_id: str) -> None:
        position, _ = self.items.pop(item_id)
        del self.order[bisect_left(self.order, (position, item_id))]


class MemoryStore(Generic[TItem]):
    """Keeps documents, not objects: what comes out is a copy, and only what is JSON goes in.

    Args:
        items: Reads and writes the items; chatlab's own by default.
        turn_wait: How many seconds a turn waits for the one before it on the same thread.
    """

    def __init__(self, *, items: TypeAdapter[TItem] | None = None, turn_wait: float = 2.0) -> None:
        self.turn_wait = turn_wait
        self._adapter = items or cast("TypeAdapter[TItem]", thread_item_adapter)
        self._users: dict[str, dict[str, _StoredThread]] = {}
        self._keys: dict[str, dict[str, IdempotencyRecord]] = {}
        self._locks = ThreadLocks()

    async def load_thread(self, thread_id: str, context: RequestContext) -> ThreadMetadata:
        """See `Store`."""
        return thread_adapter.validate_json(self._find(thread_id, context).thread)

    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """See `Store`."""
        if thread.user_id != context.user_id:
            raise NotFoundError("thread", thread.id)
        document = to_json(f"thread {thread.id!r}", thread, thread_adapter)
        threads = self._users.setdefault(context.user_id, {})
        if stored := threads.get(thread.id):
            stored.thread = document
        else:
            threads[thread.id] = _StoredThread(document)

    async def load_threads(
        self, limit: int, after: str | None, order: Order, context: RequestContext
    ) -> Page[ThreadMetadata]:
        """See `Store`."""
        validate_limit(limit)
        threads = self._users.get(context.user_id, {})
        ids = list(threads) if order == "asc" else list(reversed(threads))
        start = 0
        if after is not None:
            self._find(after, context)
            start = ids.index(after) + 1
        page = ids[start : start + limit]
        data = tuple(thread_adapter.validate_json(threads[id].thread) for id in page)
        return Page(data=data, has_more=start + limit < len(ids), after=_last_id(page))

    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """See `Store`."""
        self._find(thread_id, context)
        del self._users[context.user_id][thread_id]
        records = self._keys.get(context.user_id, {})
        for key in [key for key, record in records.items() if record.thread_id == thread_id]:
            del records[key]

    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: Order, context: RequestContext
    ) -> "Page[TItem]":
        """See `Store`."""
        validate_limit(limit)
        stored = self._find(thread_id, context)
        cursor_position = None
        if after is not None:
            cursor_position = bisect_left(stored.order, (self._item(stored, after)[0], after))
        if order == "asc":
            start = 0 if cursor_position is None else cursor_position + 1
            page = stored.order[start : start + limit]
            has_more = start + limit < len(stored.order)
        else:
            end = len(stored.order) if cursor_position is None else cursor_position
            page = stored.order[max(0, end - limit) : end][::-1]
            has_more = end > limit
        ids = [item_id for _, item_id in page]
        data = tuple(self._adapter.validate_json(stored.items[id][1]) for id in ids)
        return Page(data=data, has_more=has_more, after=_last_id(ids))

    async def add_thread_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = to_json(f"item {item.id!r}", item, self._adapter)
        stored = self._find(thread_id, context)
        if item.id in stored.items:
            problem = f"{item.id!r} is in this thread already"
            raise InvalidInput("item", problem, "Use save_item to replace it.")
        stored.append(item.id, document)

    async def save_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = to_json(f"item {item.id!r}", item, self._adapter)
        stored = self._find(thread_id, context)
        if item.id in stored.items:
            stored.items[item.id] = (stored.items[item.id][0], document)
        else:
            stored.append(item.id, document)

    async def load_item(self, thread_id: str, item_id: str, context: RequestContext) -> TItem:
        """See `Store`."""
        _, document = self._item(self._find(thread_id, context), item_id)
        return self._adapter.validate_json(document)

    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """See `Store`."""
        stored = self._find(thread_id, context)
        self._item(stored, item_id)
        stored.remove(item_id)

    def turn(self, thread_id: str, context: RequestContext) -> AbstractAsyncContextManager[None]:
        """See `Store`."""
        return self._locks.acquire(context.user_id, thread_id, self.turn_wait)

    async def transaction(self, work: Coroutine[Any, Any, T]) -> T:
        """See `Store`. Nothing is rolled back."""
        return await work

    async def claim_key(
        self, key: str, request: IdempotencyRecord, context: RequestContext
    ) -> IdempotencyRecord:
        """See `Store`."""
        check_name("idempotency_key", key)
        to_json("request", request, idempotency_adapter)
        return self._keys.setdefault(context.user_id, {}).setdefault(key, request)

    async def finish_key(
        self, key: str, item_ids: tuple[str, ...], context: RequestContext
    ) -> None:
        """See `Store`."""
        records = self._keys.get(context.user_id, {})
        if key not in records:
            raise NotFoundError("idempotency key", key)
        records[key] = records[key].model_copy(update={"item_ids": item_ids})

    def _find(self, thread_id: str, context: RequestContext) -> _StoredThread:
        try:
            return self._users[context.user_id][thread_id]
        except KeyError:
            raise NotFoundError("thread", thread_id) from None

    def _item(self, stored: _StoredThread, item_id: str) -> tuple[int, str]:
        try:
            return stored.items[item_id]
        except KeyError:
            raise NotFoundError("item", item_id) from None


def _last_id(ids: list[str]) -> str | None:
    return ids[-1] if ids else None
