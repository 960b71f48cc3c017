"""Lesson 10 is checked by scenarios: three a part, each with points of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, record_turn
from chatlab.course.findings import Finding, failed, passed
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.dialogue import (
    NAMES,
    explain_exception,
    explain_unmade,
    make_server,
    random_messages,
    reply_text,
)
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore, Store
from chatlab.taskbook import TaskBook
from chatlab.turns.turn import Turn

__all__ = ["Room", "Scenario", "judged_by", "names_no", "scenario_inputs", "seen_by", "tools_of"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


@dataclass(frozen=True)
class Scenario:
    """One story that the TaskManager lives through.

    Attributes:
        title: What it shows.
        points: How many it is worth.
        play: Plays it in a room of its own; gives back what was seen.
        wrong: What is not as it should be; None when everything is.
    """

    title: str
    points: float
    play: Callable[["Room", dict[str, Any]], Awaitable[Any]]
    wrong: Callable[[dict[str, Any], Any], Finding | None]


class Room:
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
            Unmade: It could not be made.
        """
        server, why = make_server(lambda: self.make(self.book, self.secret, store))
        if server is None:
            raise Unmade(why)
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


class Unmade(Exception):
    """The class could not be made; `why` is how it was observed."""

    def __init__(self, why: dict[str, Any] | None) -> None:
        self.why = why
        super().__init__()


def scenario_inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return {
        "names": random.sample(NAMES, 2),
        "titles": [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 4)],
        "first_id": random.randint(200, 900),
        "secret": f"{random.getrandbits(256):064x}",
        "chatter": random_messages(random, 3),
        "priority": random.choice(["low", "high"]),
    }


def seen_by(*scenarios: Scenario) -> Callable[[Any, dict[str, Any]], Awaitable[list[Any]]]:
    """The part's `observe`: plays them all, whatever becomes of the others."""

    async def seen(subject: Any, inputs: dict[str, Any]) -> list[Any]:
        plays = [await _played(scenario, subject, inputs) for scenario in scenarios]
        if all(play == {"state": "not_started"} for play in plays):
            raise NotStarted
        return plays

    return seen


async def _played(scenario: Scenario, subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    try:
        room = Room(subject, inputs)
        return {"state": "seen", "value": await scenario.play(room, inputs)}
    except NotStarted:
        return {"state": "not_started"}
    except Unmade as error:
        return {"state": "unmade", "why": error.why}
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"state": "raised", "raised": exception_as_data(error)}


def judged_by(*scenarios: Scenario) -> Callable[[dict[str, Any], list[Any]], list[Finding]]:
    """The part's `judge`: a finding for each scenario."""

    def judged(inputs: dict[str, Any], seen: list[Any]) -> list[Finding]:
        return [
            _finding(scenario, inputs, play) for scenario, play in zip(scenarios, seen, strict=True)
        ]

    return judged


def _finding(scenario: Scenario, inputs: dict[str, Any], play: dict[str, Any]) -> Finding:
    match play:
        case {"state": "not_started"}:
            return failed(f"{scenario.title}: not written yet.", "Its method still says TODO.")
        case {"state": "unmade", "why": why}:
            return explain_unmade("TaskManager", why)
        case {"state": "raised", "raised": why}:
            return explain_exception(scenario.title, why)
        case _:
            wrong = scenario.wrong(inputs, play["value"])
            return wrong or passed(scenario.points, scenario.title)


def tools_of(turn: dict[str, Any]) -> list[tuple[str, str]]:
    """Which tools were seen at work, as (tool, status)."""
    return [(e["tool"], e["status"]) for e in turn["events"] if e["type"] == "tool_status"]


def names_no(called: str, turn: dict[str, Any], wanted: list[str]) -> Finding | None:
    """What to try when the turn broke, was silent, or its reply lacks one of these words."""
    if turn["raised"] is not None:
        return explain_exception(called, turn["raised"])
    if turn["state"] != "completed":
        return failed(
            f"{called}: the turn ended as {turn['state']}.", "Let respond() run to its end."
        )
    if not turn["reply"].strip():
        return failed(f"{called}: there was no answer.", "Yield an AssistantMessage at the end.")
    lacking = [word for word in wanted if word.lower() not in turn["reply"].lower()]
    if lacking:
        return failed(
            f"{called}: the answer does not say {lacking[0]!r}; it says {turn['reply'][:70]!r}.",
            "The specification says what each answer names.",
        )
    return None
