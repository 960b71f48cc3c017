"""Part 08.2: four leaks closed, and everything that belongs to the one who asks still there."""

import json
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import record_turn
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    reply_text,
)
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["inputs", "observe", "todo"]

_CHORES = ("repair the fence", "call the bank", "water the plants", "sell the car", "write home")


class _WatchedBook(TaskBook):
    """Notes whose rows left it through the two doors that do not ask who wants them."""

    def __init__(self, first_id: int) -> None:
        super().__init__(first_id)
        self.left: list[str] = []

    async def list(self, user_id: str) -> list[TaskRecord]:
        self.left.append(user_id)
        return await super().list(user_id)

    async def find(self, id: int) -> TaskRecord:
        task = await super().find(id)
        self.left.append(task.user_id)
        return task


def inputs(random: Random) -> dict[str, Any]:
    """Three people (one has nothing here), canaries, and where the numbers begin."""
    owner, other, nobody = random.sample(NAMES, 3)
    said, *titles = (f"canary-{random.getrandbits(32):08x}" for _ in range(3))
    chores = random.sample(_CHORES, 3)
    return {
        "owner": owner,
        "other": other,
        "nobody": nobody,
        "said": f"The door code is {said}",
        "titles": [f"{chore} {title}" for chore, title in zip(chores, titles, strict=False)],
        "others_title": chores[2],
        "canaries": [said, *titles],
        "first_id": random.randint(100, 800),
        "no_thread": f"thr_{random.getrandbits(128):032x}",
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Each tool, asked by the owner, by somebody else, and for what does not exist."""
    owner, other = inputs["owner"], inputs["other"]
    book = _WatchedBook(inputs["first_id"])
    server, why = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": why}
    tasks = [await book.create(owner, title) for title in inputs["titles"]]
    await book.create(other, inputs["others_title"])
    first = await _asked(server, inputs["said"], owner, "")
    thread = str(first["thread_id"])
    task, no_task = str(tasks[0].id), str(tasks[0].id + 99)

    async def tool(words: str, its: str, none: str, *, owner_last: bool = False) -> dict[str, Any]:
        asked = [("theirs", other, its), ("none", other, none)]
        asked.insert(2 if owner_last else 0, ("own", owner, its))
        seen: dict[str, Any] = {"its": its, "words": f"{words} {its}"}
        for name, who, what in asked:
            book.left.clear()
            seen[name] = await _asked(server, f"{words} {what}", who, what)
            seen[name]["left"] = list(book.left)
            seen[name]["done"] = (await book.get(owner, tasks[0].id)).done
        return seen

    seen = {
        "thread": await tool("Recap", thread, inputs["no_thread"]),
        "task": await tool("Show task", task, no_task),
        "argument": await tool("List tasks of", owner, inputs["nobody"]),
        "existence": await tool("Complete task", task, no_task, owner_last=True),
    }
    seen["argument"]["mine"] = await _asked(server, f"List tasks of {other}", other, other)
    if all(todo(one) for one in seen.values()):
        raise NotStarted
    return {"first": first, "tools": seen}


def todo(tool: dict[str, Any]) -> bool:
    """Whether any of the attempts met an answer that is not written yet."""
    return any(isinstance(one, dict) and "todo" in one for one in tool.values())


async def _asked(server: ChatKitServer[Any], text: str, user_id: str, named: str) -> dict[str, Any]:
    """One turn of a new thread: what was said, with `named` taken out in `alike`."""
    turn = server.send(text, RequestContext(user_id=user_id))
    try:
        seen = await record_turn(turn)
    except NotStarted:
        return {"todo": True}
    failed = " ".join(event["message"] for event in seen["events"] if event["type"] == "error")
    answer = reply_text(seen) + failed
    return {
        "answer": answer,
        "alike": answer.replace(named, "#") if named else answer,
        "events": json.dumps(seen["events"]),
        "raised": seen["raised"],
        "thread_id": turn.thread_id,
    }
