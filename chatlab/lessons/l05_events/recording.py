"""For the checks of lesson 05: what came when, beside what the tool or the job did meanwhile."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["Tape", "broke_off", "chores", "late", "mark_of", "same_words", "watched"]

_CHORES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


def chores(random: Random, count: int) -> list[str]:
    """So many different titles of tasks."""
    return [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, count)]


@dataclass
class Tape:
    """The events of one turn, and marks: how many of them had arrived when something happened."""

    events: list[Any] = field(default_factory=list[Any])
    marks: list[list[Any]] = field(default_factory=list[list[Any]])

    def mark(self, name: str) -> None:
        """Something happens now."""
        self.marks.append([name, len(self.events)])


async def watched(
    server: ChatKitServer[Any], turns: list[tuple[Turn, Tape]], user_ids: list[str]
) -> list[dict[str, Any]]:
    """Read the turns to their ends, an event of each in rotation, and say what became of each.

    Raises:
        NotStarted: `respond()` or `action()` has not been written yet.
    """
    errors: list[Exception | None] = [None] * len(turns)
    running = list(range(len(turns)))
    while running:
        for number in tuple(running):
            turn, tape = turns[number]
            try:
                tape.events.append(to_plain_json(await anext(turn)))
            except StopAsyncIteration:
                running.remove(number)
            except Exception as escaped:  # noqa: BLE001 - it is what was observed
                errors[number] = escaped
                running.remove(number)
    return [
        await _became(server, turn, tape, error, user_id)
        for (turn, tape), error, user_id in zip(turns, errors, user_ids, strict=True)
    ]


async def _became(
    server: ChatKitServer[Any], turn: Turn, tape: Tape, error: Exception | None, user_id: str
) -> dict[str, Any]:
    error = error or turn.error
    if isinstance(error, NotStarted):
        raise error
    return {
        "events": tape.events,
        "marks": tape.marks,
        "raised": None if error is None else exception_as_data(error),
        "thread_id": turn.thread_id,
        "saved": await _items(server, turn.thread_id, user_id),
    }


async def _items(server: ChatKitServer[Any], thread_id: str, user_id: str) -> list[Any]:
    try:
        thread = await server.thread(thread_id, RequestContext(user_id=user_id), limit=1000)
    except NotFoundError:
        return []
    return to_plain_json(thread.items.data)


def mark_of(seen: dict[str, Any], name: str) -> int | None:
    """How many events had arrived when it happened first; None when it never did."""
    return next((count for what, count in seen["marks"] if what == name), None)


def late(seen: dict[str, Any], place: int) -> str:
    """All the text that came after the event at this place."""
    return "".join(
        event["content"]
        for event in seen["events"][place + 1 :]
        if event["type"] == "assistant_message"
    )


def same_words(one: str, other: str) -> bool:
    """Whether two replies differ in numbers and names of tasks at most."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    for chore in _CHORES:
        text = text.replace(chore, "")
    return re.sub(r"\d+|\s+", "", text)


def broke_off(called: str, what: str, shown: str) -> Finding:
    """The tool's or the job's own failure went straight through `respond()`."""
    return failed(
        f"{called}: the {what} failed and took the turn with it: {shown} is stuck on running.",
        "Put try/except around it: yield failed, then say what happened.",
    )
