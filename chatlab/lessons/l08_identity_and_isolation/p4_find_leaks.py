"""Part 08.4: a function that attacks a server, and reports which leaks it has."""

from itertools import combinations
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook

__all__ = ["LEAKS", "inputs", "observe"]

LEAKS = ("thread", "task", "argument", "existence")


_VICTIM = "alice"


_TASK_TITLES = (
    "repair the fence",
    "call the bank",
    "water the plants",
    "sell the car",
    "write home",
)


_REFUSALS = (
    "Forbidden.",
    "You may not touch task {id}.",
    "Task {id} belongs to another customer.",
    "Sorry, {id} is private.",
)


def inputs(random: Random) -> list[dict[str, Any]]:
    """A scenario for every set of leaks, in random order, each with canaries and ids of its own.

    The first server is never the one with all leaks: what is carried over from one to the next
    shows only where something can be added.
    """
    leak_sets = [list(leaks) for size in range(5) for leaks in combinations(LEAKS, size)]
    random.shuffle(leak_sets)
    leak_sets.sort(key=lambda leaks: len(leaks) == len(LEAKS))
    return [
        {
            "planted": leaks,
            "first_id": random.randint(20, 900),
            "code": f"canary-{random.getrandbits(32):08x}",
            "titles": [
                f"{title} canary-{random.getrandbits(32):08x}"
                for title in random.sample(_TASK_TITLES, random.randint(2, 4))
            ],
            "refusal": random.choice(_REFUSALS),
        }
        for leaks in leak_sets
    ]


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the attack reports of each server, and what of the victim's has changed after it."""
    return [await _run_attack(subject, scenario) for scenario in inputs]


async def _run_attack(subject: Any, scenario: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the attack as `report`, and the names of what has `changed`."""
    from chatlab.lessons.l08_identity_and_isolation.leaky_server import GUARDS, ask, task_server

    victim = RequestContext(user_id=_VICTIM)
    book = TaskBook(scenario["first_id"])
    server_class = task_server(set(GUARDS) - set(scenario["planted"]))
    server: ChatKitServer[Any] = server_class(book, scenario["refusal"])
    _, thread_id = await ask(server, f"My door code is {scenario['code']}", victim)
    for title in scenario["titles"]:
        await ask(server, f"Create a task: {title}", victim, thread_id)
    before = await _snapshot_victim(server, book, thread_id)
    report = await attempt(lambda: subject(server, thread_id, RequestContext(user_id="mallory")))
    after = await _snapshot_victim(server, book, thread_id)
    return {"report": report, "changed": [name for name in before if before[name] != after[name]]}


async def _snapshot_victim(
    server: ChatKitServer[Any], book: TaskBook, thread_id: str
) -> dict[str, Any]:
    """The victim's tasks, the ids of their threads, and those of the items of this thread."""
    victim = RequestContext(user_id=_VICTIM)
    thread_ids = [thread.id for thread in (await server.threads(victim, limit=1000)).data]
    items: list[str] = []
    if thread_id in thread_ids:
        thread = await server.thread(thread_id, victim, limit=1000)
        items = [item.id for item in thread.items.data]
    return {
        "tasks": await book.list(_VICTIM),
        "conversations": thread_ids,
        "messages": items,
    }
