"""Judges part 06.1: which task each answer names, and which priority."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l06_memory.p1_pronoun import PRIORITIES, QUESTION, show_task_row
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Each answer names the last task of its thread, and its priority as it is now."""
    if "unmade" in observation:
        return [explain_no_server("ContextServer", observation["unmade"])]
    tasks = inputs["tasks"]
    for index, turn in enumerate(observation["own_threads"] or ()):
        if wrong := _own_thread_wrong(tasks, index + 6, turn):
            return [wrong]
    for thread, turn in zip(inputs["threads"], observation["written_threads"], strict=True):
        if wrong := _written_thread_wrong(tasks, thread, turn):
            return [wrong]
    return [passed(3, "“Its” is the last task that this thread names, even far back.")]


def _own_thread_wrong(tasks: list[Any], task_index: int, turn: dict[str, Any]) -> Finding | None:
    """What is wrong with the answer in a thread that the learner's server wrote itself."""
    task, got = tasks[task_index], reply_text(turn)
    called = f"{task['user']} asks {QUESTION!r}"
    if wrong := _turn_wrong(called, turn):
        return wrong
    others = (other for other in tasks[6:] if other is not task and other["title"] in got)
    other_task = next(others, None)
    if other_task and other_task["user"] != task["user"]:
        name, other_name = task["user"].title(), other_task["user"].title()
        return failed(
            f"{name} got {other_name}'s value: one server serves everybody.",
            "Keep nothing about a conversation on `self`: the thread has it.",
        )
    if other_task:
        return failed(
            f"{called} in one thread and is told about {other_task['title']!r}, from another "
            "thread.",
            "Neither `self` nor the book knows which thread this is: look into `thread`, this one.",
        )
    return _priority_wrong(called, task, got)


def _written_thread_wrong(
    tasks: list[Any], thread: dict[str, Any], turn: dict[str, Any]
) -> Finding | None:
    """What is wrong with the answer in a thread that was written for the check."""
    called = f"send({QUESTION!r})"
    if wrong := _turn_wrong(called, turn):
        return wrong
    got, expected_index = reply_text(turn), thread["its"]
    named_indexes = [index for index, task in enumerate(tasks) if task["title"] in got]
    thread_indexes = [row[2] for row in thread["rows"] if row[0] == "tool" and row[2] is not None]
    if foreign_indexes := [index for index in named_indexes if index not in thread_indexes]:
        title = tasks[foreign_indexes[0]]["title"]
        return failed(
            f"{called}: the answer is about {title!r}. Nobody spoke of it in this thread.",
            "The book holds the tasks of all threads; look for the tool items of this one.",
        )
    if expected_index is None:
        return None
    task = tasks[expected_index]
    if expected_index not in named_indexes and named_indexes:
        title = tasks[named_indexes[0]]["title"]
        return failed(
            f"{called}: {title!r} was named too, but {task['title']!r} later.",
            "Begin with the newest item and go back until a tool item names a task.",
        )
    if len(named_indexes) > 1:
        return failed(
            f"{called}: the answer names {len(named_indexes)} tasks.",
            "“Its” means one task: the last one named.",
        )
    if not named_indexes and thread["kind"] == "far":
        items_back = len(thread["rows"]) - thread["rows"].index(show_task_row(expected_index))
        return failed(
            f"{called}: the task was named {items_back} items ago; the history ends before that.",
            "`thread.history` holds the newest 50. Follow `after` through the store, or raise "
            "`history_limit` in super().__init__().",
        )
    return _priority_wrong(called, task, got)


def _priority_wrong(called: str, task: dict[str, Any], got: str) -> Finding | None:
    answer = got.replace(task["title"], "").lower()
    words = "".join(char if char.isalpha() else " " for char in answer).split()
    priorities = [priority for priority in PRIORITIES if priority in words]
    if task["title"] not in got:
        return failed(
            f"{called}: the answer should be about {task['title']!r}; got {shorten(got)}.",
            "Another process may have written the thread. What names a task is a tool item with "
            "an `id` in its output.",
        )
    if priorities == [task["now"]]:
        return None
    if priorities == [task["was"]]:
        return failed(
            f"{called}: the priority was {task['was']!r}, and has become {task['now']!r} since.",
            "The thread says which task; the book says how it is now: self.book.get(...).",
        )
    return failed(
        f"{called}: expected the title and the priority {task['now']!r}; got {shorten(got)}.",
        "`await self.book.get(context.user_id, id)` gives you the task.",
    )


def _turn_wrong(called: str, turn: dict[str, Any]) -> Finding | None:
    """What is wrong with the turn, whatever it should have answered."""
    error = turn["raised"]
    if error is not None and error["type"] in {"KeyError", "TypeError", "AttributeError"}:
        return failed(
            f"{called} raised {error['type']}: {error['message']}. Not every tool names a task.",
            "An output may be None, or have no id. Then go on to the item before it.",
        )
    if error is not None and error["type"] == "NotFoundError":
        return failed(
            f"{called} raised {error['type']}: {error['message']}",
            "That id is from somewhere else: one server serves everybody. Keep nothing about a "
            "conversation on `self`: the thread has it.",
        )
    if error is not None and error["type"] in {"IndexError", "StopIteration", "StopAsyncIteration"}:
        return failed(
            f"{called} raised {error['type']}: no tool item of this thread names a task.",
            "Then there is no “it” yet. Ask which task is meant.",
        )
    if wrong := turn_wrong(called, turn):
        return wrong
    if not reply_text(turn).strip():
        return failed(
            f"{called}: there was no answer.",
            "Where no task was named, ask which one is meant. Silence looks like a broken chat.",
        )
    return None
