"""Part 06.1: a server finds in the thread which task "its" means, however far back."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l06_memory.thread_fixtures import write_thread
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, run_turn
from chatlab.server import ChatKitServer
from chatlab.taskbook import TaskBook

__all__ = ["PRIORITIES", "QUESTION", "inputs", "observe", "show_task_row"]

QUESTION = "What's its priority?"


_TASK_TITLES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a train"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


PRIORITIES = ("low", "normal", "high")


def inputs(random: Random) -> dict[str, Any]:
    """Two users, their tasks, and threads whose rows show some of the tasks.

    A thread's `its` is the index of the task that "its" means in it; None where there is none.
    The farthest is one of the newest 60 items, and not of the newest 50.
    """
    users = random.sample(USER_NAMES, 2)
    first_user, second_user = users
    titles = [f"{title} {random.randint(10, 99)}" for title in random.sample(_TASK_TITLES, 9)]
    owners = [users[index] for index in (0, 0, 0, 1, 0, 0, 0, 0, 1)]
    tasks = [_task_input(random, *row) for row in zip(owners, titles, strict=True)]
    small_talk = _small_talk_rows(random, 4)
    weather = ["tool", "look_up_weather", None]
    long_talk = _small_talk_rows(random, 2 * random.randint(24, 26))
    show_rows = [show_task_row(index) for index in range(6)]
    far_rows = [*small_talk, show_rows[5], show_rows[4], *long_talk, weather, *small_talk]
    back_rows = [*show_rows[1:3], *small_talk, show_rows[1], weather]
    threads = [
        _thread_input(first_user, 0, "near", [show_rows[0], *small_talk]),
        _thread_input(first_user, 1, "turned back", back_rows),
        _thread_input(second_user, 3, "near", [show_rows[3], *small_talk, weather]),
        _thread_input(first_user, None, "none", [*small_talk, weather]),
        _thread_input(first_user, 4, "far", far_rows),
    ]
    return {"tasks": tasks, "threads": threads, "first_id": random.randint(200, 900)}


def _task_input(random: Random, user: str, title: str) -> dict[str, Any]:
    """A task whose priority has changed since it was created."""
    old_priority, new_priority = random.sample(PRIORITIES, 2)
    return {"user": user, "title": title, "was": old_priority, "now": new_priority}


def _thread_input(
    user: str, expected_task: int | None, kind: str, rows: list[Any]
) -> dict[str, Any]:
    return {"user": user, "its": expected_task, "kind": kind, "rows": rows}


def show_task_row(task_index: int) -> list[Any]:
    """The row of a tool item whose output will have the id of the task with this index."""
    return ["tool", "show_task", task_index]


def _small_talk_rows(random: Random, count: int) -> list[Any]:
    """`count` rows in which user and assistant take turns, and name no task."""
    texts = [text for _ in range(-(-count // 8)) for text in random_messages(random, 8)]
    roles = ("user", "assistant")
    return [[roles[index % 2], text] for index, text in enumerate(texts[:count])]


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask the question in threads that the server wrote itself, then in the threads of the inputs.

    `own_threads` holds the turns of the former, `written_threads` those of the latter.
    """
    book = TaskBook(inputs["first_id"])
    server, problem = make_server(lambda: subject(book))
    if server is None:
        return {"unmade": problem}
    own_turns = await _create_tasks_and_ask(server, book, inputs["tasks"][6:])
    task_ids: list[int] = []
    for task in inputs["tasks"][:6]:
        stored_task = await book.create(task["user"], task["title"], task["was"])
        await book.set_priority(task["user"], stored_task.id, task["now"])
        task_ids.append(stored_task.id)
    written_turns: list[dict[str, Any]] = []
    for thread in inputs["threads"]:
        context = RequestContext(user_id=thread["user"])
        rows = _rows_with_task_ids(thread["rows"], task_ids)
        stored_thread = await write_thread(server.store, rows, context)
        written_turns.append(await run_turn(server, QUESTION, thread["user"], stored_thread.id))
    return {"own_threads": own_turns, "written_threads": written_turns}


def _rows_with_task_ids(rows: list[Any], task_ids: list[int]) -> list[Any]:
    """The rows for `build_item`: a tool that shows a task has its id in its output."""
    rows_with_ids: list[Any] = []
    for role, content, *task_index in rows:
        if role != "tool":
            rows_with_ids.append([role, content])
        elif task_index[0] is None:
            output = None if len(rows_with_ids) % 2 else {"degrees": 12}
            rows_with_ids.append([role, content, output])
        else:
            rows_with_ids.append([role, content, {"id": task_ids[task_index[0]]}])
    return rows_with_ids


async def _create_tasks_and_ask(
    server: ChatKitServer[Any], book: TaskBook, tasks: list[Any]
) -> list[Any] | None:
    """Create each task in a thread of its own, then ask the question in each: the latter turns.

    None where the server creates no tasks: nothing in this part asks for that.
    """
    thread_ids: list[str] = []
    for task in tasks:
        turn = await run_turn(server, f"Create a task: {task['title']}", task["user"])
        user_tasks = await book.list(task["user"])
        task_ids = [stored.id for stored in user_tasks if stored.title == task["title"]]
        if not task_ids or not any(
            _has_task_in_output(item, task_ids[0]) for item in turn["saved"]
        ):
            return None
        await book.set_priority(task["user"], task_ids[0], task["now"])
        thread_ids.append(turn["thread_id"])
    return [
        await run_turn(server, QUESTION, task["user"], thread_id)
        for task, thread_id in zip(tasks, thread_ids, strict=True)
    ]


def _has_task_in_output(item: dict[str, Any], task_id: int) -> bool:
    output = item.get("output")
    return isinstance(output, dict) and output.get("id") == task_id
