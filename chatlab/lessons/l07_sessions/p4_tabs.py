"""Part 07.4: one turn at a time, for each thread."""

import asyncio
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, passed

__all__ = ["tabs_inputs", "tabs_judged", "tabs_seen"]

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


def tabs_inputs(random: Random) -> dict[str, Any]:
    """Three messages for one thread, and two for others."""
    return {"messages": [f"Create a task: {task}" for task in random.sample(_TASKS, 5)]}


async def tabs_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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


def tabs_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Questions and answers in pairs, no thread waiting for another, no lock left behind."""
    messages = inputs["messages"]
    for one in (*seen["same"], *seen["apart"]):
        if "raised" in one:
            return [_broken(one["raised"])]
    if wrong := _crossed(messages[:3], seen):
        return [wrong]
    for message, one in zip(messages[3:], seen["apart"], strict=True):
        if one["value"] != f"Done: {message}":
            return [failed(f"send({message!r}) gave back {one['value']!r}.", "Return the answer.")]
    begins = [entry.partition(" ")[0] for entry in seen["log"]]
    if begins != ["begin", "begin", "end", "end"]:
        return [
            failed(
                "Two different threads waited for each other: everybody stands in one queue.",
                "One lock for each thread: keep them in a dictionary, by thread_id.",
            )
        ]
    if "stuck" in seen["after"]:
        return [
            failed(
                "After a turn that failed, the next one waited for ever.",
                "`async with lock:` gives the lock back, whatever happens inside.",
            )
        ]
    return [passed(2, "Two tabs take turns; two threads run side by side.")]


def _crossed(messages: list[str], seen: dict[str, Any]) -> Finding | None:
    items = [tuple(item) for item in seen["items"]]
    kept = [text for role, text in items if role == "user"]
    pairs = [entry for text in kept for entry in (("user", text), ("assistant", f"Done: {text}"))]
    if sorted(kept) != sorted(messages):
        return failed(
            f"{len(messages)} messages were sent; the thread holds {len(kept)} of them.",
            "Each message waits its turn; none is refused or lost.",
        )
    if items != pairs:
        return failed(
            "Three tabs spoke at once on one thread, and questions and answers are mixed up.",
            "The whole turn belongs inside the lock, and all tabs must share that one lock.",
        )
    for message, one in zip(messages, seen["same"], strict=True):
        if one["value"] != f"Done: {message}":
            return failed(
                f"send({message!r}) gave back {one['value']!r}.",
                "Return what super().send() returns: each tab gets its own answer.",
            )
    return None


def _broken(error: dict[str, Any]) -> Finding:
    at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    said = f"send() raised {error['type']}: {error['message']}"
    if error["type"] == "AttributeError" and "threads" in error["message"]:
        return failed(said, "Begin your __init__ with super().__init__(think).")
    if error["type"] == "TypeError" and "context manager" in error["message"]:
        return failed(said, "A lock of asyncio is entered with `async with`.")
    return failed(said, at)
