"""Part 05.1: a server shows that its tool runs, how it ended, and then replies."""

import asyncio
from collections.abc import Coroutine
from inspect import CORO_CREATED, getcoroutinestate
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l05_events.recording import (
    TurnRecording,
    random_titles,
    record_turns,
)
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.lessons.support.server_turns import make_server
from chatlab.taskbook import TaskBook, TaskRecord

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Three titles, two users, the first task id, and the index of the call that fails."""
    return {
        "titles": random_titles(random, 3),
        "names": random.sample(USER_NAMES, 2),
        "first_id": random.randint(200, 900),
        "fails": random.randrange(3),
    }


class _RecordingTool:
    """Creates tasks, or fails if `should_fail`; marks in `recording` when it began and ended."""

    def __init__(self, first_id: int) -> None:
        self.book = TaskBook(first_id)
        self.recording = TurnRecording()
        self.calls: list[Any] = []
        self.should_fail = False
        self._last_call: Coroutine[Any, Any, TaskRecord] | None = None

    def create_task(self, user_id: str, title: str) -> Coroutine[Any, Any, TaskRecord]:
        """What the learner's server gets; it notes the call even if nobody awaits it."""
        self.calls.append([user_id, title])
        self._last_call = self._work(self.recording, user_id, title)
        return self._last_call

    async def _work(self, recording: TurnRecording, user_id: str, title: str) -> TaskRecord:
        recording.mark("began")
        await asyncio.sleep(0)
        if self.should_fail:
            recording.mark("ended")
            raise ConnectionError("the tasks cannot be reached")
        task = await self.book.create(user_id, title)
        recording.mark("ended")
        return task

    async def close_unawaited_call(self) -> None:
        """Close the coroutine that nobody awaited, so that Python does not warn about it."""
        await asyncio.sleep(0)
        if self._last_call is not None and getcoroutinestate(self._last_call) == CORO_CREATED:
            self._last_call.close()
        self._last_call = None


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send three messages, by the first, second and first user; the tool fails in one turn."""
    tool = _RecordingTool(inputs["first_id"])
    server, problem = make_server(lambda: subject(tool.create_task))
    if server is None:
        return {"unmade": problem}
    first_user, second_user = inputs["names"]
    senders = (first_user, second_user, first_user)
    turns: list[Any] = []
    for index, (user_id, title) in enumerate(zip(senders, inputs["titles"], strict=True)):
        tool.should_fail = index == inputs["fails"]
        tool.recording, tool.calls = TurnRecording(), []
        turn = server.send(title, RequestContext(user_id=user_id))
        [record] = await record_turns(server, [(turn, tool.recording)], [user_id])
        await tool.close_unawaited_call()
        turns.append(record | {"calls": tool.calls})
    return {"turns": turns}
