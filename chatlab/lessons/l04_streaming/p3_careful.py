"""Part 04.3: a server that hangs up when it is stopped, and lets itself be stopped."""

import asyncio
from random import Random
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p1_streaming import stream_wrong
from chatlab.lessons.l04_streaming.watched_model import (
    CLOSE_DELAY,
    StoppableReader,
    WatchedModel,
    random_replies,
    wait_idle,
)
from chatlab.lessons.support.dialogue import NAMES, explain_unmade, make_server, random_messages

__all__ = ["careful_inputs", "careful_judged", "careful_seen"]

_LEFT_OPEN = "Your loop ended, the model's did not; use `aclosing`."
_SOON = 2.0


def careful_inputs(random: Random) -> dict[str, Any]:
    """Who asks what, what the model says, and after how many pieces they stop it."""
    return {
        "name": random.choice(NAMES),
        "message": random_messages(random, 1)[0],
        "reply": random_replies(random, 1)[0],
        "stop_at": random.randint(2, 5),
    }


async def careful_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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


def careful_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The reply streams; stopped midway, nothing stays open and nothing goes on."""
    if "unmade" in seen:
        return [explain_unmade("CarefulServer", seen["unmade"])]
    called = f"send({inputs['message']!r})"
    whole = seen["whole"]
    if wrong := _not_closable(whole["raised"]) or stream_wrong(called, inputs["reply"], "", whole):
        return [wrong]
    between, cancelled, waiting = seen["between"], seen["cancelled"], seen["waiting"]
    if wrong := _talked_on(between) or _talked_on(cancelled) or _talked_on(waiting):
        return [wrong]
    if between["open"]:
        return [_left_open(inputs, cancelled, waiting)]
    if not cancelled["cancelled"]:
        return [
            failed(
                "Cancellation was swallowed: your server was told to stop, and it went on as if "
                "nothing had happened.",
                "Tidy up in `finally` (`aclosing` does). If you catch CancelledError, `raise` it "
                "again.",
            )
        ]
    if not waiting["stopped"]:
        return [failed("Stop was pressed, and it did not come back.", "Let cancellation through.")]
    if cancelled["open"] or waiting["open"]:
        said = "Stopped while it waited for the model, it left the model's connection open."
        return [failed(_LEFT_OPEN, said)]
    if whole["open"]:
        return [
            failed(_LEFT_OPEN, "Even a reply that was read to its end left the connection open.")
        ]
    return [passed(3, "Whenever it is stopped, the model's connection closes first.")]


def _left_open(
    inputs: dict[str, Any], cancelled: dict[str, Any], waiting: dict[str, Any]
) -> Finding:
    said = f"Stopped after {inputs['stop_at']} pieces, the model's connection is still open."
    if cancelled["open"] or waiting["open"]:
        return failed(_LEFT_OPEN, said)
    return failed(
        _LEFT_OPEN,
        f"{said} At a `yield`, a stop is GeneratorExit: `except CancelledError` does not see it.",
    )


def _not_closable(why: dict[str, Any] | None) -> Finding | None:
    message = "" if why is None else why["message"]
    if "context manager" in message and "async_generator" in message:
        return failed(
            "A stream is no context manager, so `async with` cannot hold it by itself.",
            "Put it in one: async with aclosing(self.model.stream(...)) as pieces:",
        )
    if "context manager" in message and "aclosing" in message:
        return failed("`aclosing` closes by waiting.", "Write `async with`, not `with`.")
    if "no attribute 'aclose'" in message:
        return failed(
            f"There is nothing to close there: {message}.",
            "The stream is what has to be closed: aclosing(self.model.stream(...)).",
        )
    if "no attribute 'close'" in message:
        return failed(
            "`closing` is for what closes at once; a stream closes with `await`.",
            "Use `aclosing`, with `async with`.",
        )
    return None


def _talked_on(seen: dict[str, Any]) -> Finding | None:
    why = seen["raised"]
    if why is None:
        return None
    if "ignored GeneratorExit" in why["message"]:
        return failed(
            "Your server was stopped, and it yielded once more: nobody listens by then.",
            "In `finally` and `except`, tidy up and do not `yield`.",
        )
    line = f"Your line {why['number']}: {why['line']}" if why.get("line") else ""
    return failed(f"When it was stopped, it raised {why['type']}: {why['message']}", line)
