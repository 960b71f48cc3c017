"""Every statement of `SQLStore`, built once: to build one takes longer than to run it.

Each names its user. What is looked for is given as `of_user`, `of_thread`, `of_item`, `of_key`;
what is written, under the names of its columns.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    TableClause,
    bindparam,
    delete,
    select,
    update,
)

from chatlab.stores.base import Order
from chatlab.stores.sql.schema import items, keys, threads, turns, users

__all__ = ["Insertions", "item_page", "thread_page"]

_user, _thread, _item, _key = map(bindparam, ("of_user", "of_thread", "of_item", "of_key"))

_this_thread = (threads.c.user_id == _user) & (threads.c.id == _thread)
_this_key = (keys.c.user_id == _user) & (keys.c.key == _key)
_this_turn = (turns.c.user_id == _user) & (turns.c.thread_id == _thread)


def _own_threads(table: FromClause) -> ColumnElement[bool]:
    return table.c.user_id == _user


def _own_items(table: FromClause) -> ColumnElement[bool]:
    return (table.c.user_id == _user) & (table.c.thread_id == _thread)


_this_item = _own_items(items) & (items.c.id == _item)

THREAD = select(threads.c.document).where(_this_thread)
THREAD_LOCKED = THREAD.with_for_update()
"""On PostgreSQL, nobody else changes the thread until the transaction ends."""

THREAD_EXISTS = select(threads.c.place).where(_this_thread)
SAVE_THREAD = update(threads).where(_this_thread)
NEXT_PLACE = SAVE_THREAD.values(items_made=threads.c.items_made + 1).returning(threads.c.items_made)
DELETE_THREAD = delete(threads).where(_this_thread)
DELETE_KEYS = delete(keys).where(keys.c.user_id == _user, keys.c.thread_id == _thread)

ITEM = select(items.c.document).where(_this_item)
ITEM_EXISTS = select(items.c.place).where(_this_item)
DELETE_ITEM = delete(items).where(_this_item)

KEY = select(keys.c.document, keys.c.item_ids).where(_this_key)
FINISH_KEY = update(keys).where(_this_key)

TURN_OWNER = select(turns.c.owner).where(_this_turn)
TAKE_OVER_TURN = update(turns).where(_this_turn, turns.c.owner == bindparam("of_owner"))
RELEASE_TURN = delete(turns).where(_this_turn, turns.c.owner == bindparam("of_owner"))


class Insertions:
    """The statements that add rows, in the words of one database: `insert` is its own."""

    def __init__(self, insert: Callable[[TableClause], Any]) -> None:
        self.turn = insert(turns).on_conflict_do_nothing()
        self.key = insert(keys).on_conflict_do_nothing()
        self.item = insert(items).on_conflict_do_nothing()
        self.item_or_replacement = insert(items).on_conflict_do_update(
            index_elements=["user_id", "thread_id", "id"],
            set_={"document": insert(items).excluded.document},
        )
        self.thread = insert(threads).on_conflict_do_update(
            index_elements=["user_id", "id"],
            set_={"document": insert(threads).excluded.document},
        )
        self.next_thread_place = (
            insert(users)
            .on_conflict_do_update(
                index_elements=["user_id"], set_={"threads_made": users.c.threads_made + 1}
            )
            .returning(users.c.threads_made)
        )


@cache
def thread_page(order: Order, *, after: bool) -> Select[Any]:
    """A page of the user's threads, or of those after the one that `after` names; see `_page`."""
    return _page(threads, _own_threads, order, after=after)


@cache
def item_page(order: Order, *, after: bool) -> Select[Any]:
    """A page of a thread's items, or of those after the one that `after` names; see `_page`."""
    return _page(items, _own_items, order, after=after)


def _page(
    table: FromClause,
    own_rows: Callable[[FromClause], ColumnElement[bool]],
    order: Order,
    *,
    after: bool,
) -> Select[Any]:
    """Documents in order, as many as `rows` says. After a row that is not there comes nothing."""
    place, query = table.c.place, select(table.c.document).where(own_rows(table))
    if after:
        cursor = table.alias()
        of_cursor = own_rows(cursor) & (cursor.c.id == bindparam("after"))
        cursor_place = select(cursor.c.place).where(of_cursor).scalar_subquery()
        query = query.where(place > cursor_place if order == "asc" else place < cursor_place)
    return query.order_by(place.asc() if order == "asc" else place.desc()).limit(bindparam("rows"))
