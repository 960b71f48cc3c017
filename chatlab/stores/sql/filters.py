"""The conditions and pages that `SQLStore` builds its statements from; each names its user."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, select

from chatlab.context import RequestContext
from chatlab.items import Page
from chatlab.stores.base import Order
from chatlab.stores.sql.schema import items, keys, threads

__all__ = ["as_page", "items_of", "key_is", "page_of", "thread_is", "threads_of"]


def thread_is(thread_id: str, context: RequestContext) -> ColumnElement[bool]:
    """This thread, if it is the user's."""
    return (threads.c.user_id == context.user_id) & (threads.c.id == thread_id)


def threads_of(context: RequestContext, table: FromClause = threads) -> ColumnElement[bool]:
    """The user's threads."""
    return table.c.user_id == context.user_id


def items_of(
    thread_id: str, context: RequestContext, table: FromClause = items
) -> ColumnElement[bool]:
    """The items of this thread, if it is the user's."""
    return (table.c.user_id == context.user_id) & (table.c.thread_id == thread_id)


def key_is(key: str, context: RequestContext) -> ColumnElement[bool]:
    """What the user sent under this idempotency key."""
    return (keys.c.user_id == context.user_id) & (keys.c.key == key)


def page_of(
    table: FromClause,
    own_rows: Callable[[FromClause], ColumnElement[bool]],
    after: str | None,
    order: Order,
    limit: int,
) -> Select[Any]:
    """Documents in order; one more than asked for says whether there are more.

    After a row that is not there comes nothing.
    """
    position, query = table.c.place, select(table.c.document).where(own_rows(table))
    if after is not None:
        cursor = table.alias()
        cursor_position = (
            select(cursor.c.place).where(own_rows(cursor), cursor.c.id == after).scalar_subquery()
        )
        query = query.where(
            position > cursor_position if order == "asc" else position < cursor_position
        )
    return query.order_by(position.asc() if order == "asc" else position.desc()).limit(limit + 1)


def as_page(items: list[Any], limit: int) -> Page[Any]:
    """The rows that `page_of` selects, as a page: without the one too many."""
    data = tuple(items[:limit])
    return Page(data=data, has_more=len(items) > limit, after=data[-1].id if data else None)
