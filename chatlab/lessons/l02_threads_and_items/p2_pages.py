"""Parts 02.2 and 02.3: a conversation that is longer than a page, today and tomorrow."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, passed
from chatlab.items import (
    AssistantMessageItem,
    Page,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
)
from chatlab.lessons.support.explain import source_line
from chatlab.stores import MemoryStore, Order, SQLStore, Store
from chatlab.testing import CountingIds, FixedClock

__all__ = [
    "NAMES",
    "continue_inputs",
    "continue_judged",
    "continue_seen",
    "transcript_inputs",
    "transcript_judged",
    "transcript_seen",
]

NAMES = ("bela", "chandra", "dilnoza", "fatou", "hana")
"""People who are not in the lesson, so that nobody can name them beforehand."""

_PAGE = 20
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
        return await super().load_thread_items(thread_id, after, min(limit, _PAGE), order, context)


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


def transcript_inputs(random: Random) -> dict[str, Any]:
    """A customer, and more remarks than fit on two pages."""
    count = random.randint(62, 90)
    texts = [f"{random.choice(_WORDS)} {number}" for number in range(count)]
    return {"user": random.choice(NAMES), "texts": texts}


async def transcript_seen(transcript: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The transcript of a long thread, in a store with short pages."""
    context = RequestContext(user_id=inputs["user"])
    store = PagedStore()
    thread = await fill(store, inputs["texts"], context)
    return await attempt(lambda: transcript(store, thread.id, context))


def transcript_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Every item, oldest first, one line each."""
    roles = ("user", "tool", "assistant")
    expected = [f"{roles[n % 3]}: {text}" for n, text in enumerate(inputs["texts"])]
    if "raised" in seen:
        return [_transcript_raised(seen["raised"])]
    if not isinstance(seen["value"], str):
        return [
            failed(
                f"transcript gave back {str(seen['value'])[:60]!r}.",
                'Return one text: "\\n".join(lines).',
            )
        ]
    got = seen["value"].strip().splitlines()
    if got == expected:
        return [passed(3, f"All {len(expected)} items, oldest first.")]
    return [_part_of(got, expected) or _lines_wrong(got, expected, inputs["texts"])]


def _part_of(got: list[str], expected: list[str]) -> Finding | None:
    """What is wrong when the lines are right, but too few, or in another order."""
    if got == expected[::-1]:
        return failed("The newest item stands first.", 'Ask with order="asc": oldest first.')
    if got == expected[:_PAGE]:
        return failed(
            f"These are the first {_PAGE} items of {len(expected)}: one page.",
            "Follow `after`: ask again as long as has_more is true.",
        )
    if got == expected[: len(got)] and got:
        return _too_few(len(got), len(expected))
    if sorted(got) == sorted(expected):
        return failed(
            "Every item is there, in another order.",
            'Read the pages with order="asc", and append each page after the one before.',
        )
    return None


def _lines_wrong(got: list[str], expected: list[str], texts: list[str]) -> Finding:
    if len(got) > len(expected):
        return failed(
            f"{len(got)} lines for {len(expected)} items: some stand twice.",
            "The next page begins after `page.after`. Take it from the page, each time.",
        )
    first = next((n for n, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), 0)
    there = got[first] if got else ""
    said = f"Line {first + 1}: expected {expected[first]!r}, got {there!r}."
    if [line.partition(": ")[2] for line in got] == texts:
        return failed(said, "What stands before the colon is the item's `role`.")
    return failed(said, "One line an item: its role, a colon, a space, its content.")


def _too_few(got: int, expected: int) -> Finding:
    said = f"These are the first {got} of {expected} items."
    if expected - got <= _PAGE:
        return failed(said, "The last page counts, too: take its items, then ask for has_more.")
    return failed(
        said, "You cannot know how many pages there are: go on for as long as has_more is true."
    )


def _transcript_raised(error: dict[str, Any]) -> Finding:
    if error["type"] == "EndlessError":
        return failed(
            f"The same page was asked for again and again: {error['message']}.",
            "Move on each time round the loop: after = page.after.",
        )
    if "unhashable" in error["message"]:
        return failed(
            "`after` was given a whole item or page.",
            f"It is an id: `page.after` says where the rest begins. {source_line(error)}".strip(),
        )
    return failed(f"transcript raised {error['type']}: {error['message']}", source_line(error))


def continue_inputs(random: Random) -> dict[str, Any]:
    """As for the transcript."""
    return transcript_inputs(random)


async def continue_seen(continue_tomorrow: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What is found in a database that another store has filled and closed."""
    context = RequestContext(user_id=inputs["user"])
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            thread = await fill(store, inputs["texts"], context)
        return await attempt(lambda: continue_tomorrow(url, thread.id, context))


def continue_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Every item, as items, oldest first."""
    expected: list[str] = inputs["texts"]
    if "raised" in seen:
        return [_continue_raised(seen["raised"])]
    value = seen["value"]
    if isinstance(value, list) and value and all(isinstance(one, list) for one in value):
        return [
            failed(
                f"It gave back a list of {len(value)} lists, one a page.",
                "Put the items of each page into one list: found.extend(page.data), or +=.",
            )
        ]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return [
            failed(f"It gave back {str(value)[:60]!r}.", "Return the items themselves, in a list.")
        ]
    got = [item.get("content") for item in value]
    if got == expected:
        return [passed(2, f"All {len(expected)} items are there tomorrow.")]
    if got == expected[: len(got)] and got:
        return [
            failed(
                f"{len(got)} of {len(expected)} items: one page.",
                "Follow `after`, as in 02.2: ask again as long as has_more is true.",
            )
        ]
    if got == expected[::-1]:
        return [failed("The newest item stands first.", 'Ask with order="asc": oldest first.')]
    return [
        failed(
            f"{len(got)} items; expected {len(expected)}, from {expected[0]!r} on.",
            "Read every page with order='asc', and keep them in that order.",
        )
    ]


def _continue_raised(error: dict[str, Any]) -> Finding:
    if error["type"] == "NotFoundError":
        return failed(
            "The thread was not found: a new store in memory is empty.",
            "The conversation is in the database: SQLStore(url).",
        )
    if "context manager protocol" in error["message"]:
        return failed(
            "Opening and closing a database takes time, so a store has to be awaited.",
            "Write `async with SQLStore(url) as store:`.",
        )
    return failed(f"It raised {error['type']}: {error['message']}", source_line(error))
