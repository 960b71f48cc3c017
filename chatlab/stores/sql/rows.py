"""Rows: which place a new one gets, and what to say where one is missing."""

from typing import Any

from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import Page, ThreadMetadata
from chatlab.stores.sql import statements
from chatlab.stores.sql.schema import AsyncConnection
from chatlab.stores.sql.statements import Insertions

__all__ = ["append_item", "as_page", "check_exists", "insert_thread"]


async def insert_thread(
    connection: AsyncConnection, insertions: Insertions, thread: ThreadMetadata, document: str
) -> None:
    """Put it in the user's next place; two who save it at once save one thread."""
    user = {"user_id": thread.user_id, "threads_made": 1}
    place = await connection.scalar(insertions.next_thread_place, user)
    row = {"user_id": thread.user_id, "id": thread.id, "place": place, "items_made": 0}
    await connection.execute(insertions.thread, row | {"document": document})


async def append_item(connection: AsyncConnection, insertion: Any, row: dict[str, str]) -> None:
    """Put a row of user_id, thread_id, id and document in the thread's next place.

    This locks the thread until the transaction ends.

    Raises:
        InvalidInput: `insertion` replaces nothing, and the item is there already.
        NotFoundError: This user has no such thread.
    """
    thread = {"of_user": row["user_id"], "of_thread": row["thread_id"]}
    place = await connection.scalar(statements.NEXT_PLACE, thread)
    if place is None:
        raise NotFoundError("thread", row["thread_id"])
    if not (await connection.execute(insertion, row | {"place": place})).rowcount:
        problem = f"{row['id']!r} is in this thread already"
        raise InvalidInput("item", problem, "Use save_item to replace it.")


async def check_exists(connection: AsyncConnection, names: dict[str, Any]) -> None:
    """Say what is missing of `of_thread` and, where it is named, `of_item`, if something is.

    Raises:
        NotFoundError: This user has no such thread, or the thread no such item.
    """
    if await connection.scalar(statements.THREAD_EXISTS, names) is None:
        raise NotFoundError("thread", names["of_thread"])
    if names.get("of_item") is None:
        return
    if await connection.scalar(statements.ITEM_EXISTS, names) is None:
        raise NotFoundError("item", names["of_item"])


def as_page(items: list[Any], limit: int) -> Page[Any]:
    """The rows of a page, without the one too many that says that there are more."""
    data = tuple(items[:limit])
    return Page(data=data, has_more=len(items) > limit, after=data[-1].id if data else None)
