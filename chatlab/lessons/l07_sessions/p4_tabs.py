"""Part 07.4: one turn at a time, for each thread."""

import asyncio
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt

__all__ = ["inputs", "observe"]

_TASKS = ("milk", "bread", "plants", "taxes", "laundry", "letters", "bicycle", "dentist")


_STEPS = 4


_PATIENCE = 1.0


class Thinking:
    """The model behind the server: takes a few turns of the loop, and notes when."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.fails = False

    async def __call__(self, thread_id: str) -> None:
        self.log.append(f"begin {thread_id}")
        for _ in range(_STEPS):
            await asyncio.sleep(0)
        if self.fails:
            raise RuntimeError("the model broke off")
        self.log.append(f"end {thread_id}")


def inputs(random: Random) -> dict[str, Any]:
    """Three messages for one thread, and two for others."""
    return {"messages": [f"Create a task: {task}" for task in random.sample(_TASKS, 5)]}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Three tabs on one thread at once; two threads at once; a turn after one that failed."""
    one, two, three, four, five = inputs["messages"]
    think = Thinking()
    server = subject(think)
    same = await asyncio.gather(
        *(attempt(lambda text=text: server.send("thr_1", text)) for text in (one, two, three))
    )
    items = list(getattr(server, "threads", {}).get("thr_1", []))
    think.log.clear()
    apart = await asyncio.gather(
        attempt(lambda: server.send("thr_2", four)), attempt(lambda: server.send("thr_3", five))
    )
    log = list(think.log)
    think.fails = True
    await attempt(lambda: server.send("thr_4", one))
    think.fails = False
    return {
        "same": same,
        "items": items,
        "apart": apart,
        "log": log,
        "after": await _within(server.send("thr_4", two)),
    }


async def _within(work: Any) -> dict[str, Any]:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await attempt(work)
    except TimeoutError:
        return {"stuck": True}
