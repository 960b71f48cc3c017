"""A race to watch and to stop: collect-then-yield beside streaming, on one timeline (lesson 04)."""

import asyncio
import html
from typing import Any

from chatlab.clock import SystemClock
from chatlab.lessons.l04_streaming.demos.two_lanes_run import TITLES, Collecting, LaneRun, Streaming
from chatlab.llm import split_tokens
from chatlab.testing import FixedClock
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["two_lanes"]

_DELAYS = (0.05, 0.5)
_DELAY = 0.2
_FRAME_SECONDS = 0.05
"""Seconds between two frames."""

_KINDS = (Collecting, Streaming)


async def two_lanes(reply: str) -> None:
    """Show two servers side by side; the model behind both says `reply`."""
    race = _RaceDemo(reply)
    display_live(race.widget, await _fallback(reply))


class _RaceDemo(LiveDemo):
    """Two real turns on the kernel's loop, begun and stopped from the browser."""

    def __init__(self, reply: str) -> None:
        scene = {"titles": TITLES, "pieces": len(split_tokens(reply)), "delays": [*_DELAYS, _DELAY]}
        super().__init__(__file__, scene=scene, frame={"run": 0, "running": False, "lanes": []})
        self._reply = reply
        self._run = 0
        self._lanes: list[LaneRun] = []

    def on_message(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "ask", "delay": int() | float() as delay} if not self.tasks:
                low, high = _DELAYS
                self.spawn(self._race(min(max(delay, low), high)))
            case {"type": "stop"}:
                for lane in self._lanes:
                    self.spawn(lane.stop())
            case _:
                return

    async def _race(self, delay: float) -> None:
        """Let both read; meanwhile say every so often how far they are."""
        self._run += 1
        self._lanes = [LaneRun(kind, self._reply, delay, SystemClock()) for kind in _KINDS]
        reading = [asyncio.create_task(lane.read()) for lane in self._lanes]
        try:
            while not all(task.done() for task in reading):
                self._show(delay, running=True)
                await asyncio.wait(
                    reading, timeout=_FRAME_SECONDS, return_when=asyncio.ALL_COMPLETED
                )
            await asyncio.gather(*reading)
        finally:
            self._show(delay, running=False)

    def _show(self, delay: float, *, running: bool) -> None:
        self.widget.frame = {
            "run": self._run,
            "running": running,
            "delay": delay,
            "now": round(self._lanes[0].seconds, 3),
            "lanes": [lane.snapshot() for lane in self._lanes],
        }


async def _fallback(reply: str) -> dict[str, str]:
    """The same race on a clock that nothing disturbs: to the end, and stopped in the middle."""
    half = _DELAY * (len(split_tokens(reply)) // 2) + _DELAY / 2
    blocks: list[tuple[str, list[str]]] = []
    for stop_at in (None, half):
        for title, kind in zip(TITLES, _KINDS, strict=True):
            lane = LaneRun(kind, reply, _DELAY, FixedClock())
            await (lane.read() if stop_at is None else lane.read_until(stop_at))
            name = title if stop_at is None else f"{title}, stopped"
            blocks.append((name, _lane_lines(lane.snapshot())))
    text = "\n".join(line for name, lines in blocks for line in (name, *lines, ""))
    page = "".join(
        f"<h4>{html.escape(name)}</h4><pre>{html.escape(chr(10).join(lines))}</pre>"
        for name, lines in blocks
    )
    return {"text/plain": text.rstrip(), "text/html": f"{FALLBACK_HTML}{page}</div>"}


def _lane_lines(lane: dict[str, Any]) -> list[str]:
    """A character for each piece's time on the model's line and on the user's."""
    columns = [round(at / _DELAY) for at in lane["made"]]
    there = {round(at / _DELAY): text for at, text in lane["sent"]}
    wide = max(columns, default=0) + 1
    model = "".join("•" if column in columns else " " for column in range(wide))
    user = "".join(_dot(there.get(column, "")) for column in range(wide))
    first = "no text at all" if lane["first"] is None else f"first text after {lane['first']:.1f} s"
    stored_item = lane["kept"]
    stored = (
        f"“{stored_item['text']}” ({stored_item['status']})"
        if stored_item
        else "nothing of the answer"
    )
    light = "open" if lane["open"] else "closed"
    return [
        f"  the model makes {model}",
        f"  the user gets   {user}",
        f"  {first}, over after {lane['ended']:.1f} s, the model's connection is {light}",
        f"  in the store: {stored}",
    ]


def _dot(text: str) -> str:
    return " " if not text else "•" if len(split_tokens(text)) == 1 else "●"
