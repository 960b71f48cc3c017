"""What the turns of a conversation tell about its entries that the store does not.

It is known as long as the turns can be read: which clicks were answered, and why an answer stopped.
"""

from collections.abc import Sequence
from typing import Any

from pydantic_core import to_jsonable_python

from chatlab.adapters.http.running_turn import RunningTurn
from chatlab.frontend.entries import Entry

__all__ = ["failure_entry", "with_outcome"]


def with_outcome(entry: Entry, turns: Sequence[RunningTurn]) -> Entry:
    """The entry, and what these turns of its conversation, oldest first, tell about it.

    A widget gets `answered`, the clicks in it that were answered and after which it stayed as it
    was; a message that stopped before its end gets `why`.
    """
    if entry["kind"] == "widget":
        return entry | {"answered": _answered(entry["key"], turns)}
    if entry.get("stopped") and (why := _why_stopped(entry["key"], turns)):
        return entry | {"why": why}
    return entry


def failure_entry(turn: RunningTurn | None) -> Entry | None:
    """The entry that says how the newest turn failed, as it was shown then."""
    error = turn and turn.log.ended and turn.failure
    if not turn or not error:
        return None
    retry = error.allow_retry and bool(turn.turn.message_id)
    return {"key": f"error-{turn.id}", "kind": "error", "text": error.message, "retry": retry}


def _answered(item_id: str, turns: Sequence[RunningTurn]) -> list[Any]:
    answered: list[Any] = []
    for turn in turns:
        if item_id in turn.replaced:
            answered = []
        elif turn.click and turn.click[0] == item_id and turn.log.state == "completed":
            answered.append(to_jsonable_python(turn.click[1]))
    return answered


def _why_stopped(item_id: str, turns: Sequence[RunningTurn]) -> str | None:
    turn = next((turn for turn in reversed(turns) if turn.last_item_id == item_id), None)
    if turn is None or not turn.log.ended:
        return None
    if turn.failure is not None:  # the newest one's is an entry of its own
        return None if turn is turns[-1] else turn.failure.message
    return "you stopped it" if turn.log.state == "stopped" else None
