"""Part 07.4: a server that runs one turn of a thread at a time."""

import asyncio
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt

__all__ = ["inputs", "observe"]

_TASKS = ("milk", "bread", "plants", "taxes", "laundry", "letters", "bicycle", "dentist")


_MODEL_LOOP_ITERATIONS = 4


_LOCK_TIMEOUT_SECONDS = 1.0


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
    """Send three messages to one thread at once, two to two threads, one after a failed turn."""
    messages = inputs["messages"]
    model = FakeModel()
    server = subject(model)
    same_thread_results = await asyncio.gather(
        *(attempt(lambda text=text: server.send("thr_1", text)) for text in messages[:3])
    )
    items = list(getattr(server, "threads", {}).get("thr_1", []))
    model.log.clear()
    other_threads_results = await asyncio.gather(
        attempt(lambda: server.send("thr_2", messages[3])),
        attempt(lambda: server.send("thr_3", messages[4])),
    )
    log = list(model.log)
    model.should_fail = True
    await attempt(lambda: server.send("thr_4", messages[0]))
    model.should_fail = False
    return {
        "same_thread": same_thread_results,
        "items": items,
        "other_threads": other_threads_results,
        "log": log,
        "after": await _attempt_with_timeout(server.send("thr_4", messages[1])),
    }


async def _attempt_with_timeout(turn: Any) -> dict[str, Any]:
    """The outcome of what `server.send()` gave; `{"stuck": True}` if it waits for too long."""
    try:
        async with asyncio.timeout(_LOCK_TIMEOUT_SECONDS):
            return await attempt(turn)
    except TimeoutError:
        return {"stuck": True}
