"""The same flow on a clock that nobody can see, for the copy that a saved notebook keeps."""

import asyncio
import html
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

from chatlab.widgets.backpressure.flow import POLICIES, Flow, Knobs
from chatlab.widgets.display import FALLBACK_HTML

__all__ = ["SharedClock", "backpressure_fallback", "simulate"]

_SECONDS = 5.0
_CELL = 'style="text-align:left;padding:4px 14px"'
_HEADS = ("when the reader is slower", "made", "read", "waiting", "the producer")


class SharedClock:
    """Time for several tasks at once: it goes on to whoever wakes up first, when all sleep."""

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Event]] = []
        self._order = count()

    def now(self) -> datetime:
        """The time of day, on a day that does not matter."""
        return datetime(2026, 1, 5, 9, 0, tzinfo=UTC) + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds since it began."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Wait until somebody lets that much time go by."""
        woken = asyncio.Event()
        heappush(self._sleepers, (self._elapsed + seconds, next(self._order), woken))
        await woken.wait()

    async def go_on(self, seconds: float) -> None:
        """Let so much time go by: everybody wakes up when it is their time, one by one."""
        end = self._elapsed + seconds
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            self._elapsed, _, woken = heappop(self._sleepers)
            woken.set()
            await _settle()
        self._elapsed = end


async def _settle() -> None:
    """Until all that could run has run: an event goes through four tasks and generators at most."""
    for _ in range(20):
        await asyncio.sleep(0)


async def simulate(knobs: Knobs, seconds: float = _SECONDS) -> dict[str, Any]:
    """How a flow with these knobs stands after this many seconds."""
    clock = SharedClock()
    flow = Flow(knobs, clock)
    running = asyncio.create_task(flow.run())
    try:
        await clock.go_on(seconds)
        return flow.snapshot()
    finally:
        running.cancel()
        await asyncio.wait([running])


async def backpressure_fallback(knobs: Knobs) -> dict[str, str]:
    """All three policies side by side, after five seconds."""
    rows = [
        _row(await simulate(replace(knobs, policy=name)), words) for name, words in POLICIES.items()
    ]
    what = (
        f"{knobs.produce:g} events a second are made, {knobs.read:g} can be read, "
        f"the buffer holds {knobs.room}. After {_SECONDS:g} seconds:"
    )
    wide = [max(len(row[at]) for row in (_HEADS, *rows)) for at in range(len(_HEADS))]
    lines = [
        "  ".join(f"{text:{size}}" for text, size in zip(row, wide, strict=True)).rstrip()
        for row in (_HEADS, *rows)
    ]
    return {
        "text/plain": "\n".join([what, *lines]),
        "text/html": f"{FALLBACK_HTML}<p>{html.escape(what)}</p><table>{_cells(_HEADS, 'th')}"
        f"{''.join(_cells(row, 'td') for row in rows)}</table></div>",
    }


def _row(result: dict[str, Any], words: str) -> tuple[str, ...]:
    held = "waits" if result["held"] else "runs"
    read = f"{result['taken']} in {result['events']} events"
    waiting = f"{result['waiting']} in {result['pending']} events"
    return words, str(result["made"]), read, waiting, held


def _cells(row: tuple[str, ...], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag} {_CELL}>{html.escape(text)}</{tag}>' for text in row)}</tr>"
