"""Part 02.3: call the learner's `continue_tomorrow` after two restarts, for an SQLite file."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from chatlab.clock import NewId
from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.errors import NotFoundError
from chatlab.items import (
    AssistantMessageItem,
    Page,
    ThreadItem,
    ThreadMetadata,
    UserMessageItem,
)
from chatlab.lessons.l02_threads_and_items.p2_transcript import PAGE_SIZE, PageRequests
from chatlab.lessons.l02_threads_and_items.p2_transcript import inputs as transcript_inputs
from chatlab.stores import MAX_LIMIT, Order, SQLStore
from chatlab.testing import CountingIds, FixedClock

__all__ = ["OTHER_TEXT", "inputs", "observe"]

OTHER_TEXT = "this is another conversation"
"""The only item of the user's newest thread, which nobody asked for."""


def inputs(random: Random) -> dict[str, Any]:
    """A user id, and the `texts` that are stored on each of two days.

    Those of the first day are more than a page, with one text twice. The last of each day is a
    reply that was broken off.
    """
    first = transcript_inputs(random)
    texts: list[str] = first["texts"]
    texts.insert(random.randint(25, 40), texts[random.randint(1, 15)])
    later = [f"{text}, later" for text in random.sample(texts[:15], 5)]
    return {"user": first["user"], "texts": [texts, later]}


async def observe(continue_tomorrow: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Let a store be filled and closed, call it with the database's URL; and the same once more.

    The second time, the items come from a computer whose clock is a week behind.

    Returns:
        `{"days": [...]}`, none after one that raised or changed the thread: what each call
        returned, as `attempt` records it; items become dictionaries. `requests` has
        `[after, limit, order]` of each page that it asked for from an SQLStore, `strangers` the
        user ids and thread ids in those requests that are not the conversation's, `stored` counts
        the items of its thread afterwards, `changed` says whether the thread or one of its items
        is another one now, `threads_loaded` how often a thread was loaded, and `left_open` counts
        the stores that were not closed.
    """
    context = RequestContext(user_id=inputs["user"])
    ids, now = CountingIds(), FixedClock().now()
    thread, newest = (
        ThreadMetadata(id=ids("thr"), user_id=context.user_id, created_at=now, updated_at=now)
        for _ in range(2)
    )
    days: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            for each in (thread, newest):
                await store.save_thread(each, context)
            for item in _items(newest.id, [OTHER_TEXT], now, ids):
                await store.add_thread_item(newest.id, item, context)
        for day, texts in enumerate(inputs["texts"]):
            async with SQLStore(url) as store:
                for item in _items(thread.id, texts, now - timedelta(days=7 * day), ids):
                    await store.add_thread_item(thread.id, item, context)
            days.append(await _one_day(continue_tomorrow, url, thread.id, context))
            if "raised" in days[-1] or days[-1]["changed"]:
                break
    return {"days": days}


def _items(thread_id: str, texts: list[str], timestamp: datetime, ids: NewId) -> list[ThreadItem]:
    """One item a text; the last is a reply that was broken off."""
    items: list[ThreadItem] = []
    for number, text in enumerate(texts, start=1):
        fields: dict[str, Any] = {"thread_id": thread_id, "content": text, "timestamp": timestamp}
        if number == len(texts):
            items.append(AssistantMessageItem(id=ids("msg"), status="incomplete", **fields))
        else:
            items.append(UserMessageItem(id=ids("msg"), **fields))
    return items


async def _one_day(
    continue_tomorrow: Any, url: str, thread_id: str, context: RequestContext
) -> dict[str, Any]:
    """What one call did and left, as `observe` describes it."""
    before = await _stored(url, thread_id, context)
    with _watch_sql_stores() as seen:
        outcome = await attempt(lambda: continue_tomorrow(url, thread_id, context))
    for store in seen.open_stores:
        await store.aclose()
    after = await _stored(url, thread_id, context)
    return outcome | {
        "requests": seen.requests.noted,
        "strangers": sorted(seen.names - {context.user_id, thread_id}),
        "stored": len(after["items"]),
        "changed": after != before,
        "threads_loaded": seen.threads_loaded,
        "left_open": len(seen.open_stores),
    }


async def _stored(url: str, thread_id: str, context: RequestContext) -> dict[str, Any]:
    """The thread and its items as plain data; no items if it is gone."""
    async with SQLStore(url) as store:
        try:
            thread = await store.load_thread(thread_id, context)
            page = await store.load_thread_items(thread_id, None, MAX_LIMIT, "asc", context)
        except NotFoundError:
            return {"thread": None, "items": []}
    return {"thread": to_plain_json(thread), "items": to_plain_json(page.data)}


class _Seen:
    """How SQLStores were used.

    Attributes:
        requests: The pages that were requested.
        names: The user ids and the thread ids for which they were requested.
        threads_loaded: How often a thread was loaded, which is its metadata alone.
        open_stores: Those that were asked for something, and were not closed afterwards.
    """

    def __init__(self) -> None:
        self.requests = PageRequests()
        self.names: set[str] = set()
        self.threads_loaded = 0
        self.open_stores: list[SQLStore[Any]] = []


@contextmanager
def _watch_sql_stores() -> Generator[_Seen]:
    """In the block, an SQLStore gives at most `PAGE_SIZE` items a page, like the store of 02.2."""
    load_thread_items, aclose = SQLStore.load_thread_items, SQLStore.aclose
    load_thread = SQLStore.load_thread
    seen = _Seen()

    def note_asked(store: SQLStore[Any]) -> None:
        if store not in seen.open_stores:
            seen.open_stores.append(store)

    async def load_short_page(  # noqa: PLR0917 - a Store's method has these parameters
        self: SQLStore[Any],
        thread_id: str,
        after: str | None,
        limit: int,
        order: Order,
        context: RequestContext,
    ) -> Page[Any]:
        seen.requests.note(after, limit, order)
        seen.names.update((str(context.user_id), str(thread_id)))
        note_asked(self)
        page_size = min(limit, PAGE_SIZE)
        return await load_thread_items(self, thread_id, after, page_size, order, context)

    async def note_loading(
        self: SQLStore[Any], thread_id: str, context: RequestContext
    ) -> ThreadMetadata:
        seen.threads_loaded += 1
        note_asked(self)
        return await load_thread(self, thread_id, context)

    async def note_closing(self: SQLStore[Any]) -> None:
        if self in seen.open_stores:
            seen.open_stores.remove(self)
        await aclose(self)

    SQLStore.load_thread_items, SQLStore.aclose = load_short_page, note_closing
    SQLStore.load_thread = note_loading
    try:
        yield seen
    finally:
        SQLStore.load_thread_items, SQLStore.aclose = load_thread_items, aclose
        SQLStore.load_thread = load_thread
