"""Part 04.4: read streams through the learner's `coalesce`, quickly and slowly.

`coalesce(stream, max_pending)` is a buffer that merges the pieces of a message for a slow reader.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.events import ThreadStreamEvent, event_adapter
from chatlab.lessons.support.yield_to_loop import yield_to_loop

__all__ = ["EventList", "inputs", "observe"]

EventList = list[dict[str, Any]]
"""Events as plain JSON."""

_EVENT_TIMEOUT_SECONDS = 2.0

_MAX_WAIT_ITERATIONS = 100
"""How often the loop may run until the reader has an event that was pulled for it."""


def inputs(random: Random) -> dict[str, Any]:
    """Two streams, and two limits for pending events, `few` and `many`.

    `talk` is messages in pieces with tools in between; of `tools`, no two events can merge.
    """
    talk: EventList = []
    for run in range(6):
        count = random.randint(4, 9)
        # One message goes on after a tool, and one follows another without anything in between.
        talk += [_piece_event(f"msg_{run // 2}", f"{run}.{n} ") for n in range(count)]
        if run % 2 == 0:
            talk.append(_tool_event(run))
    talk += [_tool_event(8), _tool_event(8)]
    streams = {"talk": talk, "tools": [_tool_event(n) for n in range(12)]}
    for events in streams.values():
        for seq, event in enumerate(events, start=1):
            event["seq"] = seq
    return streams | {"few": random.randint(2, 4), "many": random.randint(20, 40)}


def _piece_event(item_id: str, content: str) -> dict[str, Any]:
    ids = {"thread_id": "thr_1", "item_id": item_id}
    return ids | {"type": "assistant_message", "content": content}


def _tool_event(number: int) -> dict[str, Any]:
    ids = {"thread_id": "thr_1", "item_id": f"tool_{number}"}
    return ids | {"type": "tool_status", "tool": "look_up", "status": "running"}


class _CountingSource:
    """A stream that counts how many events were pulled out of it.

    Attributes:
        length: How many events it has.
        pulled: How many have been pulled.
        received: How many its reader has got; the reader counts them here.
        first_late_event: Of a live stream: the first event that the reader did not get in time.

    A live stream waits after each event until the reader has it.
    """

    def __init__(self, events: EventList, *, live: bool = False) -> None:
        self.length = len(events)
        self.pulled = 0
        self.received = 0
        self.first_late_event: int | None = None
        self._events = events
        self._live = live

    async def stream(self) -> AsyncGenerator[ThreadStreamEvent]:
        for event in self._events:
            self.pulled += 1
            yield event_adapter.validate_python(event)
            if self._live:
                await self._wait_until_received()
            else:
                await asyncio.sleep(0)

    async def _wait_until_received(self) -> None:
        if self.first_late_event is not None:
            return
        for _ in range(_MAX_WAIT_ITERATIONS):
            if self.received == self.pulled:
                return
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        if self.received < self.pulled:
            self.first_late_event = self.pulled


async def observe(coalesce: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Read `talk` as it comes, then `talk` and `tools` slowly, with other limits.

    Returns:
        The outcome of each reading, as `_read_coalesced` records it; none after one that raised.
    """
    readings = {"live": await _read_coalesced(coalesce, inputs["talk"], inputs["many"], live=True)}
    if "raised" in readings["live"] or readings["live"]["value"]["stuck"]:
        return readings
    for name, stream_name, max_pending in (
        ("wide", "talk", inputs["many"]),
        ("full", "tools", inputs["few"]),
        ("tight", "talk", 1),
    ):
        readings[name] = await _read_coalesced(
            coalesce, inputs[stream_name], max_pending, live=False
        )
        if "raised" in readings[name]:
            return readings
    return readings


async def _read_coalesced(
    coalesce: Any, events: EventList, max_pending: int, *, live: bool
) -> dict[str, Any]:
    """Read the events through `coalesce`; slowly, unless the stream is live.

    Returns:
        The outcome as `attempt` records it. Its value: the events that were `got`, how many had
        been `pulled` from the source after each, the first `late` event of a live stream, and
        `stuck` if no event came in time.
    """
    source = _CountingSource(events, live=live)
    source_stream = source.stream()
    tasks_before = asyncio.all_tasks()

    async def read_all() -> dict[str, Any]:
        received: list[Any] = []
        pulled_counts: list[int] = []
        stream = _iterate(coalesce(source_stream, max_pending))
        timed_out = False
        try:
            while not timed_out:
                async with asyncio.timeout(_EVENT_TIMEOUT_SECONDS):
                    event = await anext(stream)
                source.received += 1
                received.append(to_plain_json(event))
                if not live:
                    await _wait_until_idle(source)
                pulled_counts.append(source.pulled)
        except StopAsyncIteration:
            pass
        except TimeoutError:
            timed_out = True
        if timed_out:
            await _discard_stream(stream, tasks_before)
        return {
            "got": received,
            "pulled": pulled_counts,
            "late": source.first_late_event,
            "stuck": timed_out,
        }

    reading = await attempt(read_all)
    await attempt(source_stream.aclose)
    return reading


def _iterate(result: Any) -> AsyncIterator[Any]:
    """The iterator of what `coalesce` returned.

    Raises:
        TypeError: It is a coroutine, or cannot be iterated.
    """
    if asyncio.iscoroutine(result):
        result.close()
        raise TypeError("coalesce() returned a coroutine")
    return aiter(result)


async def _wait_until_idle(source: _CountingSource) -> None:
    """Wait until nothing more is pulled, even by code that polls for room in its buffer."""
    pulled_before = -1
    while pulled_before < source.pulled < source.length:
        pulled_before = source.pulled
        await yield_to_loop(20)
        await asyncio.sleep(0.025)
    await yield_to_loop(20)


async def _discard_stream(
    stream: AsyncIterator[Any], tasks_before: set["asyncio.Task[Any]"]
) -> None:
    """Close the stream and cancel the tasks that it has started.

    Otherwise the check would report the leftover tasks instead of the stuck stream.
    """
    aclose = getattr(stream, "aclose", None)
    if aclose is not None:
        await attempt(aclose)
    leftover = asyncio.all_tasks() - tasks_before
    for task in leftover:
        task.cancel()
    await asyncio.gather(*leftover, return_exceptions=True)
