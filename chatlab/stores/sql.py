"""A store in a database: conversations that survive a restart (lesson 02; PostgreSQL in 11).

SQLite by default, PostgreSQL when one machine is outgrown. What differs between the two is in
`database.py`.
"""

import json
from contextlib import AbstractAsyncContextManager
from typing import Any, Generic, Self, cast

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from typing_extensions import TypeVar

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import Page, ThreadItem, ThreadMetadata, thread_item_adapter
from chatlab.stores.base import HasId, IdempotentRequest, Order, checked_limit, document_of
from chatlab.stores.database import Database
from chatlab.stores.schema import items, keys, threads
from chatlab.stores.shared_holds import SharedHolds

__all__ = ["SQLStore"]

TItem = TypeVar("TItem", bound=HasId, default=ThreadItem)

_threads = TypeAdapter(ThreadMetadata)


class SQLStore(Generic[TItem]):
    """Keeps documents in tables; whose they are is part of every query.

    Nothing is opened before it is used. `async with` or `aclose()` closes what was opened.

    Args:
        url: Such as `sqlite+aiosqlite:///chatlab.sqlite` or `postgresql+asyncpg://host/name`.
        items: Reads and writes the items; chatlab's own by default.
        turn_wait: How many seconds a turn waits for the one before it on the same thread.

    Raises:
        StoreError: From any method: the database is locked, read-only, too new, or none at all.
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
        self._turns = SharedHolds(self._database)

    async def __aenter__(self) -> Self:
        """The store itself; leaving the block closes it."""
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close the store."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what was opened; a closed store opens again when it is used."""
        await self._turns.aclose()
        await self._database.aclose()

    async def load_thread(self, thread_id: str, context: RequestContext) -> ThreadMetadata:
        """See `Store`."""
        async with self._database.begin() as connection:
            found = await connection.scalar(
                select(threads.c.document).where(_mine(thread_id, context))
            )
        if found is None:
            raise NotFoundError("thread", thread_id)
        return ThreadMetadata.model_validate_json(found)

    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """See `Store`."""
        if thread.user_id != context.user_id:
            raise NotFoundError("thread", thread.id)
        document = document_of(thread, _threads)
        row = {"user_id": thread.user_id, "id": thread.id, "document": document}
        fresh = self._database.insert(threads).values(**row, next_place=0)
        async with self._database.begin() as connection:
            await connection.execute(
                fresh.on_conflict_do_update(
                    index_elements=["user_id", "id"], set_={"document": document}
                )
            )

    async def load_threads(
        self, limit: int, after: str | None, order: Order, context: RequestContext
    ) -> Page[ThreadMetadata]:
        """See `Store`."""
        checked_limit(limit)
        query = select(threads.c.id, threads.c.document).where(threads.c.user_id == context.user_id)
        async with self._database.begin() as connection:
            if after is not None:
                place = await self._place(connection, after, context)
                query = query.where(_beyond(threads.c.place, place, order))
            rows = await _rows(connection, _ordered(query, threads.c.place, order), limit)
        documents = tuple(ThreadMetadata.model_validate_json(row.document) for row in rows[:limit])
        return Page(data=documents, has_more=len(rows) > limit, after=_last(rows[:limit]))

    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """See `Store`."""
        async with self._database.begin() as connection:
            gone = await connection.execute(delete(threads).where(_mine(thread_id, context)))
            if not gone.rowcount:
                raise NotFoundError("thread", thread_id)
            await connection.execute(
                delete(keys).where(keys.c.user_id == context.user_id, keys.c.thread_id == thread_id)
            )

    async def load_thread_items(
        self,
        thread_id: str,
        after: str | None,
        limit: int,
        order: Order,
        context: RequestContext,
    ) -> "Page[TItem]":
        """See `Store`."""
        checked_limit(limit)
        async with self._database.begin() as connection:
            thread = await self._place(connection, thread_id, context)
            query = select(items.c.id, items.c.document).where(items.c.thread == thread)
            if after is not None:
                place = await connection.scalar(
                    select(items.c.place).where(items.c.thread == thread, items.c.id == after)
                )
                if place is None:
                    raise NotFoundError("item", after)
                query = query.where(_beyond(items.c.place, place, order))
            rows = await _rows(connection, _ordered(query, items.c.place, order), limit)
        documents = tuple(self._adapter.validate_json(row.document) for row in rows[:limit])
        return Page(data=documents, has_more=len(rows) > limit, after=_last(rows[:limit]))

    async def add_thread_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = document_of(item, self._adapter)
        async with self._database.begin() as connection:
            await self._append(connection, thread_id, item.id, document, context)

    async def save_item(self, thread_id: str, item: TItem, context: RequestContext) -> None:
        """See `Store`."""
        document = document_of(item, self._adapter)
        async with self._database.begin() as connection:
            thread = await self._place(connection, thread_id, context)
            saved = await connection.execute(
                update(items)
                .where(items.c.thread == thread, items.c.id == item.id)
                .values(document=document)
            )
            if not saved.rowcount:
                await self._append(connection, thread_id, item.id, document, context)

    async def load_item(self, thread_id: str, item_id: str, context: RequestContext) -> TItem:
        """See `Store`."""
        async with self._database.begin() as connection:
            thread = await self._place(connection, thread_id, context)
            found = await connection.scalar(
                select(items.c.document).where(items.c.thread == thread, items.c.id == item_id)
            )
        if found is None:
            raise NotFoundError("item", item_id)
        return self._adapter.validate_json(found)

    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """See `Store`."""
        async with self._database.begin() as connection:
            thread = await self._place(connection, thread_id, context)
            gone = await connection.execute(
                delete(items).where(items.c.thread == thread, items.c.id == item_id)
            )
            if not gone.rowcount:
                raise NotFoundError("item", item_id)

    def turn(self, thread_id: str, context: RequestContext) -> AbstractAsyncContextManager[None]:
        """See `Store`. What a process held when it died is free."""
        return self._turns.hold(context.user_id, thread_id, self.turn_wait)

    async def claim_key(
        self, key: str, request: IdempotentRequest, context: RequestContext
    ) -> IdempotentRequest:
        """See `Store`."""
        mine = {"user_id": context.user_id, "key": key}
        row = {"thread_id": request.thread_id, "item_id": request.item_id}
        async with self._database.begin() as connection:
            await connection.execute(
                self._database.insert(keys)
                .values(**mine, **row, item_ids="[]")
                .on_conflict_do_nothing()
            )
            found = await connection.execute(
                select(keys).where(keys.c.user_id == context.user_id, keys.c.key == key)
            )
            kept = found.one()
        return IdempotentRequest(
            thread_id=kept.thread_id, item_id=kept.item_id, item_ids=json.loads(kept.item_ids)
        )

    async def finish_key(
        self, key: str, item_ids: tuple[str, ...], context: RequestContext
    ) -> None:
        """See `Store`."""
        async with self._database.begin() as connection:
            await connection.execute(
                update(keys)
                .where(keys.c.user_id == context.user_id, keys.c.key == key)
                .values(item_ids=json.dumps(item_ids))
            )

    async def _place(
        self, connection: AsyncConnection, thread_id: str, context: RequestContext
    ) -> int:
        """Where the thread stands among the user's; NotFoundError if it does not."""
        place = await connection.scalar(select(threads.c.place).where(_mine(thread_id, context)))
        if place is None:
            raise NotFoundError("thread", thread_id)
        return int(place)

    async def _append(
        self,
        connection: AsyncConnection,
        thread_id: str,
        item_id: str,
        document: str,
        context: RequestContext,
    ) -> None:
        """Take the thread's next place, which locks the thread until the transaction ends."""
        taken = await connection.execute(
            update(threads)
            .where(_mine(thread_id, context))
            .values(next_place=threads.c.next_place + 1)
            .returning(threads.c.place, threads.c.next_place)
        )
        if (found := taken.one_or_none()) is None:
            raise NotFoundError("thread", thread_id)
        thread, place = found
        row = {"thread": thread, "place": place, "id": item_id, "document": document}
        try:
            await connection.execute(insert(items).values(row))
        except IntegrityError:
            raise InvalidInput(
                "item", f"{item_id!r} is in this thread already", "Use save_item to replace it."
            ) from None


def _mine(thread_id: str, context: RequestContext) -> ColumnElement[bool]:
    return (threads.c.id == thread_id) & (threads.c.user_id == context.user_id)


def _beyond(column: ColumnElement[int], place: int, order: Order) -> ColumnElement[bool]:
    return column > place if order == "asc" else column < place


def _ordered(query: Select[Any, Any], column: ColumnElement[int], order: Order) -> Select[Any, Any]:
    return query.order_by(column.asc() if order == "asc" else column.desc())


async def _rows(connection: AsyncConnection, query: Select[Any, Any], limit: int) -> list[Any]:
    """One row more than asked for says whether there are more."""
    return list((await connection.execute(query.limit(limit + 1))).all())


def _last(rows: list[Any]) -> str | None:
    return rows[-1].id if rows else None
