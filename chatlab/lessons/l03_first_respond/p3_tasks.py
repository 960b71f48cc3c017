"""Part 03.3: a server that creates a task for the one who asks."""

from contextlib import suppress
from random import Random
from typing import Any

from chatlab.course.checking.observe import to_plain_json
from chatlab.errors import NotFoundError
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    run_turn,
)
from chatlab.taskbook import TaskBook

__all__ = ["inputs", "observe"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


_CHATTER = ("How are you", "Sing me a song", "Is it going to rain", "Tell me a joke")


def inputs(random: Random) -> dict[str, Any]:
    """Titles, people, small talk, and the number that tasks begin with."""
    return {
        "titles": [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 3)],
        "names": random.sample(NAMES, 2),
        "chatter": f"{random.choice(_CHATTER)}, please?",
        "first_id": random.randint(200, 900),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two people create tasks and one of them chats; then another server gets another book."""
    book, other = TaskBook(inputs["first_id"]), TaskBook(inputs["first_id"] + 1000)
    server, why = make_server(lambda: subject(book))
    second, _ = make_server(lambda: subject(other))
    if server is None or second is None:
        return {"unmade": why}
    (one, two), (begins, then, last) = inputs["names"], inputs["titles"]
    turns = [await run_turn(server, f"Create a task: {begins}", one)]
    turns.append(await run_turn(server, f"add a task: {then}", two))
    turns.append(await run_turn(server, inputs["chatter"], one, turns[0]["thread_id"]))
    turns.append(await run_turn(second, f"Create a task: {last}", one))
    first_id = inputs["first_id"]
    books = [await _all_tasks(book, first_id), await _all_tasks(other, first_id + 1000)]
    return {"turns": turns, "books": books}


async def _all_tasks(book: TaskBook, first_id: int) -> list[Any]:
    """Every task in the book, whoever's it is."""
    tasks: list[Any] = []
    for id in range(first_id, first_id + 20):
        with suppress(NotFoundError):
            tasks.append(to_plain_json(await book.find(id)))
    return tasks
