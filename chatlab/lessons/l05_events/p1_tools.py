"""Part 05.1: a tool at work, and how it ended, for everybody to see."""

import asyncio
from collections.abc import Coroutine
from inspect import CORO_CREATED, getcoroutinestate
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l05_events.recording import (
    Tape,
    chores,
    watched,
)
from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
)
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Three titles, two people, the number that tasks begin with, and which call fails."""
    return {
        "titles": chores(random, 3),
        "names": random.sample(NAMES, 2),
        "first_id": random.randint(200, 900),
        "fails": random.randrange(3),
    }


class _Tool:
    """Creates tasks, and breaks down when it is told to; the tape knows when it ran."""

    def __init__(self, first_id: int) -> None:
        self.book = TaskBook(first_id)
        self.tape = Tape()
        self.calls: list[Any] = []
        self.broken = False
        self._promise: Coroutine[Any, Any, TaskRecord] | None = None

    def create_task(self, user_id: str, title: str) -> Coroutine[Any, Any, TaskRecord]:
        self.calls.append([user_id, title])
        self._promise = self._work(self.tape, user_id, title)
        return self._promise

    async def _work(self, tape: Tape, user_id: str, title: str) -> TaskRecord:
        tape.mark("began")
        await asyncio.sleep(0)
        if self.broken:
            tape.mark("ended")
            raise ConnectionError("the tasks cannot be reached")
        task = await self.book.create(user_id, title)
        tape.mark("ended")
        return task

    async def put_away(self) -> None:
        """Drop a call that nobody awaited, so that Python need not complain of it later."""
        await asyncio.sleep(0)
        if self._promise is not None and getcoroutinestate(self._promise) == CORO_CREATED:
            self._promise.close()
        self._promise = None


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Three messages; the tool breaks down in one of the three turns."""
    tool = _Tool(inputs["first_id"])
    server, why = make_server(lambda: subject(tool.create_task))
    if server is None:
        return {"unmade": why}
    one, two = inputs["names"]
    turns: list[Any] = []
    for number, (who, title) in enumerate(zip((one, two, one), inputs["titles"], strict=True)):
        tool.broken = number == inputs["fails"]
        tool.tape, tool.calls = Tape(), []
        turn = server.send(title, RequestContext(user_id=who))
        [seen] = await watched(server, [(turn, tool.tape)], [who])
        await tool.put_away()
        turns.append(seen | {"calls": tool.calls})
    return {"turns": turns}
