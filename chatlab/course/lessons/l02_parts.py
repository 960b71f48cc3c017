"""How the parts of lesson 02 are checked."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.findings import Finding, no, yes
from chatlab.course.observing import attempt, plain
from chatlab.items import (
    AssistantMessageItem,
    Page,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
)
from chatlab.stores import MemoryStore, Order, SQLStore, Store
from chatlab.testing import CountingIds, FixedClock

__all__ = [
    "continue_inputs",
    "continue_judged",
    "continue_seen",
    "record_inputs",
    "record_judged",
    "record_seen",
    "transcript_inputs",
    "transcript_judged",
    "transcript_seen",
]

_NAMES = ("alice", "bob", "chandra", "dilnoza", "fatou", "hana")
_WORDS = ("apples", "bread", "candles", "dates", "eggs", "figs", "grapes", "honey")


class PagedStore(MemoryStore):
    """A store that hands out 20 items a page, however many are asked for."""

    async def load_thread_items(
        self,
        thread_id: str,
        after: str | None,
        limit: int,
        order: Order,
        context: RequestContext,
    ) -> Page[ThreadItem]:
        """See `Store`."""
        return await super().load_thread_items(thread_id, after, min(limit, 20), order, context)


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


def record_inputs(random: Random) -> list[str]:
    """Two customers."""
    return random.sample(_NAMES, 2)


async def record_seen(record: Any, users: list[str]) -> dict[str, Any]:
    """What two customers find in one store after each has recorded a conversation."""
    store = MemoryStore()
    calls: list[dict[str, Any]] = []
    for user in users:
        context = RequestContext(user_id=user)
        call = await attempt(lambda context=context: record(store, context))
        threads = (await store.load_threads(10, None, "asc", context)).data
        call["threads"] = plain(threads)
        call["items"] = [
            plain((await store.load_thread_items(one.id, None, 50, "asc", context)).data)
            for one in threads
        ]
        calls.append(call)
    return {"calls": calls}


def record_judged(users: list[str], seen: dict[str, Any]) -> list[Finding]:
    """One thread each, its owner right, three items in the order they were said."""
    for user, call in zip(users, seen["calls"], strict=True):
        if wrong := _record_wrong(user, call):
            return [wrong]
    return [yes(3, "Each customer has a thread with the three items in order.")]


def _record_wrong(user: str, call: dict[str, Any]) -> Finding | None:
    called = f"record_conversation(store, context of {user})"
    if "raised" in call:
        return _record_raised(called, call["raised"])
    if not call["threads"]:
        return no(
            f"After {called}, {user} has no thread in the store.",
            "Save it: await store.save_thread(thread, context). `await` is what makes it happen.",
        )
    (items, *_), (thread, *_) = call["items"], call["threads"]
    roles = [item["role"] for item in items]
    if roles == ["assistant", "tool", "user"]:
        return no(
            "The newest item stands first.",
            "A store keeps items in the order you add them: add what was said first, first.",
        )
    if roles != ["user", "tool", "assistant"]:
        return no(
            f"The thread holds {roles or 'no items'}; expected ['user', 'tool', 'assistant'].",
            "Add one item after the other, and await each add_thread_item.",
        )
    value = call["value"]
    if not isinstance(value, dict) or value.get("id") != thread["id"]:
        return no(
            f"{called} gave back {str(value)[:60]!r}.",
            "Return the ThreadMetadata that you saved.",
        )
    if {item["thread_id"] for item in items} != {thread["id"]}:
        return no("An item names another thread.", "Give each item thread_id=thread.id.")
    if any(not item["content"].strip() for item in items):
        return no("An item is empty.", "Give each item some content.")
    return None


def _record_raised(called: str, error: dict[str, Any]) -> Finding:
    said = f"{called} raised {error['type']}: {error['message']}"
    if error["type"] == "NotFoundError":
        return no(
            said,
            "Save the thread before its items, under the user who asks: context.user_id. A thread "
            "of somebody else does not exist.",
        )
    if error["type"] == "InvalidInput":
        return no(said, "Two things have the same id. Make a fresh one: new_id('msg').")
    if error["type"] == "ValidationError" and "timezone" in error["message"]:
        return no(
            "A time without a zone was handed in.",
            "datetime.now(UTC) has one. Without it, nobody knows which nine o'clock you mean.",
        )
    return no(said, f"Your line {error.get('number', '?')}: {error.get('line', '')}")


def transcript_inputs(random: Random) -> dict[str, Any]:
    """A customer, and more remarks than fit on two pages."""
    count = random.randint(55, 85)
    texts = [f"{random.choice(_WORDS)} {number}" for number in range(count)]
    return {"user": random.choice(_NAMES), "texts": texts}


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
        error = seen["raised"]
        return [no(f"transcript raised {error['type']}: {error['message']}", _line(error))]
    if not isinstance(seen["value"], str):
        return [no(f"transcript gave back {str(seen['value'])[:60]!r}.", "Return one text.")]
    got = seen["value"].strip().splitlines()
    if got == expected:
        return [yes(3, f"All {len(expected)} items, oldest first.")]
    if got == expected[::-1]:
        return [no("The newest item stands first.", 'Ask with order="asc": oldest first.')]
    if got == expected[:20]:
        return [
            no(
                f"These are the first 20 items of {len(expected)}: one page.",
                "Follow `after`: ask again as long as has_more is true.",
            )
        ]
    if sorted(got) == sorted(expected):
        return [
            no(
                "Every item is there, in another order.",
                'Read the pages with order="asc", and append each page after the one before.',
            )
        ]
    if len(got) > len(expected):
        return [
            no(
                f"{len(got)} lines for {len(expected)} items: some stand twice.",
                "The next page begins after `page.after`. Take it from the page, each time.",
            )
        ]
    first = next((n for n, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), 0)
    there = got[first] if got else ""
    return [no(f"Line {first + 1}: expected {expected[first]!r}, got {there!r}.", "role: content")]


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
        error = seen["raised"]
        if error["type"] == "NotFoundError":
            return [
                no(
                    "The thread was not found: a new store in memory is empty.",
                    "The conversation is in the database: SQLStore(url).",
                )
            ]
        return [no(f"It raised {error['type']}: {error['message']}", _line(error))]
    value = seen["value"]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return [no(f"It gave back {str(value)[:60]!r}.", "Return the items themselves, in a list.")]
    got = [item.get("content") for item in value]
    if got == expected:
        return [yes(2, f"All {len(expected)} items are there tomorrow.")]
    if got == expected[: len(got)] and got:
        return [
            no(
                f"{len(got)} of {len(expected)} items: one page.",
                "Follow `after`, as in 02.2: ask again as long as has_more is true.",
            )
        ]
    if got == expected[::-1]:
        return [no("The newest item stands first.", 'Ask with order="asc": oldest first.')]
    return [
        no(
            f"{len(got)} items; expected {len(expected)}, from {expected[0]!r} on.",
            "Read every page with order='asc', and keep them in that order.",
        )
    ]


def _line(error: dict[str, Any]) -> str:
    return f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
