"""Run the scenarios of lesson 10: three for each part, each with a fixture of its own."""

from collections.abc import Awaitable, Callable, Iterable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import exception_as_data, record_turn
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, reply_text
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore, Store
from chatlab.taskbook import TaskBook
from chatlab.turns.turn import Turn

__all__ = ["Fixture", "ScenarioRun", "ServerNotMade", "random_inputs", "run_scenarios"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


class Fixture:
    """The learner's TaskManager with its book and store, and helpers that run its turns.

    Attributes:
        manager_class: The learner's class.
        secret: What session keys are signed with.
        book: Where the tasks are.
        store: Where conversations are, until a scenario opens a manager on another store.
        manager: The TaskManager that turns are sent to.
    """

    def __init__(
        self, manager_class: Any, inputs: dict[str, Any], book: TaskBook | None = None
    ) -> None:
        self.manager_class = manager_class
        self.secret: str = inputs["secret"]
        self.book = book or TaskBook(inputs["first_id"])
        self.store: Store[Any] = MemoryStore(turn_wait=0.2)
        self.manager = self.open_manager(self.store)

    def open_manager(self, store: Store[Any]) -> ChatKitServer[Any]:
        """A TaskManager on this store, with the fixture's book and secret.

        Raises:
            ServerNotMade: It could not be made.
        """
        server, error = make_server(lambda: self.manager_class(self.book, self.secret, store))
        if server is None:
            raise ServerNotMade(error)
        return server

    async def say(
        self, text: str, context: RequestContext, thread_id: str | None = None
    ) -> dict[str, Any]:
        """Send a message and read its turn to the end, as `finish_turn` does."""
        return await self.finish_turn(self.manager.send(text, context, thread_id))

    async def finish_turn(self, turn: Turn) -> dict[str, Any]:
        """What `record_turn` gives for the turn, plus its `thread_id` and `reply`."""
        record = await record_turn(turn)
        return record | {"thread_id": turn.thread_id, "reply": reply_text(record)}

    async def tasks(self, user_id: str) -> list[dict[str, Any]]:
        """What is in the user's book."""
        return [task.model_dump() for task in await self.book.list(user_id)]


class ServerNotMade(Exception):
    """The learner's class gave no server; `error` is the exception as data."""

    def __init__(self, error: dict[str, Any] | None) -> None:
        self.error = error
        super().__init__()


ScenarioRun = Callable[[Fixture, dict[str, Any]], Awaitable[Any]]
"""Runs one scenario on the TaskManager of a fixture; returns what happened as plain data."""


def random_inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return {
        "names": random.sample(USER_NAMES, 2),
        "titles": [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 4)],
        "first_id": random.randint(200, 900),
        "secret": f"{random.getrandbits(256):064x}",
        "chatter": random_messages(random, 3),
        "priority": random.choice(["low", "high"]),
    }


async def _run_scenario(run: ScenarioRun, subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One entry of what `run_scenarios` returns."""
    try:
        return {"state": "seen", "value": await run(Fixture(subject, inputs), inputs)}
    except NotStarted:
        return {"state": "not_started"}
    except ServerNotMade as error:
        return {"state": "unmade", "why": error.error}
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"state": "raised", "raised": exception_as_data(error)}


async def run_scenarios(
    runs: Iterable[ScenarioRun], subject: Any, inputs: dict[str, Any]
) -> list[Any]:
    """Run each scenario in a fixture of its own, also after others have failed.

    Returns:
        For each one `{"state": ...}`: `seen` with its `value`, `not_started`, `unmade` or `raised`.

    Raises:
        NotStarted: All of them met code that has not been written yet.
    """
    results = [await _run_scenario(run, subject, inputs) for run in runs]
    if all(result == {"state": "not_started"} for result in results):
        raise NotStarted
    return results
