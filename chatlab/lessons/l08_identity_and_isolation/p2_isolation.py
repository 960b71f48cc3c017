"""Part 08.2: four leaks closed, and everything that belongs to the one who asks still there."""

import json
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import record_turn
from chatlab.course.findings import Finding, failed, passed
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.dialogue import (
    NAMES,
    explain_exception,
    explain_unmade,
    make_server,
    reply_text,
    shorten,
)
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["safe_inputs", "safe_judged", "safe_seen"]

_CHORES = ("repair the fence", "call the bank", "water the plants", "sell the car", "write home")
_TOOLS = {
    "thread": "recap",
    "task": "show_task",
    "argument": "list_tasks",
    "existence": "complete_task",
}
_REFUSALS = {"NotFoundError", "PermissionDenied"}


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


def safe_inputs(random: Random) -> dict[str, Any]:
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


async def safe_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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
    if all(_todo(one) for one in seen.values()):
        raise NotStarted
    return {"first": first, "tools": seen}


def _todo(tool: dict[str, Any]) -> bool:
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


def safe_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """A point for each leak that is closed; what belongs to the asker has to work."""
    if "unmade" in seen:
        return [explain_unmade("SafeTaskServer", seen["unmade"])]
    if (why := seen["first"].get("raised")) is not None:
        return [explain_exception(f"send({inputs['said']!r})", why)]
    tools = seen["tools"]
    return [_judged(leak, inputs, tools) for leak in _TOOLS]


def _judged(leak: str, inputs: dict[str, Any], tools: dict[str, Any]) -> Finding:
    tool, name = tools[leak], _TOOLS[leak]
    if _todo(tool):
        return failed(f"{name}() is not started.", "Write it where it says TODO.")
    if wrong := _crashed(tool, inputs) or _leaked(leak, tool, inputs):
        return wrong
    if wrong := _own_wrong(leak, tool, inputs):
        return wrong
    if leak == "existence" and (wrong := _told(inputs, tools)):
        return wrong
    return passed(1, f"{name}() keeps {inputs['owner']}'s things for {inputs['owner']}.")


def _crashed(tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    for who, one in (("own", "owner"), ("theirs", "other"), ("none", "other")):
        why = tool[who]["raised"]
        if why is not None and why["type"] not in _REFUSALS:
            what = tool["words"] if who != "none" else f"{tool['words']} (an unknown one)"
            return explain_exception(f"{inputs[one]} said {what!r}: it", why)
    return None


def _leaked(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, other, theirs = inputs["owner"], inputs["other"], tool["theirs"]
    out = any(canary in theirs["events"] for canary in inputs["canaries"])
    match leak:
        case "thread" if out:
            return failed(
                f"{other} knew the id of {owner}'s thread, and read what was said there.",
                "Ids get shared; check the owner: await self.thread(thread_id, context) does.",
            )
        case "task" if out:
            return failed(
                f"{other} said 'Show task {tool['its']}' and saw a task of {owner}.",
                f"We know who {other} is, not what they may do. Ask the book for a task of "
                "context.user_id.",
            )
        case "argument" if out:
            return failed(
                f"{other} said 'List tasks of {owner}' and got them.",
                "The name comes from whoever types it. Only the badge says who asks: "
                "context.user_id.",
            )
        case "argument" if owner in theirs["left"]:
            return failed(
                f"{other} said 'List tasks of {owner}'. You loaded them, then threw them away: "
                f"{owner}'s rows have already left the database.",
                "Ask only for what this user may see: self.book.list(context.user_id).",
            )
        case "existence" if theirs["done"]:
            return failed(
                f"{other} said 'Complete task {tool['its']}', and {owner}'s task is done now.",
                "We know who they are, not what they may do: complete(context.user_id, ...) looks.",
            )
        case _:
            return None


def _own_wrong(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, own = inputs["owner"], tool["own"]
    said, *titles = inputs["canaries"]
    wanted = {"thread": [said], "task": titles[:1], "argument": titles, "existence": []}[leak]
    if wanted and f"'{tool['its']}'" in own["answer"] and leak == "task":
        return failed(
            f"{owner} said {shorten(tool['words'])} and heard {shorten(own['answer'])}.",
            "The argument is a text, the book counts in numbers: int(task_id).",
        )
    if missing := [canary for canary in wanted if canary not in own["answer"]]:
        return failed(
            f"{owner} said {shorten(tool['words'])} and got {shorten(own['answer'])}: "
            f"{missing[0]} is missing.",
            "What is the asker's own must still be there.",
        )
    if leak == "existence" and not own["done"]:
        return failed(
            f"{owner} said {shorten(tool['words'])}, and her or his own task is not done.",
            "Complete it for context.user_id.",
        )
    if leak == "argument" and inputs["others_title"] not in tool["mine"].get("answer", ""):
        return failed(
            f"{inputs['other']} listed their own tasks and got "
            f"{shorten(tool['mine'].get('answer', ''))}.",
            "List the tasks of context.user_id.",
        )
    return None


def _told(inputs: dict[str, Any], tools: dict[str, Any]) -> Finding | None:
    """Whether any answer differs between somebody's thing and nobody's."""
    for tool in tools.values():
        if _todo(tool):
            continue
        theirs, none = tool["theirs"], tool["none"]
        if any(canary in theirs["events"] for canary in inputs["canaries"]):
            continue
        if (theirs["alike"], _kind(theirs)) != (none["alike"], _kind(none)):
            return failed(
                f"{inputs['other']} said {shorten(tool['words'])} and heard "
                f"{shorten(theirs['answer'])}. For one that nobody has: {shorten(none['answer'])}.",
                "'Forbidden' confirms that it exists. Let both end in the same words.",
            )
    return None


def _kind(one: dict[str, Any]) -> str | None:
    return None if one["raised"] is None else str(one["raised"]["type"])
