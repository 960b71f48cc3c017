"""Whole threads and pages of them, read from any store (lesson 02)."""

import asyncio
from collections.abc import AsyncGenerator

from chatlab.context import RequestContext
from chatlab.items import HiddenContextItem, Page, ThreadItem, VisibleItem
from chatlab.stores.base import Order, Store, validate_limit

__all__ = ["iter_items", "load_visible_items"]

_PIECE, _MAX_PAGE_CHARS = 100, 2_000_000
"""How many items are read at a time, and after how much JSON a page ends."""


async def load_visible_items(  # noqa: PLR0917 - as `Store.load_thread_items`
    store: Store[ThreadItem],
    thread_id: str,
    after: str | None,
    limit: int,
    order: Order,
    context: RequestContext,
) -> Page[VisibleItem]:
    """As `Store.load_thread_items`, without what users never see: the page is as long as ever.

    It ends early where it holds very much: while it is written, all others wait.

    Raises:
        InvalidInput: The limit is none that a page may have.
        NotFoundError: This user has no such thread, or the thread no item `after`.
    """
    data: list[VisibleItem] = []
    size, piece = 0, min(validate_limit(limit), _PIECE)
    while True:
        page = await store.load_thread_items(thread_id, after, piece, order, context)
        for item in page.data:
            if isinstance(item, HiddenContextItem):
                continue
            if len(data) == limit or size > _MAX_PAGE_CHARS:
                return Page(data=tuple(data), has_more=True, after=data[-1].id)
            data.append(item)
            size += len(item.model_dump_json())
        if not page.has_more:
            return Page(data=tuple(data), after=data[-1].id if data else None)
        after = page.after
        await asyncio.sleep(0)


async def iter_items(
    store: Store[ThreadItem], thread_id: str, context: RequestContext, after: str | None = None
) -> AsyncGenerator[ThreadItem]:
    """Every item of the thread, or all after the item `after`, oldest first."""
    more = True
    while more:
        page = await store.load_thread_items(thread_id, after, _PIECE, "asc", context)
        for item in page.data:
            yield item
        more, after = page.has_more, page.after
        await asyncio.sleep(0)  # a store need not wait for anything
