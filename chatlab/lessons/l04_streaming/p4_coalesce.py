"""Part 04.4: a buffer before a slow reader, in which the pieces of a message come together."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.events import ThreadStreamEvent, event_adapter
from chatlab.lessons.support.pacing import yield_to_loop

__all__ = ["Tape", "inputs", "observe"]

_SOON = 2.0


_PATIENCE = 100


Tape = list[dict[str, Any]]


def inputs(random: Random) -> dict[str, Any]:
    """A long talk with tools in between, and a row of events of which no two can merge."""
    talk: Tape = []
    for run in range(6):
        count = random.randint(4, 9)
        # One message goes on after a tool, and one follows another without anything in between.
        talk += [_piece(f"msg_{run // 2}", f"{run}.{n} ") for n in range(count)]
        if run % 2 == 0:
            talk.append(_tool(run))
    talk += [_tool(8), _tool(8)]
    events = {"talk": talk, "tools": [_tool(n) for n in range(12)]}
    for tape in events.values():
        for seq, event in enumerate(tape, start=1):
            event["seq"] = seq
    return events | {"few": random.randint(2, 4), "many": random.randint(20, 40)}


def _piece(item_id: str, content: str) -> dict[str, Any]:
    stamps = {"thread_id": "thr_1", "item_id": item_id}
    return stamps | {"type": "assistant_message", "content": content}


def _tool(number: int) -> dict[str, Any]:
    stamps = {"thread_id": "thr_1", "item_id": f"tool_{number}"}
    return stamps | {"type": "tool_status", "tool": "look_up", "status": "running"}


class _Source:
    """A stream that counts what was taken out of it; a live one waits for its reader."""

    def __init__(self, tape: Tape, *, live: bool = False) -> None:
        self.length = len(tape)
        self.pulled = 0
        self.heard = 0
        self.late: int | None = None
        self._tape = tape
        self._live = live

    async def stream(self) -> AsyncGenerator[ThreadStreamEvent]:
        for event in self._tape:
            self.pulled += 1
            yield event_adapter.validate_python(event)
            if self._live:
                await self._wait_until_heard()
            else:
                await asyncio.sleep(0)

    async def _wait_until_heard(self) -> None:
        if self.late is not None:
            return
        for _ in range(_PATIENCE):
            if self.heard == self.pulled:
                return
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        if self.heard < self.pulled:
            self.late = self.pulled


async def observe(coalesce: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a waiting reader gets, and what slow ones get with more room and with less."""
    seen = {"live": await _read(coalesce, inputs["talk"], inputs["many"], live=True)}
    if "raised" in seen["live"] or seen["live"]["value"]["stuck"]:
        return seen
    for name, tape, room in (
        ("wide", "talk", inputs["many"]),
        ("full", "tools", inputs["few"]),
        ("tight", "talk", 1),
    ):
        seen[name] = await _read(coalesce, inputs[tape], room, live=False)
        if "raised" in seen[name]:
            return seen
    return seen


async def _read(coalesce: Any, tape: Tape, room: int, *, live: bool) -> dict[str, Any]:
    source = _Source(tape, live=live)
    behind = source.stream()
    before = asyncio.all_tasks()

    async def reading() -> dict[str, Any]:
        got: list[Any] = []
        pulled: list[int] = []
        stream = _stream(coalesce(behind, room))
        stuck = False
        try:
            while not stuck:
                async with asyncio.timeout(_SOON):
                    event = await anext(stream)
                source.heard += 1
                got.append(to_plain_json(event))
                if not live:
                    await _settled(source)
                pulled.append(source.pulled)
        except StopAsyncIteration:
            pass
        except TimeoutError:
            stuck = True
        if stuck:
            await _given_up(stream, before)
        return {"got": got, "pulled": pulled, "late": source.late, "stuck": stuck}

    seen = await attempt(reading)
    await attempt(behind.aclose)
    return seen


def _stream(made: Any) -> AsyncIterator[Any]:
    if asyncio.iscoroutine(made):
        made.close()
        raise TypeError("coalesce() gave back a coroutine")
    return aiter(made)


async def _settled(source: _Source) -> None:
    """Wait until nothing more is pulled, even by code that looks every so often for room."""
    before = -1
    while before < source.pulled < source.length:
        before = source.pulled
        await yield_to_loop(20)
        await asyncio.sleep(0.025)
    await yield_to_loop(20)


async def _given_up(stream: AsyncIterator[Any], before: set["asyncio.Task[Any]"]) -> None:
    """End what will not end by itself, so that the verdict is about that and nothing else."""
    aclose = getattr(stream, "aclose", None)
    if aclose is not None:
        await attempt(aclose)
    left = asyncio.all_tasks() - before
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
