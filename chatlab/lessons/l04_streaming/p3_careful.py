"""Part 04.3: a server that hangs up when it is stopped, and lets itself be stopped."""

import asyncio
from random import Random
from typing import Any

from chatlab.lessons.l04_streaming.watched_model import (
    CLOSE_DELAY,
    StoppableReader,
    WatchedModel,
    wait_idle,
)
from chatlab.lessons.support.dialogue import NAMES, make_server, random_messages
from chatlab.lessons.support.pacing import random_replies

__all__ = ["inputs", "observe"]

_SOON = 2.0


def inputs(random: Random) -> dict[str, Any]:
    """Who asks what, what the model says, and after how many pieces they stop it."""
    return {
        "name": random.choice(NAMES),
        "message": random_messages(random, 1)[0],
        "reply": random_replies(random, 1)[0],
        "stop_at": random.randint(2, 5),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One turn is read to its end; three are stopped midway, each in another way."""
    server, why = make_server(lambda: subject(WatchedModel({})))
    if server is None:
        return {"unmade": why}
    seen: dict[str, Any] = {}
    for name, (watch, hold_at) in _SCENES.items():
        answers = {inputs["message"]: inputs["reply"]}
        hold = inputs["stop_at"] if hold_at else None
        model = WatchedModel(answers, hold, hanging_up=CLOSE_DELAY)
        reader = StoppableReader(subject(model), model, inputs["message"], inputs["name"])
        news = await watch(reader, model, inputs["stop_at"])
        seen[name] = await reader.seen() | news
        del reader
        await wait_idle(model)
        if seen["whole"]["raised"] is not None:
            break
    return seen


async def _read_whole(reader: StoppableReader, model: WatchedModel, _: int) -> dict[str, Any]:
    await reader.read()
    return {"open": model.open_connections}


async def _stopped_between(
    reader: StoppableReader, model: WatchedModel, stop_at: int
) -> dict[str, Any]:
    """The user has a piece and has not asked for the next one when they press Stop."""
    await reader.read(stop_at)
    await reader.stop()
    return {"open": model.open_connections}


async def _cancelled(reader: StoppableReader, model: WatchedModel, _: int) -> dict[str, Any]:
    """Whoever reads is cancelled while everybody waits for the model."""
    reading = await _until_silent(reader, model)
    reading.cancel()
    await asyncio.wait([reading], timeout=_SOON)
    news = {"open": model.open_connections, "cancelled": reading.cancelled()}
    reading.cancel()
    return news


async def _stopped_while_waiting(
    reader: StoppableReader, model: WatchedModel, _: int
) -> dict[str, Any]:
    """Stop is pressed while everybody waits for the model."""
    reading = await _until_silent(reader, model)
    stopping = asyncio.create_task(reader.stop())
    await asyncio.wait([stopping], timeout=_SOON)
    news = {"open": model.open_connections, "stopped": stopping.done()}
    for task in (stopping, reading):
        task.cancel()
    await asyncio.wait([stopping, reading], timeout=_SOON)
    return news


_SCENES = {
    "whole": (_read_whole, False),
    "between": (_stopped_between, False),
    "cancelled": (_cancelled, True),
    "waiting": (_stopped_while_waiting, True),
}
"""How each turn is read, and whether its model falls silent on the way."""


async def _until_silent(reader: StoppableReader, model: WatchedModel) -> "asyncio.Task[None]":
    reading = asyncio.create_task(reader.read())
    silent = asyncio.create_task(model.silent.wait())
    await asyncio.wait([reading, silent], return_when=asyncio.FIRST_COMPLETED)
    silent.cancel()
    return reading
