"""A store in a database: conversations that survive a restart (lesson 02; PostgreSQL in 11).

SQLite by default, PostgreSQL when one machine is outgrown. What differs between the two is in
`database.py`.
"""

import json
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, closing
from typing import Any, Generic, Self, cast

from pydantic import TypeAdapter
from typing_extensions import TypeVar

from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
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
from chatlab.stores.sql import statements
from chatlab.stores.sql.database import Database, shielded
from chatlab.stores.sql.locks import SharedThreadLocks
from chatlab.stores.sql.rows import append_item, as_page, check_exists, insert_thread
from chatlab.stores.sql.schema import items, threads

__all__ = ["SQLStore"]

T = TypeVar("T")
TItem = TypeVar("TItem", bound=HasId, default=ThreadItem)


class SQLStore(Generic[TItem]):
    """Keeps documents in tables; whose they are is part of every statement.

    Nothing is opened before it is used, and it can be used from any event loop. `async with` or
    `aclose()` closes what was opened; a store that is only dropped closes with its event loop.

    Args:
        url: Such as `sqlite+aiosqlite:///chatlab.sqlite` or `postgresql+asyncpg://host/name`.
            `?timeout=` is how many seconds SQLite waits for another program's lock, 5 by default.
        items: Reads and writes the items; chatlab's own by default.
        turn_wait: How many seconds a turn waits for the one before it on the same thread.

    Raises:
        MissingDependency: PostgreSQL's driver is not installed.
        StoreError: From any method, too: the database is locked, read-only, newer, or none at all.
    """

    def __init__(
        self,
        url: str = "sqlite+aiosqlite:///chatlab.sqlite",
        *,
        items: TypeAdapter[TItem] | None = None,
        turn_wait: float = 2.0,
    ) -> None:
        self.turn_wait = turn_wait
        self._adapter = items or cast("TypeAdapter[TItem]", thread_item_adapter)
        self._database = Database(url)
        self._locks = SharedThreadLocks(self._database)

    @shielded
    async def __aenter__(self) -> Self:
        """The store itself, opened; leaving the block closes it."""
        async with self._database.reading():
            return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the store."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what was opened; a closed store opens again when it is used."""
        await self._database.aclose()

    @shielded
    async def load_thread(self, thread_id: str, context: RequestContext) -> ThreadMetadata:
        """See `Store`."""
        of_thread = {"of_user": context.user_id, "of_thread": thread_id}
        locked = self._database.in_transaction
        query = statements.THREAD_LOCKED if locked else statements.THREAD
        async with self._database.reading() as connection:
            document = await connection.scalar(query, of_thread)
        if document is None:
            raise NotFoundError("thread", thread_id)
        return thread_adapter.validate_json(document)

    @shielded
    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """See `Store`."""
        if thread.user_id != context.user_id:
            raise NotFoundError("thread", thread.id)
        document = to_json(f"thread {thread.id!r}", thread, thread_adapter)
        change = {"of_user": context.user_id, "of_thread": thread.id, "document": document}
        async with self._database.writing() as connection:
            if not (await connection.execute(statements.SAVE_THREAD, change)).rowcount:
                await insert_thread(connection, self._database.insertions, thread, document)

    @shielded
    async def load_threads(
        self, limit: int, after: str | None, order: Order, context: RequestContext
    ) -> Page[ThreadMetadata]:
        """See `Store`."""
        validate_limit(limit)
        query = statements.page(threads, order, after=after is not None)
        names = {"of_user": context.user_id, "after": after, "rows": limit + 1}
        async with self._database.reading() as connection:
            rows = (await connection.scalars(query, names)).all()
            if not rows and after is not None:
                await check_exists(connection, names | {"of_thread": after})
        return as_page([thread_adapter.validate_json(row) for row in rows], limit)

    @shielded
    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """See `Store`."""
        of_thread = {"of_user": context.user_id, "of_thread": thread_id}
        async with self._database.writing() as connection:
            if not (await connection.execute(statements.DELETE_THREAD, of_thread)).rowcount:
                raise NotFoundError("thread", thread_id)
            await connection.execute(statements.DELETE_KEYS, of_thread)

    @shielded
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: Order, context: RequestContext
    ) -> "Page[TItem]":
        """See `Store`."""
        validate_limit(limit)
        query = statements.page(items, order, after=after is not None)
        names = {"of_user": context.user_id, "of_thread": thread_id, "of_item": after}
        page = {"after": after, "rows": limit + 1}
        async with self._database.reading() as connection:
            rows = (await connection.scalars(query, names | page)).all()
            if not rows:
                await check_exists(connection, names)
        return as_page([self._adapter.validate_json(row) for row in rows], limit)

    @shielded
    async def add_thread_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        row = self._row(thread_id, item, context)
        async with self._database.writing() as connection:
            await append_item(connection, self._database.insertions.item, row)

    @shielded
    async def save_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        row = self._row(thread_id, item, context)
        async with self._database.writing() as connection:
            await append_item(connection, self._database.insertions.item_or_replacement, row)

    @shielded
    async def load_item(self, thread_id: str, item_id: str, context: RequestContext) -> TItem:
        """See `Store`."""
        names = {"of_user": context.user_id, "of_thread": thread_id, "of_item": item_id}
        async with self._database.reading() as connection:
            if (document := await connection.scalar(statements.ITEM, names)) is None:
                await check_exists(connection, names)
                raise NotFoundError("item", item_id)
        return self._adapter.validate_json(document)

    @shielded
    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """See `Store`."""
        names = {"of_user": context.user_id, "of_thread": thread_id, "of_item": item_id}
        async with self._database.writing() as connection:
            if not (await connection.execute(statements.DELETE_ITEM, names)).rowcount:
                await check_exists(connection, names)
                raise NotFoundError("item", item_id)

    def turn(
        self, thread_id: str, context: RequestContext
    ) -> AbstractAsyncContextManager[HeldThread]:
        """See `Store`. What a process held when it died is free."""
        return self._locks.acquire(context.user_id, thread_id, self.turn_wait)

    @shielded
    async def transaction(self, work: Coroutine[Any, Any, T]) -> T:
        """See `Store`. PostgreSQL locks the threads that the work loads; SQLite, the database."""
        with closing(work):  # where no transaction can begin, it is never awaited
            async with self._database.transaction():
                return await work

    @shielded
    async def claim_key(
        self, key: str, request: IdempotencyRecord, context: RequestContext
    ) -> IdempotencyRecord:
        """See `Store`."""
        check_name("idempotency_key", key)
        row = {"user_id": context.user_id, "key": key, "thread_id": request.thread_id}
        row["document"] = to_json("request", request, idempotency_adapter)
        row["item_ids"] = json.dumps(request.item_ids)
        of_key = {"of_user": context.user_id, "of_key": key}
        async with self._database.writing() as connection:
            await connection.execute(self._database.insertions.key, row)
            document, item_ids = (await connection.execute(statements.KEY, of_key)).one()
        record = idempotency_adapter.validate_json(document)
        return record.model_copy(update={"item_ids": tuple(json.loads(item_ids))})

    @shielded
    async def finish_key(
        self, key: str, item_ids: tuple[str, ...], context: RequestContext
    ) -> None:
        """See `Store`."""
        change = {"of_user": context.user_id, "of_key": key, "item_ids": json.dumps(item_ids)}
        async with self._database.writing() as connection:
            if not (await connection.execute(statements.FINISH_KEY, change)).rowcount:
                raise NotFoundError("idempotency key", key)

    def _row(self, thread_id: str, item: TItem, context: RequestContext) -> dict[str, str]:
        row = {"user_id": context.user_id, "thread_id": thread_id, "id": item.id}
        return row | {"document": to_json(f"item {item.id!r}", item, self._adapter)}
