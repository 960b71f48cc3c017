"""Part 07.4: a server that runs one turn of a thread at a time."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt

__all__ = ["inputs", "observe"]

_TASKS = ("milk", "bread", "plants", "taxes", "laundry", "letters", "bicycle", "dentist")


_MODEL_LOOP_ITERATIONS = 4


_LOCK_TIMEOUT_SECONDS = 0.5


class FakeModel:
    """What the server awaits in each turn; it takes a few iterations of the event loop.

    `log` has `"begin thr_1"` and `"end thr_1"`, in the order in which they happened.
    """

    def __init__(self) -> None:
        self.log: list[str] = []
        self.should_fail = False

    async def __call__(self, thread_id: str) -> None:
        self.log.append(f"begin {thread_id}")
        for _ in range(_MODEL_LOOP_ITERATIONS):
            await asyncio.sleep(0)
        if self.should_fail:
            raise RuntimeError("the model broke off")
        self.log.append(f"end {thread_id}")


def inputs(random: Random) -> dict[str, Any]:
    """Three messages for one thread, and one each for two others."""
    return {"messages": [f"Create a task: {task}" for task in random.sample(_TASKS, 5)]}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send three messages to one thread at once, two to two threads, one after a failed turn.

    `locks` counts the different asyncio.Lock objects that the first three turns took, and
    `same_log` is what the model noted meanwhile.
    """
    messages = inputs["messages"]
    model = FakeModel()
    server = subject(model)
    with _note_locks() as locks:
        same_thread_results = await asyncio.gather(
            *(_attempt_in_time(server, "thr_1", text) for text in messages[:3])
        )
    items = list(getattr(server, "threads", {}).get("thr_1", []))
    same_log = list(model.log)
    model.log.clear()
    other_threads_results = await asyncio.gather(
        _attempt_in_time(server, "thr_2", messages[3]),
        _attempt_in_time(server, "thr_3", messages[4]),
    )
    log = list(model.log)
    model.should_fail = True
    await _attempt_in_time(server, "thr_4", messages[0])
    model.should_fail = False
    return {
        "same_thread": same_thread_results,
        "same_log": same_log,
        "locks": len(locks),
        "items": items,
        "other_threads": other_threads_results,
        "log": log,
        "after": await _attempt_in_time(server, "thr_4", messages[1]),
    }


@contextmanager
def _note_locks() -> Generator[list[asyncio.Lock]]:
    """In the block, collect each lock that is acquired."""
    acquire = asyncio.Lock.acquire
    locks: list[asyncio.Lock] = []

    async def note_and_acquire(self: asyncio.Lock) -> bool:
        if not any(lock is self for lock in locks):
            locks.append(self)
        return await acquire(self)

    asyncio.Lock.acquire = note_and_acquire  # type: ignore[method-assign]
    try:
        yield locks
    finally:
        asyncio.Lock.acquire = acquire  # type: ignore[method-assign]


async def _attempt_in_time(server: Any, thread_id: str, message: str) -> dict[str, Any]:
    """The outcome of `server.send()`; `{"stuck": True}` if it waits for too long."""
    try:
        async with asyncio.timeout(_LOCK_TIMEOUT_SECONDS):
            return await attempt(lambda: server.send(thread_id, message))
    except TimeoutError:
        return {"stuck": True}
