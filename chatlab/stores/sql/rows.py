"""New rows: which place a thread or an item gets, and what to say where something is missing."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import TableClause, select, update

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import ThreadMetadata
from chatlab.stores.sql.filters import items_of, thread_is
from chatlab.stores.sql.schema import AsyncConnection, items, threads, users

__all__ = ["append_item", "check_exists", "insert_thread"]


async def insert_thread(
    connection: AsyncConnection,
    insert: Callable[[TableClause], Any],
    thread: ThreadMetadata,
    document: str,
) -> None:
    """Put it in the user's next place; two who save it at once save one thread."""
    user = {"user_id": thread.user_id, "threads_made": 1}
    position = await connection.scalar(
        insert(users)
        .values(user)
        .on_conflict_do_update(
            index_elements=["user_id"], set_={"threads_made": users.c.threads_made + 1}
        )
        .returning(users.c.threads_made)
    )
    row = {"user_id": thread.user_id, "id": thread.id, "place": position, "items_made": 0}
    await connection.execute(
        insert(threads)
        .values(row | {"document": document})
        .on_conflict_do_update(index_elements=["user_id", "id"], set_={"document": document})
    )


async def append_item(
    connection: AsyncConnection, statement: Any, row: dict[str, str], context: RequestContext
) -> None:
    """Put a row of thread_id, id and document in the thread's next place.

    This locks the thread until the transaction ends.

    Raises:
        InvalidInput: `statement` replaces nothing, and the item is there already.
        NotFoundError: This user has no such thread.
    """
    position = await connection.scalar(
        update(threads)
        .where(thread_is(row["thread_id"], context))
        .values(items_made=threads.c.items_made + 1)
        .returning(threads.c.items_made)
    )
    if position is None:
        raise NotFoundError("thread", row["thread_id"])
    place = {"user_id": context.user_id, "place": position}
    if not (await connection.execute(statement.values(row | place))).rowcount:
        problem = f"{row['id']!r} is in this thread already"
        raise InvalidInput("item", problem, "Use save_item to replace it.")


async def check_exists(
    connection: AsyncConnection, thread_id: str, context: RequestContext, item_id: str | None = None
) -> None:
    """Say what is missing, if something is.

    Raises:
        NotFoundError: This user has no such thread, or the thread no such item.
    """
    thread = select(threads.c.place).where(thread_is(thread_id, context))
    if await connection.scalar(thread) is None:
        raise NotFoundError("thread", thread_id)
    item = select(items.c.place).where(items_of(thread_id, context), items.c.id == item_id)
    if item_id is not None and await connection.scalar(item) is None:
        raise NotFoundError("item", item_id)
