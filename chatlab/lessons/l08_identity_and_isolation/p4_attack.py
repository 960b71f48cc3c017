"""Part 08.4: an attack that finds the leaks which were planted, and no others."""

from itertools import combinations
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook

__all__ = ["LEAKS", "inputs", "observe"]

LEAKS = ("thread", "task", "argument", "existence")


_VICTIM = "alice"


_CHORES = ("repair the fence", "call the bank", "water the plants", "sell the car", "write home")


_REFUSALS = (
    "Forbidden.",
    "You may not touch task {id}.",
    "Task {id} belongs to another customer.",
    "Sorry, {id} is private.",
)


def inputs(random: Random) -> list[dict[str, Any]]:
    """Every set of leaks once, in any order, each with its own canaries, numbers and words."""
    sets = [list(some) for size in range(5) for some in combinations(LEAKS, size)]
    random.shuffle(sets)
    return [
        {
            "planted": planted,
            "first_id": random.randint(20, 900),
            "code": f"canary-{random.getrandbits(32):08x}",
            "titles": [
                f"{chore} canary-{random.getrandbits(32):08x}"
                for chore in random.sample(_CHORES, random.randint(2, 4))
            ],
            "refusal": random.choice(_REFUSALS),
        }
        for planted in sets
    ]


async def observe(subject: Any, inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the attack says of each server, and whether it left the victim's things alone."""
    return [await _attacked(subject, world) for world in inputs]


async def _attacked(subject: Any, world: dict[str, Any]) -> dict[str, Any]:
    from chatlab.lessons.l08_identity_and_isolation.leaky_server import GUARDS, ask, task_server

    alice = RequestContext(user_id=_VICTIM)
    book = TaskBook(world["first_id"])
    kind = task_server(set(GUARDS) - set(world["planted"]))
    server: ChatKitServer[Any] = kind(book, world["refusal"])
    _, thread_id = await ask(server, f"My door code is {world['code']}", alice)
    for title in world["titles"]:
        await ask(server, f"Create a task: {title}", alice, thread_id)
    before = await _belongings(server, book, thread_id)
    said = await attempt(lambda: subject(server, thread_id, RequestContext(user_id="mallory")))
    after = await _belongings(server, book, thread_id)
    return {"said": said, "changed": [name for name in before if before[name] != after[name]]}


async def _belongings(server: ChatKitServer[Any], book: TaskBook, thread_id: str) -> dict[str, Any]:
    alice = RequestContext(user_id=_VICTIM)
    kept = [thread.id for thread in (await server.threads(alice, limit=1000)).data]
    items: list[str] = []
    if thread_id in kept:
        thread = await server.thread(thread_id, alice, limit=1000)
        items = [item.id for item in thread.items.data]
    return {
        "tasks": await book.list(_VICTIM),
        "conversations": kept,
        "messages": items,
    }
