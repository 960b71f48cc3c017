"""Part 02.3: call the learner's `continue_tomorrow` for a thread in an SQLite file."""

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.errors import NotFoundError
from chatlab.items import Page
from chatlab.lessons.l02_threads_and_items.p2_transcript import (
    PAGE_SIZE,
    PageRequests,
    create_thread,
)
from chatlab.lessons.l02_threads_and_items.p2_transcript import inputs as transcript_inputs
from chatlab.stores import Order, SQLStore

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """The same as for part 02.2: a user id and the texts of a long thread."""
    return transcript_inputs(random)


async def observe(continue_tomorrow: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Store a thread, close the store, and call it with the database's URL.

    Returns:
        What it returned, as `attempt` records it; items become dictionaries. `requests` has
        `[after, limit, order]` of each page that it asked for from an SQLStore, `strangers` the
        user ids and thread ids in those requests that are not the conversation's, `stored` counts
        the items of its thread afterwards, and `left_open` the stores that were not closed.
    """
    context = RequestContext(user_id=inputs["user"])
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            thread = await create_thread(store, inputs["texts"], context)
        with _watch_sql_stores() as seen:
            outcome = await attempt(lambda: continue_tomorrow(url, thread.id, context))
        for store in seen.open_stores:
            await store.aclose()
        async with SQLStore(url) as store:
            stored_count = await _count_items(store, thread.id, context)
    return outcome | {
        "requests": seen.requests.noted,
        "strangers": sorted(seen.names - {context.user_id, thread.id}),
        "stored": stored_count,
        "left_open": len(seen.open_stores),
    }


async def _count_items(store: SQLStore[Any], thread_id: str, context: RequestContext) -> int:
    """How many items the thread has; 0 if it is gone."""
    try:
        page = await store.load_thread_items(thread_id, None, 1000, "asc", context)
    except NotFoundError:
        return 0
    return len(page.data)


class _Seen:
    """How SQLStores were used.

    Attributes:
        requests: The pages that were requested.
        names: The user ids and the thread ids for which they were requested.
        open_stores: Those from which pages were requested, and which were not closed afterwards.
    """

    def __init__(self) -> None:
        self.requests = PageRequests()
        self.names: set[str] = set()
        self.open_stores: list[SQLStore[Any]] = []


@contextmanager
def _watch_sql_stores() -> Generator[_Seen]:
    """In the block, an SQLStore gives at most `PAGE_SIZE` items a page, like the store of 02.2."""
    load_thread_items, aclose = SQLStore.load_thread_items, SQLStore.aclose
    seen = _Seen()

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
        if self not in seen.open_stores:
            seen.open_stores.append(self)
        page_size = min(limit, PAGE_SIZE)
        return await load_thread_items(self, thread_id, after, page_size, order, context)

    async def note_closing(self: SQLStore[Any]) -> None:
        if self in seen.open_stores:
            seen.open_stores.remove(self)
        await aclose(self)

    SQLStore.load_thread_items, SQLStore.aclose = load_short_page, note_closing
    try:
        yield seen
    finally:
        SQLStore.load_thread_items, SQLStore.aclose = load_thread_items, aclose
