"""Part 06.1: what "its" means is found in the thread, however far back; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l06_memory.p1_its import LEVELS, QUESTION, named
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
        back = len(thread["rows"]) - thread["rows"].index(named(its))
        return failed(
            f"{called}: the task was named {back} items ago; the history ends before that.",
            "`thread.history` holds the newest 50. Follow `after` through the store, or raise "
            "`history_limit` in super().__init__().",
        )
    return _value_wrong(called, task, got)


def _value_wrong(called: str, task: dict[str, Any], got: str) -> Finding | None:
    words = set("".join(c if c.isalpha() else " " for c in got.replace(task["title"], "")).split())
    levels = [level for level in LEVELS if level in {word.lower() for word in words}]
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
