"""Lesson 10 is checked by scenarios: three a part, each played in a fixture of its own."""

from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, record_turn
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
    reply_text,
)
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore, Store
from chatlab.taskbook import TaskBook
from chatlab.turns.turn import Turn

__all__ = ["Fixture", "Play", "ServerNotMade", "play_all", "random_inputs"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


class Fixture:
    """A TaskManager of the learner's, its book, and people who talk to it."""

    def __init__(self, make: Any, inputs: dict[str, Any], book: TaskBook | None = None) -> None:
        self.make = make
        self.secret: str = inputs["secret"]
        self.book = book or TaskBook(inputs["first_id"])
        self.store: Store[Any] = MemoryStore(turn_wait=0.2)
        self.manager = self.opened(self.store)

    def opened(self, store: Store[Any]) -> ChatKitServer[Any]:
        """A TaskManager on this store; the book stays.

        Raises:
            ServerNotMade: It could not be made.
        """
        server, why = make_server(lambda: self.make(self.book, self.secret, store))
        if server is None:
            raise ServerNotMade(why)
        return server

    async def say(
        self, text: str, who: RequestContext, thread_id: str | None = None
    ) -> dict[str, Any]:
        """One whole turn: what `turn_seen` gives, and its `thread_id` and `reply`."""
        return await self.whole(self.manager.send(text, who, thread_id))

    async def whole(self, turn: Turn) -> dict[str, Any]:
        """The turn, read to its end."""
        seen = await record_turn(turn)
        return seen | {"thread_id": turn.thread_id, "reply": reply_text(seen)}

    async def tasks(self, user_id: str) -> list[dict[str, Any]]:
        """What is in the user's book."""
        return [task.model_dump() for task in await self.book.list(user_id)]


class ServerNotMade(Exception):
    """The class could not be made; `why` is how it was observed."""

    def __init__(self, why: dict[str, Any] | None) -> None:
        self.why = why
        super().__init__()


Play = Callable[[Fixture, dict[str, Any]], Awaitable[Any]]
"""One story that the TaskManager lives through: what was seen of it, as plain data."""


def random_inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return {
        "names": random.sample(NAMES, 2),
        "titles": [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 4)],
        "first_id": random.randint(200, 900),
        "secret": f"{random.getrandbits(256):064x}",
        "chatter": random_messages(random, 3),
        "priority": random.choice(["low", "high"]),
    }


async def _play(play: Play, subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"state": "seen", "value": await play(Fixture(subject, inputs), inputs)}
    except NotStarted:
        return {"state": "not_started"}
    except ServerNotMade as error:
        return {"state": "unmade", "why": error.why}
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"state": "raised", "raised": exception_as_data(error)}


async def play_all(plays: Iterable[Play], subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """Play each scenario in a fixture of its own, whatever becomes of the others.

    Raises:
        NotStarted: Nothing that any of them needs has been written yet.
    """
    played = [await _play(play, subject, inputs) for play in plays]
    if all(one == {"state": "not_started"} for one in played):
        raise NotStarted
    return played
