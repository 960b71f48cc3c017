"""Every statement of `SQLStore`, built once: to build one takes longer than to run it.

Each names its user. What is looked for is given as `of_user`, `of_thread`, `of_item`, `of_key`,
`of_owner`; what is written, under the names of its columns.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import FromClause, TableClause, bindparam, delete, select, update

from chatlab.stores.base import Order
from chatlab.stores.sql.schema import items, keys, threads, turns, users

__all__ = ["Insertions", "page"]


def _own_rows(table: FromClause) -> sa.ColumnElement[bool]:
    """The rows of this user and, where the table knows threads, of this thread."""
    of_user = table.c.user_id == bindparam("of_user")
    is_of_thread = "thread_id" in table.c
    return of_user & (table.c.thread_id == bindparam("of_thread") if is_of_thread else sa.true())


_this_thread = _own_rows(threads) & (threads.c.id == bindparam("of_thread"))
_this_item = _own_rows(items) & (items.c.id == bindparam("of_item"))
_this_key = (keys.c.user_id == bindparam("of_user")) & (keys.c.key == bindparam("of_key"))
_this_owner = _own_rows(turns) & (turns.c.owner == bindparam("of_owner"))

THREAD = select(threads.c.document).where(_this_thread)
THREAD_LOCKED = THREAD.with_for_update()
"""On PostgreSQL, nobody else changes the thread until the transaction ends."""

THREAD_EXISTS = select(threads.c.place).where(_this_thread)
SAVE_THREAD = update(threads).where(_this_thread)
NEXT_PLACE = SAVE_THREAD.values(items_made=threads.c.items_made + 1).returning(threads.c.items_made)
DELETE_THREAD = delete(threads).where(_this_thread)
DELETE_KEYS = delete(keys).where(_own_rows(keys))

ITEM = select(items.c.document).where(_this_item)
ITEM_EXISTS = select(items.c.place).where(_this_item)
DELETE_ITEM = delete(items).where(_this_item)

KEY = select(keys.c.document, keys.c.item_ids).where(_this_key)
FINISH_KEY = update(keys).where(_this_key)

TURN_OWNER = select(turns.c.owner).where(_own_rows(turns))
TAKE_OVER_TURN = update(turns).where(_this_owner)
RELEASE_TURN = delete(turns).where(_this_owner)


class Insertions:
    """The statements that add rows, in the words of one database: `insert` is its own."""

    def __init__(self, insert: Callable[[TableClause], Any]) -> None:
        self.turn = insert(turns).on_conflict_do_nothing()
        self.key = insert(keys).on_conflict_do_nothing()
        self.item = insert(items).on_conflict_do_nothing()
        document = {"document": insert(items).excluded.document}
        names = ["user_id", "thread_id", "id"]
        self.item_or_replacement = _or_change(insert(items), names, document)
        self.thread = _or_change(insert(threads), names[::2], document)
        one_more = {"threads_made": users.c.threads_made + 1}
        user = _or_change(insert(users), names[:1], one_more)
        self.next_thread_place = user.returning(users.c.threads_made)


def _or_change(insertion: Any, names: list[str], changes: dict[str, Any]) -> Any:
    return insertion.on_conflict_do_update(index_elements=names, set_=changes)


@cache
def page(table: TableClause, order: Order, *, after: bool) -> sa.Select[Any]:
    """Documents in order, as many as `rows` says, or those after the one that `after` names.

    After a row that is not there comes nothing.
    """
    place, query = table.c.place, select(table.c.document).where(_own_rows(table))
    if after:
        cursor = table.alias()
        of_cursor = _own_rows(cursor) & (cursor.c.id == bindparam("after"))
        cursor_place = select(cursor.c.place).where(of_cursor).scalar_subquery()
        query = query.where(place > cursor_place if order == "asc" else place < cursor_place)
    return query.order_by(place.asc() if order == "asc" else place.desc()).limit(bindparam("rows"))
