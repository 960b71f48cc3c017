"""For the checks of lesson 06: write threads straight into a store, and read them from it."""

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

__all__ = ["build_item", "load_all_items", "write_thread"]


def build_item(row: Sequence[Any], thread_id: str = "thr_1", id: str | None = None) -> ThreadItem:
    """One item from a row, `[role, content]` or `["tool", tool, output]`.

    A new id is made where `id` is None.
    """
    role, content, *output = row
    fields: dict[str, Any] = {
        "id": new_id("msg") if id is None else id,
        "thread_id": thread_id,
        "content": content,
        "timestamp": SystemClock().now(),
    }
    if role == "user":
        return UserMessageItem(**fields)
    if role == "assistant":
        return AssistantMessageItem(**fields)
    tool_fields: dict[str, Any] = {
        "call_id": new_id("call"),
        "output": output[0] if output else None,
    }
    return ToolItem(**fields | tool_fields, tool=content, outcome="completed")


async def write_thread(
    store: Store[ThreadItem], rows: Sequence[Sequence[Any]], context: RequestContext
) -> ThreadMetadata:
    """A new thread of the context's user with an item for each row, made without a server."""
    now = SystemClock().now()
    thread = ThreadMetadata(
        id=new_id("thr"), user_id=context.user_id, created_at=now, updated_at=now
    )
    await store.save_thread(thread, context)
    for row in rows:
        await store.add_thread_item(thread.id, build_item(row, thread.id), context)
    return thread


async def load_all_items(
    store: Store[ThreadItem], thread_id: str, context: RequestContext
) -> list[ThreadItem]:
    """Every item of the thread, oldest first."""
    items: list[ThreadItem] = []
    after, has_more = None, True
    while has_more:
        page = await store.load_thread_items(thread_id, after, 1000, "asc", context)
        items += page.data
        after, has_more = page.after, page.has_more
    return items
