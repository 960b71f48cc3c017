"""Parts 02.2 and 02.3: a conversation that is longer than a page, today and tomorrow."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
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

__all__ = ["NAMES", "PAGE", "EndlessError", "fill", "inputs", "observe"]

NAMES = ("bela", "chandra", "dilnoza", "fatou", "hana")
"""People who are not in the lesson, so that nobody can name them beforehand."""


PAGE = 20


_PATIENCE = 20
"""How often one page may be asked for."""


_WORDS = ("apples", "bread", "candles", "dates", "eggs", "figs", "grapes", "honey")


class EndlessError(Exception):
    """The same page was asked for again and again."""

    def __init__(self, after: str | None) -> None:
        self.after = after
        super().__init__(f"after={after!r}")


class PagedStore(MemoryStore):
    """A store that hands out 20 items a page, however many are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[str | None, int] = {}

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
            EndlessError: The same page was asked for again and again.
        """
        key = after if isinstance(after, str) else None
        if key == after:
            self._asked[after] = self._asked.get(after, 0) + 1
            if self._asked[after] > _PATIENCE:
                raise EndlessError(after)
        return await super().load_thread_items(thread_id, after, min(limit, PAGE), order, context)


async def fill(
    store: Store[ThreadItem], texts: list[str], context: RequestContext
) -> ThreadMetadata:
    """A thread in which the roles take turns, one item a text."""
    clock, ids = FixedClock(), CountingIds()
    now = clock.now()
    thread = ThreadMetadata(id=ids("thr"), user_id=context.user_id, created_at=now, updated_at=now)
    await store.save_thread(thread, context)
    for number, text in enumerate(texts):
        more: dict[str, Any] = {"thread_id": thread.id, "content": text, "timestamp": now}
        made: list[ThreadItem] = [
            UserMessageItem(id=ids("msg"), **more),
            ToolItem(id=ids("tool"), tool="create_task", call_id=ids("call"), **more),
            AssistantMessageItem(id=ids("msg"), **more),
        ]
        await store.add_thread_item(thread.id, made[number % 3], context)
    return thread


def inputs(random: Random) -> dict[str, Any]:
    """A customer, and more remarks than fit on two pages."""
    count = random.randint(62, 90)
    texts = [f"{random.choice(_WORDS)} {number}" for number in range(count)]
    return {"user": random.choice(NAMES), "texts": texts}


async def observe(transcript: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The transcript of a long thread, in a store with short pages."""
    context = RequestContext(user_id=inputs["user"])
    store = PagedStore()
    thread = await fill(store, inputs["texts"], context)
    return await attempt(lambda: transcript(store, thread.id, context))
