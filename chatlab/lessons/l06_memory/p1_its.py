"""Part 06.1: what "its" means is found in the thread, however far back."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l06_memory.threads import filled
from chatlab.lessons.support.dialogue import (
    NAMES,
    explain_unmade,
    make_server,
    random_messages,
    reply_text,
    run_turn,
    shorten,
    turn_problem,
)
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook

__all__ = ["its_inputs", "its_judged", "its_seen"]

QUESTION = "What's its priority?"
_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a train"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)
_LEVELS = ("low", "normal", "high")


def its_inputs(random: Random) -> dict[str, Any]:
    """Two people, their tasks, and threads in which tools name them."""
    one, two = random.sample(NAMES, 2)
    chores = [f"{chore} {random.randint(10, 99)}" for chore in random.sample(_CHORES, 9)]
    owners = (one, one, one, two, one, one, one, one, two)
    tasks = [_task(random, *row) for row in zip(owners, chores, strict=True)]
    small, weather = _talk(random, 4), ["tool", "look_up_weather", None]
    far = _talk(random, 2 * random.randint(32, 45))
    threads = [
        _thread(one, 0, "near", [_named(0), *small]),
        _thread(one, 1, "turned back", [_named(1), _named(2), *small, _named(1), weather]),
        _thread(two, 3, "near", [_named(3), *small, weather]),
        _thread(one, None, "none", [*small, weather]),
        _thread(one, 4, "far", [*small, _named(5), _named(4), *far, weather, *small]),
    ]
    return {"tasks": tasks, "threads": threads, "first_id": random.randint(200, 900)}


def _task(random: Random, user: str, title: str) -> dict[str, Any]:
    """A task whose priority has changed since it was created."""
    was, now = random.sample(_LEVELS, 2)
    return {"user": user, "title": title, "was": was, "now": now}


def _thread(user: str, its: int | None, kind: str, rows: list[Any]) -> dict[str, Any]:
    return {"user": user, "its": its, "kind": kind, "rows": rows}


def _named(task: int) -> list[Any]:
    return ["tool", "show_task", task]


def _talk(random: Random, count: int) -> list[Any]:
    words = [text for _ in range(-(-count // 8)) for text in random_messages(random, 8)]
    return [["user" if n % 2 == 0 else "assistant", text] for n, text in enumerate(words[:count])]


async def its_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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


def its_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each answer names the right task and its priority as it is now."""
    if "unmade" in seen:
        return [explain_unmade("ContextServer", seen["unmade"])]
    tasks = inputs["tasks"]
    for n, turn in enumerate(seen["lived"] or ()):
        if wrong := _lived_wrong(tasks, n + 6, turn):
            return [wrong]
    for thread, turn in zip(inputs["threads"], seen["asked"], strict=True):
        if wrong := _wrong(tasks, thread, turn):
            return [wrong]
    return [passed(3, "“Its” is the last task that this thread names, even far back.")]


def _lived_wrong(tasks: list[Any], its: int, turn: dict[str, Any]) -> Finding | None:
    task, got = tasks[its], reply_text(turn)
    called = f"{task['user']} asks {QUESTION!r}"
    if wrong := _broken(called, turn):
        return wrong
    others = [one for one in tasks[6:] if one["title"] in got and one is not task]
    if others and others[0]["user"] != task["user"]:
        name, other = task["user"].title(), others[0]["user"].title()
        return failed(
            f"{name} got {other}'s value: one server serves everybody.",
            "Keep nothing about a conversation on `self`: the thread has it.",
        )
    if others:
        return failed(
            f"{called} in one thread and hears of {others[0]['title']!r}, from another thread.",
            "Keep nothing about a conversation on `self`: look into `thread`, this one.",
        )
    return _value_wrong(called, task, got)


def _wrong(tasks: list[Any], thread: dict[str, Any], turn: dict[str, Any]) -> Finding | None:
    called = f"send({QUESTION!r})"
    if wrong := _broken(called, turn):
        return wrong
    got, its = reply_text(turn), thread["its"]
    told = [n for n, one in enumerate(tasks) if one["title"] in got]
    here = [row[2] for row in thread["rows"] if row[0] == "tool" and row[2] is not None]
    if any(n not in here for n in told):
        title = tasks[next(n for n in told if n not in here)]["title"]
        return failed(
            f"{called}: the answer is about {title!r}. Nobody spoke of it in this thread.",
            "The book holds the tasks of all threads; look for the tool items of this one.",
        )
    if its is None:
        return None
    task = tasks[its]
    if its not in told and told:
        return failed(
            f"{called}: {tasks[told[0]]['title']!r} was named too, but {task['title']!r} later.",
            "Begin with the newest item and go back until a tool item names a task.",
        )
    if len(told) > 1:
        return failed(f"{called}: the answer names {len(told)} tasks.", "“Its” is one: the last.")
    if not told and thread["kind"] == "far":
        back = len(thread["rows"]) - thread["rows"].index(_named(its))
        return failed(
            f"{called}: the task was named {back} items ago; the history ends before that.",
            "`thread.history` holds the newest 50. Follow `after` through the store, or raise "
            "`history_limit` in super().__init__().",
        )
    return _value_wrong(called, task, got)


def _value_wrong(called: str, task: dict[str, Any], got: str) -> Finding | None:
    words = set("".join(c if c.isalpha() else " " for c in got.replace(task["title"], "")).split())
    levels = [level for level in _LEVELS if level in {word.lower() for word in words}]
    if task["title"] not in got:
        return failed(
            f"{called}: the answer should be about {task['title']!r}; got {shorten(got)}.",
            "Another process may have written the thread. What names a task is a tool item with "
            "an `id` in its output.",
        )
    if levels == [task["now"]]:
        return None
    if levels == [task["was"]]:
        return failed(
            f"{called}: the priority was {task['was']!r}, and has become {task['now']!r} since.",
            "The thread says which task; the book says how it is now: self.book.get(...).",
        )
    return failed(
        f"{called}: expected the title and the priority {task['now']!r}; got {shorten(got)}.",
        "`await self.book.get(context.user_id, id)` gives you the task.",
    )


def _broken(called: str, turn: dict[str, Any]) -> Finding | None:
    why = turn["raised"]
    if why is not None and why["type"] in {"KeyError", "TypeError", "AttributeError"}:
        return failed(
            f"{called} raised {why['type']}: {why['message']}. Not every tool names a task.",
            "An output may be None, or have no id. Then go on to the item before it.",
        )
    if why is not None and why["type"] == "NotFoundError":
        return failed(
            f"{called} raised {why['type']}: {why['message']}",
            "That id is from somewhere else: one server serves everybody. Keep nothing about a "
            "conversation on `self`: the thread has it.",
        )
    if why is not None and why["type"] in {"IndexError", "StopIteration", "StopAsyncIteration"}:
        return failed(
            f"{called} raised {why['type']}: no tool item of this thread names a task.",
            "Then there is no “it” yet. Ask which task is meant.",
        )
    if wrong := turn_problem(called, turn):
        return wrong
    if not reply_text(turn).strip():
        return failed(
            f"{called}: there was no answer.",
            "Where no task was named, ask which one is meant. Silence looks like a broken chat.",
        )
    return None
