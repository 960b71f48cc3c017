"""A fast producer, a slow reader, and the buffer between them: the real streams at work."""

from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from chatlab.clock import Clock
from chatlab.events import AssistantMessage, ThreadStreamEvent, ToolStatus
from chatlab.streams import Buffered, buffered, coalesce

__all__ = ["POLICIES", "Flow", "Knobs", "Policy"]

Policy = Literal["wait", "coalesce", "unbounded"]

POLICIES: dict[Policy, str] = {
    "wait": "the producer waits",
    "coalesce": "pieces are joined; then the producer waits",
    "unbounded": "a list that may grow for ever",
}
"""What happens when the reader is slower, in words."""

_TOOL_EVERY = 12
_ENDLESS = 1_000_000
_HISTORY_LENGTH = 120
"""How many moments of the past are remembered."""


@dataclass
class Knobs:
    """What can be turned.

    Attributes:
        produce: How many events are made in a second.
        read: How many the reader can take in a second.
        room: How many events the buffer holds; it goes for the next run.
        policy: What happens when it is full; the same.
    """

    produce: float = 20
    read: float = 5
    room: int = 8
    policy: Policy = "wait"


class Flow:
    """One run: a source, the stream tool that the policy stands for, and a reader.

    Args:
        knobs: Turned from outside while it runs.
        clock: Where time comes from.
    """

    def __init__(self, knobs: Knobs, clock: Clock) -> None:
        self.knobs = knobs
        self._clock = clock
        self._start = clock.monotonic()
        self._stream: Buffered[ThreadStreamEvent] = _between(self._source(), knobs)
        self._produced_count = 0
        self._read_count = 0
        self._events = 0
        self._held = False
        self._last = ""
        self._past: deque[int] = deque(maxlen=_HISTORY_LENGTH)

    async def run(self) -> None:
        """Read until somebody cancels it; then the source is closed, too."""
        async with self._stream as events:
            async for event in events:
                self._events += 1
                self._read_count += _pieces(event)
                self._last = _event_label(event)
                await self._clock.sleep(1 / self.knobs.read)

    def snapshot(self) -> dict[str, Any]:
        """How it stands, as plain data; the past grows by one."""
        waiting = self._produced_count - self._read_count - self._held
        self._past.append(waiting)
        return {
            "seconds": round(self._clock.monotonic() - self._start, 1),
            "made": self._produced_count,
            "held": self._held,
            "pending": self._stream.pending,
            "waiting": waiting,
            "events": self._events,
            "taken": self._read_count,
            "last": self._last,
            "past": list(self._past),
        }

    async def _source(self) -> AsyncGenerator[ThreadStreamEvent]:
        """Numbered pieces of a text, and now and then an event that joins with nothing."""
        for number in count(1):
            await self._clock.sleep(1 / self.knobs.produce)
            self._produced_count += 1
            self._held = True
            if number % _TOOL_EVERY:
                yield AssistantMessage(content=f"{number} ")
            else:
                yield ToolStatus(tool="look", status="completed", detail=str(number))
            self._held = False


def _between(
    source: AsyncGenerator[ThreadStreamEvent], knobs: Knobs
) -> Buffered[ThreadStreamEvent]:
    if knobs.policy == "coalesce":
        return coalesce(source, knobs.room)
    return buffered(source, knobs.room if knobs.policy == "wait" else _ENDLESS)


def _pieces(event: ThreadStreamEvent) -> int:
    return len(event.content.split()) if isinstance(event, AssistantMessage) else 1


def _event_label(event: ThreadStreamEvent) -> str:
    return event.content.strip() if isinstance(event, AssistantMessage) else "a tool's event"
