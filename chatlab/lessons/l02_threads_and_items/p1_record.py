"""Part 02.1: a conversation, recorded as a thread of items."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.lessons.l02_threads_and_items.p2_transcript import NAMES
from chatlab.stores import MemoryStore

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[str]:
    """Two customers; the first one comes back."""
    one, two = random.sample(NAMES, 2)
    return [one, two, one]


async def observe(record: Any, users: list[str]) -> dict[str, Any]:
    """What customers find in one store, each time that one has recorded a conversation."""
    store = MemoryStore()
    calls: list[dict[str, Any]] = []
    for user in users:
        context = RequestContext(user_id=user)
        call = await attempt(lambda context=context: record(store, context))
        threads = (await store.load_threads(10, None, "asc", context)).data
        call["threads"] = to_plain_json(threads)
        call["items"] = [
            to_plain_json((await store.load_thread_items(one.id, None, 50, "asc", context)).data)
            for one in threads
        ]
        calls.append(call)
    return {"calls": calls}
