"""Part 02.1: call the learner's `record_conversation` for two users, and read the store."""

from collections import Counter
from random import Random
from types import CoroutineType
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.items import ThreadItem, ThreadMetadata
from chatlab.lessons.l02_threads_and_items.p2_transcript import USER_NAMES
from chatlab.stores import MemoryStore

__all__ = ["inputs", "observe"]


class _RecordingStore(MemoryStore[ThreadItem]):
    """Notes which writing methods were called, which of them were awaited, and for whom.

    `saved_for` has the `user_id` of each thread that was handed to `save_thread`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.called: list[str] = []
        self.awaited: list[str] = []
        self.saved_for: list[Any] = []

    def save_thread(
        self, thread: ThreadMetadata, context: RequestContext
    ) -> "CoroutineType[Any, Any, None]":
        self.called.append("save_thread")
        self.saved_for.append(getattr(thread, "user_id", None))
        return self._note_awaited("save_thread", thread, context)

    def add_thread_item(
        self, thread_id: str, item: ThreadItem, context: RequestContext
    ) -> "CoroutineType[Any, Any, None]":
        self.called.append("add_thread_item")
        return self._note_awaited("add_thread_item", thread_id, item, context)

    def save_item(
        self, thread_id: str, item: ThreadItem, context: RequestContext
    ) -> "CoroutineType[Any, Any, None]":
        self.called.append("save_item")
        return self._note_awaited("save_item", thread_id, item, context)

    async def _note_awaited(self, name: str, *arguments: Any) -> None:
        self.awaited.append(name)
        await getattr(super(), name)(*arguments)


def inputs(random: Random) -> list[str]:
    """The users in order of their calls; the first one calls twice."""
    first_user, second_user = random.sample(USER_NAMES, 2)
    return [first_user, second_user, first_user]


async def observe(record_conversation: Any, users: list[str]) -> dict[str, Any]:
    """Let each user record a conversation in the same store.

    Returns:
        `{"calls": [...]}`: each call's outcome, as `attempt` records it, with all the user's
        `threads` after it, oldest first, and the list of `items` of each; the user ids that threads
        were `saved_for`, and the store's methods that were `forgotten`: called, and never awaited.
    """
    store = _RecordingStore()
    calls: list[dict[str, Any]] = []
    for user in users:
        context = RequestContext(user_id=user)
        store.called, store.awaited, store.saved_for = [], [], []
        call = await attempt(lambda context=context: record_conversation(store, context))
        call["saved_for"] = to_plain_json(store.saved_for)
        call["forgotten"] = sorted(Counter(store.called) - Counter(store.awaited))
        threads = (await store.load_threads(10, None, "asc", context)).data
        call["threads"] = to_plain_json(threads)
        call["items"] = [
            to_plain_json((await store.load_thread_items(thread.id, None, 50, "asc", context)).data)
            for thread in threads
        ]
        calls.append(call)
    return {"calls": calls}
