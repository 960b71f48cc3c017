"""Part 06.1: what "its" means is found in the thread, however far back."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l06_memory.threads import filled
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
    run_turn,
)
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook

__all__ = ["LEVELS", "QUESTION", "inputs", "named", "observe"]

QUESTION = "What's its priority?"


_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a train"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


LEVELS = ("low", "normal", "high")


def inputs(random: Random) -> dict[str, Any]:
    """Two people, their tasks, and threads in which tools name them."""
    one, two = random.sample(NAMES, 2)
    chores = [f"{chore} {random.randint(10, 99)}" for chore in random.sample(_CHORES, 9)]
    owners = (one, one, one, two, one, one, one, one, two)
    tasks = [_task(random, *row) for row in zip(owners, chores, strict=True)]
    small, weather = _talk(random, 4), ["tool", "look_up_weather", None]
    far = _talk(random, 2 * random.randint(32, 45))
    threads = [
        _thread(one, 0, "near", [named(0), *small]),
        _thread(one, 1, "turned back", [named(1), named(2), *small, named(1), weather]),
        _thread(two, 3, "near", [named(3), *small, weather]),
        _thread(one, None, "none", [*small, weather]),
        _thread(one, 4, "far", [*small, named(5), named(4), *far, weather, *small]),
    ]
    return {"tasks": tasks, "threads": threads, "first_id": random.randint(200, 900)}


def _task(random: Random, user: str, title: str) -> dict[str, Any]:
    """A task whose priority has changed since it was created."""
    was, now = random.sample(LEVELS, 2)
    return {"user": user, "title": title, "was": was, "now": now}


def _thread(user: str, its: int | None, kind: str, rows: list[Any]) -> dict[str, Any]:
    return {"user": user, "its": its, "kind": kind, "rows": rows}


def named(task: int) -> list[Any]:
    """A row of the conversation in which a tool has shown this task."""
    return ["tool", "show_task", task]


def _talk(random: Random, count: int) -> list[Any]:
    words = [text for _ in range(-(-count // 8)) for text in random_messages(random, 8)]
    return [["user" if n % 2 == 0 else "assistant", text] for n, text in enumerate(words[:count])]


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """First people create tasks in turns; then questions in threads that others have written."""
    book = TaskBook(inputs["first_id"])
    server, why = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": why}
    lived = await _lived(server, book, inputs["tasks"][6:])
    numbers: list[int] = []
    for task in inputs["tasks"][:6]:
        kept = await book.create(task["user"], task["title"], task["was"])
        await book.set_priority(task["user"], kept.id, task["now"])
        numbers.append(kept.id)
    asked: list[dict[str, Any]] = []
    for thread in inputs["threads"]:
        context = RequestContext(user_id=thread["user"])
        there = await filled(server.store, _rows(thread["rows"], numbers), context)
        asked.append(await run_turn(server, QUESTION, thread["user"], there.id))
    return {"lived": lived, "asked": asked}


def _rows(rows: list[Any], numbers: list[int]) -> list[Any]:
    """The rows as items say it: a tool that names a task has its number in its output."""
    made: list[Any] = []
    for role, text, *task in rows:
        if role != "tool":
            made.append([role, text])
        elif task[0] is None:
            made.append([role, text, None if len(made) % 2 else {"degrees": 12}])
        else:
            made.append([role, text, {"id": numbers[task[0]]}])
    return made


async def _lived(server: ChatKitServer[Any], book: TaskBook, tasks: list[Any]) -> list[Any] | None:
    """Two people create tasks, the first in two threads; then the first asks in the first.

    None where the server creates no tasks: nothing in this part asks for that.
    """
    threads: list[str] = []
    for task in tasks:
        turn = await run_turn(server, f"Create a task: {task['title']}", task["user"])
        own = [one for one in await book.list(task["user"]) if one.title == task["title"]]
        if not own or not any(_names(item, own[0].id) for item in turn["saved"]):
            return None
        await book.set_priority(task["user"], own[0].id, task["now"])
        threads.append(turn["thread_id"])
    return [
        await run_turn(server, QUESTION, task["user"], thread)
        for task, thread in zip(tasks, threads, strict=True)
    ]


def _names(item: dict[str, Any], id: int) -> bool:
    output = item.get("output")
    return isinstance(output, dict) and output.get("id") == id
