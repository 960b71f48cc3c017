"""Part 02.2: call the learner's `transcript` for a thread that is longer than a page."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.items import (
    AssistantMessageItem,
    Page,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
)
from chatlab.stores import MemoryStore, Order, Store
from chatlab.testing import CountingIds, FixedClock

__all__ = [
    "PAGE_SIZE",
    "USER_NAMES",
    "PageRequests",
    "RepeatedPageError",
    "inputs",
    "observe",
]

USER_NAMES = ("bela", "chandra", "dilnoza", "fatou", "hana")
"""User ids that do not occur in the lesson, so that no answer can contain them."""

PAGE_SIZE = 15
"""How many items a page has at most, whatever the limit.

It is less than the 20 of the task's example: fewer items than `limit` are not the last page.
"""

_MAX_REQUESTS_PER_PAGE = 20
"""More requests for the same page count as an endless loop."""

_WORDS = ("apples", "bread", "candles", "dates", "eggs", "figs", "grapes", "honey")


class RepeatedPageError(Exception):
    """The learner's loop asks for the same page again and again."""

    def __init__(self, after: str | None) -> None:
        self.after = after
        super().__init__(f"after={after!r}")


class PageRequests:
    """Notes how each page was requested, and ends endless loops.

    `noted` has `[after, limit, order]` of each request.
    """

    def __init__(self) -> None:
        self.noted: list[Any] = []
        self._counts: dict[str | None, int] = {}

    def note(self, after: Any, limit: Any, order: Any) -> None:
        """Note a request for a page.

        Raises:
            RepeatedPageError: This page was requested too often.
        """
        self.noted.append(to_plain_json([after, limit, order]))
        cursor = after if isinstance(after, str) else None
        if cursor == after:
            self._counts[cursor] = self._counts.get(cursor, 0) + 1
            if self._counts[cursor] > _MAX_REQUESTS_PER_PAGE:
                raise RepeatedPageError(cursor)


class _PagedStore(MemoryStore):
    """A store that returns at most `PAGE_SIZE` items a page, whatever the limit."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = PageRequests()

    async def load_thread_items(
        self,
        thread_id: str,
        after: str | None,
        limit: int,
        order: Order,
        context: RequestContext,
    ) -> Page[ThreadItem]:
        """See `Store`.

        Raises:
            RepeatedPageError: This page was requested too often.
        """
        self.requests.note(after, limit, order)
        return await super().load_thread_items(
            thread_id, after, min(limit, PAGE_SIZE), order, context
        )


async def _create_thread(
    store: Store[ThreadItem], texts: list[str], context: RequestContext
) -> ThreadMetadata:
    """Store a thread of the context's user, one item a text: user, tool, assistant, and again."""
    clock, ids = FixedClock(), CountingIds()
    now = clock.now()
    thread = ThreadMetadata(id=ids("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    for number, text in enumerate(texts):
        fields: dict[str, Any] = {"thread_id": thread.id, "content": text, "timestamp": now}
        variants: list[ThreadItem] = [
            UserMessageItem(id=ids("msg"), **fields),
            ToolItem(id=ids("tool"), tool="create_task", call_id=ids("call"), **fields),
            AssistantMessageItem(id=ids("msg"), **fields),
        ]
        await store.add_thread_item(thread.id, variants[number % 3], context)
    return thread


def inputs(random: Random) -> dict[str, Any]:
    """A user id, and 52 to 70 texts: the items of a thread of four or five pages.

    The last page is shorter than the others, and has more than one item of each role.
    """
    count = random.choice((3, 4)) * PAGE_SIZE + random.randint(7, PAGE_SIZE - 5)
    texts = [f"{random.choice(_WORDS)} {number}" for number in range(count)]
    return {"user": random.choice(USER_NAMES), "texts": texts}


async def observe(transcript: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What `transcript(store, thread_id, context)` returned, as `attempt` records it.

    `requests` has `[after, limit, order]` of each page that it asked for.
    """
    context = RequestContext(user_id=inputs["user"])
    store = _PagedStore()
    thread = await _create_thread(store, inputs["texts"], context)
    outcome = await attempt(lambda: transcript(store, thread.id, context))
    return outcome | {"requests": store.requests.noted}
