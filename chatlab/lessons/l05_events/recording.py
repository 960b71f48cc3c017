"""For the checks of lesson 05: record turns, and when a tool or a job ran between their events."""

import re
from dataclasses import dataclass, field
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = [
    "TurnRecording",
    "count_events_before",
    "explain_escaped_failure",
    "is_same_wording",
    "random_titles",
    "record_turns",
    "text_after",
]

_TASK_TITLES = (
    *("water the plants", "buy milk", "call the bank", "fix the bike", "book a flight"),
    *("feed the cat", "pay the rent", "clean the oven", "write to Zoë", "return the books"),
)


def random_titles(random: Random, count: int) -> list[str]:
    """`count` different task titles."""
    return [f"{title} {random.randint(2, 99)}" for title in random.sample(_TASK_TITLES, count)]


@dataclass
class TurnRecording:
    """The events of one turn, and `marks`: `[name, how many events had arrived by then]`."""

    events: list[Any] = field(default_factory=list[Any])
    marks: list[list[Any]] = field(default_factory=list[list[Any]])

    def mark(self, name: str) -> None:
        """Note that what is called `name` happens now, after the events so far."""
        self.marks.append([name, len(self.events)])


async def record_turns(
    server: ChatKitServer[Any], turns: list[tuple[Turn, TurnRecording]], user_ids: list[str]
) -> list[dict[str, Any]]:
    """Read the turns to their ends, one event of each in rotation; each turn as data.

    Raises:
        NotStarted: `respond()` or `action()` has not been written yet.
    """
    errors: list[Exception | None] = [None] * len(turns)
    open_turns = list(range(len(turns)))
    while open_turns:
        for index in tuple(open_turns):
            turn, recording = turns[index]
            try:
                recording.events.append(to_plain_json(await anext(turn)))
            except StopAsyncIteration:
                open_turns.remove(index)
            except Exception as escaped:  # noqa: BLE001 - it is what was observed
                errors[index] = escaped
                open_turns.remove(index)
    return [
        await _turn_as_data(server, turn, recording, error, user_id)
        for (turn, recording), error, user_id in zip(turns, errors, user_ids, strict=True)
    ]


async def _turn_as_data(
    server: ChatKitServer[Any],
    turn: Turn,
    recording: TurnRecording,
    error: Exception | None,
    user_id: str,
) -> dict[str, Any]:
    """The turn as `turn_problem` takes it, with the marks of its recording.

    Raises:
        NotStarted: That is the error of the turn.
    """
    error = error or turn.error
    if isinstance(error, NotStarted):
        raise error
    return {
        "events": recording.events,
        "marks": recording.marks,
        "raised": None if error is None else exception_as_data(error),
        "thread_id": turn.thread_id,
        "saved": await _load_items(server, turn.thread_id, user_id),
    }


async def _load_items(server: ChatKitServer[Any], thread_id: str, user_id: str) -> list[Any]:
    """The items of the thread as data; none when there is no such thread."""
    try:
        thread = await server.thread(thread_id, RequestContext(user_id=user_id), limit=1000)
    except NotFoundError:
        return []
    return to_plain_json(thread.items.data)


def count_events_before(turn: dict[str, Any], mark_name: str) -> int | None:
    """How many events had arrived at the first mark of this name; None if there is none."""
    return next((count for name, count in turn["marks"] if name == mark_name), None)


def text_after(turn: dict[str, Any], index: int) -> str:
    """The text of all assistant messages after the event at this index."""
    return "".join(
        event["content"]
        for event in turn["events"][index + 1 :]
        if event["type"] == "assistant_message"
    )


def is_same_wording(first: str, second: str) -> bool:
    """Whether two replies are the same but for numbers, white space and the titles of tasks."""
    return _without_titles_and_numbers(first) == _without_titles_and_numbers(second)


def _without_titles_and_numbers(text: str) -> str:
    """The text without what `random_titles` may have put into it, and without white space."""
    for title in _TASK_TITLES:
        text = text.replace(title, "")
    return re.sub(r"\d+|\s+", "", text)


def explain_escaped_failure(called: str, worker: str, display: str) -> Finding:
    """What to try when `respond()` let the exception of its worker, a tool or a job, escape.

    Args:
        called: The call that is judged, as learners read it.
        worker: `"tool"` or `"job"`.
        display: What still says "running": `"its chip"` or `"its bar"`.
    """
    return failed(
        f"{called}: the {worker} failed and took the turn with it: {display} is stuck on running.",
        "Put try/except around it: yield failed, then say what happened.",
    )
