"""Part 04.2: when did the first text come, and when was it all over?"""

from collections.abc import AsyncIterator
from inspect import isawaitable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, RespondEvent, ToolStatus
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore
from chatlab.testing import FixedClock

__all__ = ["SLOW", "inputs", "observe"]

_FIELDS = ("first_text", "total", "events")


SLOW = "a slow store"


_CASES = {
    "text from the start": ["piece", "piece", "piece"],
    "a tool before the text": ["running", "completed", "piece", "piece", "piece"],
    "an empty piece first": ["empty", "empty", "piece", "piece"],
    "no text at all": ["running", "completed", "empty"],
    "text without a wait": ["at once", "piece", "piece"],
    SLOW: ["piece", "piece"],
}
"""What each turn sends; before each event but the one "at once", time goes by."""


def inputs(random: Random) -> dict[str, Any]:
    """Turns with random waits, in hundredths of a second, and what the clock shows before."""
    turns = {
        name: [[kind, 0 if kind == "at once" else random.randint(10, 250)] for kind in kinds]
        for name, kinds in _CASES.items()
    }
    return {"turns": turns, "began": random.randint(50, 5000), "slow": random.randint(1, 9)}


class _SlowStore(MemoryStore):
    """Takes its time to save a thread, so that the first event of a new one comes late."""

    def __init__(self, clock: FixedClock, seconds: float) -> None:
        super().__init__()
        self._clock = clock
        self._seconds = seconds

    async def save_thread(self, thread: ThreadMetadata, context: RequestContext) -> None:
        """See `Store`."""
        if await self._is_new(thread, context):
            await self._clock.sleep(self._seconds)
        await super().save_thread(thread, context)

    async def _is_new(self, thread: ThreadMetadata, context: RequestContext) -> bool:
        try:
            await self.load_thread(thread.id, context)
        except NotFoundError:
            return True
        return False


class _Scripted(ChatKitServer):
    """Sends what the script says, when it says."""

    def __init__(self, script: list[list[Any]], clock: FixedClock, store: MemoryStore) -> None:
        super().__init__(store, clock=clock)
        self._script = script

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[RespondEvent]:
        for kind, pause in self._script:
            if pause:
                await self.clock.sleep(pause / 100)
            if kind in {"running", "completed"}:
                yield ToolStatus(tool="look_up", status=kind, call_id="call_1")
            else:
                yield AssistantMessage(content="" if kind == "empty" else "piece ")


async def observe(measure: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What `measure` says of each turn."""
    seen: dict[str, Any] = {}
    for name, script in inputs["turns"].items():
        clock = FixedClock()
        clock.advance(inputs["began"])
        store = _SlowStore(clock, inputs["slow"]) if name == SLOW else MemoryStore()
        turn = _Scripted(script, clock, store).send("Go!", RequestContext(user_id="alice"))

        async def measured(turn: Any = turn, clock: FixedClock = clock) -> dict[str, Any]:
            stats: Any = measure(turn, clock)
            waited = isawaitable(stats)
            if waited:
                stats = await stats
            if not all(hasattr(stats, field) for field in _FIELDS):
                return {"kind": type(stats).__name__, "waited": waited}
            return {field: to_plain_json(getattr(stats, field)) for field in _FIELDS}

        seen[name] = await attempt(measured)
    return seen
