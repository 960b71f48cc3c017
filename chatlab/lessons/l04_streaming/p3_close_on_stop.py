"""Part 04.3: run turns of the learner's `CarefulServer` and stop them in different ways."""

import asyncio
from random import Random
from typing import Any

from chatlab.lessons.l04_streaming.watched_model import (
    CLOSE_ITERATIONS,
    TurnReader,
    WatchedModel,
    wait_idle,
)
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages, random_replies
from chatlab.lessons.support.server_turns import make_server

__all__ = ["inputs", "observe"]

_STOP_TIMEOUT_SECONDS = 2.0


def inputs(random: Random) -> dict[str, Any]:
    """A user id, a message, the model's reply, and after how many pieces the turn is stopped."""
    return {
        "name": random.choice(USER_NAMES),
        "message": random_messages(random, 1)[0],
        "reply": random_replies(random, 1)[0],
        "stop_at": random.randint(2, 5),
    }


async def observe(server_class: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run one turn to its end and stop three midway, each with a server and model of its own.

    Returns:
        For each scenario, the turn as `TurnReader.record` gives it, with how many connections were
        `open` and whether it was `cancelled` or `stopped` in time; or `{"unmade": error}`. If the
        first turn raised, only that one.
    """
    server, error = make_server(lambda: server_class(WatchedModel({})))
    if server is None:
        return {"unmade": error}
    turns: dict[str, Any] = {}
    for name, (read_turn, falls_silent) in _SCENARIOS.items():
        replies = {inputs["message"]: inputs["reply"]}
        hold_at = inputs["stop_at"] if falls_silent else None
        model = WatchedModel(replies, hold_at, close_iterations=CLOSE_ITERATIONS)
        reader = TurnReader(server_class(model), model, inputs["message"], inputs["name"])
        outcome = await read_turn(reader, model, inputs["stop_at"])
        turns[name] = await reader.record() | outcome
        del reader
        await wait_idle(model)
        if turns["whole"]["raised"] is not None:
            break
    return turns


async def _read_to_end(reader: TurnReader, model: WatchedModel, _: int) -> dict[str, Any]:
    await reader.read()
    return {"open": model.open_connections}


async def _stop_between_pieces(
    reader: TurnReader, model: WatchedModel, stop_at: int
) -> dict[str, Any]:
    """Close the turn after `stop_at` pieces, while nobody asks for the next event."""
    await reader.read(stop_at)
    await reader.stop()
    return {"open": model.open_connections}


async def _cancel_read(reader: TurnReader, model: WatchedModel, _: int) -> dict[str, Any]:
    """Cancel the task that reads the turn, while the model is silent."""
    read_task = await _start_reading(reader, model)
    read_task.cancel()
    await asyncio.wait([read_task], timeout=_STOP_TIMEOUT_SECONDS)
    outcome = {"open": model.open_connections, "cancelled": read_task.cancelled()}
    read_task.cancel()
    return outcome


async def _stop_while_waiting(reader: TurnReader, model: WatchedModel, _: int) -> dict[str, Any]:
    """Close the turn from another task, while the model is silent and a task waits for it."""
    read_task = await _start_reading(reader, model)
    stop_task = asyncio.create_task(reader.stop())
    await asyncio.wait([stop_task], timeout=_STOP_TIMEOUT_SECONDS)
    outcome = {"open": model.open_connections, "stopped": stop_task.done()}
    for task in (stop_task, read_task):
        task.cancel()
    await asyncio.wait([stop_task, read_task], timeout=_STOP_TIMEOUT_SECONDS)
    return outcome


_SCENARIOS = {
    "whole": (_read_to_end, False),
    "between": (_stop_between_pieces, False),
    "cancelled": (_cancel_read, True),
    "waiting": (_stop_while_waiting, True),
}
"""How each turn is read, and whether its model falls silent after `stop_at` pieces."""


async def _start_reading(reader: TurnReader, model: WatchedModel) -> "asyncio.Task[None]":
    """Start to read the turn in a task; return it when the model is silent or the turn is over."""
    read_task = asyncio.create_task(reader.read())
    silence_task = asyncio.create_task(model.silent.wait())
    await asyncio.wait([read_task, silence_task], return_when=asyncio.FIRST_COMPLETED)
    silence_task.cancel()
    return read_task
