"""Part 02.1: call the learner's `record_conversation` for two users, and read the store."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.lessons.l02_threads_and_items.p2_transcript import USER_NAMES
from chatlab.stores import MemoryStore

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> list[str]:
    """The users in order of their calls; the first one calls twice."""
    first_user, second_user = random.sample(USER_NAMES, 2)
    return [first_user, second_user, first_user]


async def observe(record_conversation: Any, users: list[str]) -> dict[str, Any]:
    """Let each user record a conversation in the same store.

    Returns:
        `{"calls": [...]}`: each call's outcome, as `attempt` records it, with all the user's
        `threads` after it, oldest first, and the list of `items` of each.
    """
    store = MemoryStore()
    calls: list[dict[str, Any]] = []
    for user in users:
        context = RequestContext(user_id=user)
        call = await attempt(lambda context=context: record_conversation(store, context))
        threads = (await store.load_threads(10, None, "asc", context)).data
        call["threads"] = to_plain_json(threads)
        call["items"] = [
            to_plain_json((await store.load_thread_items(thread.id, None, 50, "asc", context)).data)
            for thread in threads
        ]
        calls.append(call)
    return {"calls": calls}
