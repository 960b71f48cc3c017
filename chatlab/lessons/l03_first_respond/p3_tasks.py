"""Part 03.3: run turns of two of the learner's `TaskServer`s, each with a task book."""

from contextlib import suppress
from random import Random
from typing import Any

from chatlab.course.checking.as_data import to_plain_json
from chatlab.errors import NotFoundError
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.lessons.support.server_turns import make_server, run_turn
from chatlab.taskbook import TaskBook

__all__ = ["inputs", "observe"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)

_SMALL_TALK = ("How are you", "Sing me a song", "Is it going to rain", "Tell me a joke")


def inputs(random: Random) -> dict[str, Any]:
    """Three titles, two user ids, a message that asks for no task, and the id of the first task."""
    return {
        "titles": [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 3)],
        "names": random.sample(USER_NAMES, 2),
        "chatter": f"{random.choice(_SMALL_TALK)}, please?",
        "first_id": random.randint(200, 900),
    }


async def observe(server_class: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two users create tasks and one of them chats; then one creates a task on another server.

    Returns:
        `{"turns": [...], "books": [...]}`: four turns as `run_turn` records them, and the tasks of
        each server's book afterwards; or `{"unmade": error}`.
    """
    book, other_book = TaskBook(inputs["first_id"]), TaskBook(inputs["first_id"] + 1000)
    server, error = make_server(lambda: server_class(book))
    other_server, _ = make_server(lambda: server_class(other_book))
    if server is None or other_server is None:
        return {"unmade": error}
    (first_user, second_user), (first_title, second_title, third_title) = (
        inputs["names"],
        inputs["titles"],
    )
    turns = [await run_turn(server, f"Create a task: {first_title}", first_user)]
    turns.append(await run_turn(server, f"add a task: {second_title}", second_user))
    turns.append(await run_turn(server, inputs["chatter"], first_user, turns[0]["thread_id"]))
    turns.append(await run_turn(other_server, f"Create a task: {third_title}", first_user))
    first_id = inputs["first_id"]
    books = [
        await _tasks_in_book(book, first_id),
        await _tasks_in_book(other_book, first_id + 1000),
    ]
    return {"turns": turns, "books": books}


async def _tasks_in_book(book: TaskBook, first_id: int) -> list[Any]:
    """The tasks in the book, of any user, with ids from `first_id` to `first_id + 19`."""
    tasks: list[Any] = []
    for id in range(first_id, first_id + 20):
        with suppress(NotFoundError):
            tasks.append(to_plain_json(await book.find(id)))
    return tasks
