"""Threads that somebody else has written, for the checks of lesson 06."""

from collections.abc import Sequence
from typing import Any

from chatlab.clock import SystemClock, new_id
from chatlab.context import RequestContext
from chatlab.items import (
    AssistantMessageItem,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
)
from chatlab.stores.base import Store

__all__ = ["all_of", "filled", "item_of"]


def item_of(row: Sequence[Any], thread_id: str = "thr_1", id: str | None = None) -> ThreadItem:
    """One item from `[role, content]`; a tool's row is `["tool", tool, output]`."""
    role, content, *output = row
    said: dict[str, Any] = {
        "id": new_id("msg") if id is None else id,
        "thread_id": thread_id,
        "content": content,
        "timestamp": SystemClock().now(),
    }
    if role == "user":
        return UserMessageItem(**said)
    if role == "assistant":
        return AssistantMessageItem(**said)
    more: dict[str, Any] = {"call_id": new_id("call"), "output": output[0] if output else None}
    return ToolItem(**said | more, tool=content, outcome="completed")


async def filled(
    store: Store[ThreadItem], rows: Sequence[Sequence[Any]], context: RequestContext
) -> ThreadMetadata:
    """A new thread with these rows in it, written without any server."""
    now = SystemClock().now()
    thread = ThreadMetadata(
        id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now
    )
    await store.save_thread(thread, context)
    for row in rows:
        await store.add_thread_item(thread.id, item_of(row, thread.id), context)
    return thread


async def all_of(
    store: Store[ThreadItem], thread_id: str, context: RequestContext
) -> list[ThreadItem]:
    """Every item of the thread, oldest first."""
    items: list[ThreadItem] = []
    after, more = None, True
    while more:
        page = await store.load_thread_items(thread_id, after, 1000, "asc", context)
        items += page.data
        after, more = page.after, page.has_more
    return items
