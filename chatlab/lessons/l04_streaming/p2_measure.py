"""Part 04.2: call the learner's `measure` with turns whose timing is known."""

from collections.abc import AsyncIterator
from inspect import isawaitable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage, RespondEvent, ToolStatus
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore
from chatlab.testing import FixedClock

__all__ = ["SLOW_STORE", "inputs", "observe"]

SLOW_STORE = "a slow store"
"""The turn whose store takes time to save a new thread."""

_STATS_FIELDS = ("first_text", "total", "events")

_EVENT_KINDS = {
    "text from the start": ["piece", "piece", "piece"],
    "a tool before the text": ["running", "completed", "piece", "piece", "piece"],
    "an empty piece first": ["empty", "empty", "piece", "piece"],
    "no text at all": ["running", "completed", "empty"],
    "text without a wait": ["at once", "piece", "piece"],
    SLOW_STORE: ["piece", "piece"],
}
"""The events of each turn, by its name; the server waits before each one but "at once"."""


def inputs(random: Random) -> dict[str, Any]:
    """The turns, by name, and two times in seconds.

    A turn is a list of `[kind, pause]`, the pause before the event in hundredths of a second.
    `began` is what the clock shows before the turn, `slow` how long the slow store takes.
    """
    turns = {
        name: [[kind, 0 if kind == "at once" else random.randint(10, 250)] for kind in kinds]
        for name, kinds in _EVENT_KINDS.items()
    }
    return {"turns": turns, "began": random.randint(50, 5000), "slow": random.randint(1, 9)}


class _SlowStore(MemoryStore):
    """Waits this many seconds before it saves a new thread, which delays the turn's first event."""

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


class _ScriptedServer(ChatKitServer):
    """Yields the events of a turn's script, each after its pause."""

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
    """For each turn, the outcome of `measure(turn, clock)`, as `attempt` records it.

    Its value holds the three fields of the stats, or `kind`, the name of the type that came back
    without them.
    """
    measurements: dict[str, Any] = {}
    for name, script in inputs["turns"].items():
        clock = FixedClock()
        clock.advance(inputs["began"])
        store = _SlowStore(clock, inputs["slow"]) if name == SLOW_STORE else MemoryStore()
        turn = _ScriptedServer(script, clock, store).send("Go!", RequestContext(user_id="alice"))

        async def call_measure(turn: Any = turn, clock: FixedClock = clock) -> dict[str, Any]:
            stats: Any = measure(turn, clock)
            if isawaitable(stats):
                stats = await stats
            if not all(hasattr(stats, field) for field in _STATS_FIELDS):
                return {"kind": type(stats).__name__}
            return {field: to_plain_json(getattr(stats, field)) for field in _STATS_FIELDS}

        measurements[name] = await attempt(call_measure)
    return measurements
