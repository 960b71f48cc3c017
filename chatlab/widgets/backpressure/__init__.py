"""Backpressure, to turn knobs at: how fast, how much room, and what when it is full (lesson 04)."""

import asyncio
from pathlib import Path
from typing import Any, get_args

from chatlab.clock import SystemClock
from chatlab.errors import InvalidInput
from chatlab.widgets.backpressure.flow import POLICIES, Flow, Knobs, Policy
from chatlab.widgets.backpressure.simulation import backpressure_fallback
from chatlab.widgets.display import display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["Backpressure"]

_MODULE = str(Path(__file__).with_name("backpressure.py"))
_FRAME_SECONDS = 0.1
"""Seconds between two frames."""

_MAX_RUN_SECONDS = 120.0
"""After this many seconds a run ends by itself: nobody looks any more."""

_LIMITS = {"produce": (1, 60), "read": (1, 60), "room": (1, 32)}


class Backpressure(LiveDemo):
    """A producer, a reader and the buffer between them, live, with knobs.

    Behind it are `buffered` and `coalesce` of `chatlab.streams`, on the kernel's loop.

    Args:
        produce: How many events are made in a second, 1 to 60.
        read: How many the reader can take in a second, 1 to 60.
        room: How many events the buffer holds, 1 to 32.
        policy: What happens when it is full: `"wait"`, `"coalesce"` or `"unbounded"`.

    Raises:
        InvalidInput: A knob is turned too far.
    """

    def __init__(
        self, produce: float = 20, read: float = 5, room: int = 8, policy: Policy = "wait"
    ) -> None:
        self._knobs = Knobs(produce, read, room, policy)
        for name, (low, high) in _LIMITS.items():
            if not low <= getattr(self._knobs, name) <= high:
                value = getattr(self._knobs, name)
                raise InvalidInput(name, f"is {value}", f"Choose between {low} and {high}.")
        if policy not in get_args(Policy):
            raise InvalidInput("policy", f"is {policy!r}", f"Choose {', '.join(POLICIES)}.")
        scene = {"limits": _LIMITS, "policies": POLICIES, "knobs": vars(self._knobs).copy()}
        super().__init__(_MODULE, scene, {"running": False})
        self._task: asyncio.Task[None] | None = None

    async def show(self) -> None:
        """Put it under the cell, with a still copy: all three policies after five seconds."""
        display_live(self.widget, await backpressure_fallback(self._knobs))

    def on_message(self, message: dict[str, Any]) -> None:
        """A knob was turned, or a button pressed."""
        match message:
            case {"type": "start"}:
                self._start()
            case {"type": "stop"}:
                self._stop()
            case {"type": "turn", "knob": "policy", "to": str(policy)} if policy in POLICIES:
                self._knobs.policy = policy
                self._restart()
            case {"type": "turn", "knob": "room", "to": int(room)}:
                self._knobs.room = _within("room", room)
                self._restart()
            case {"type": "turn", "knob": "produce" | "read" as knob, "to": int() | float() as to}:
                setattr(self._knobs, knob, _within(knob, to))
            case _:
                return

    def _restart(self) -> None:
        """A buffer cannot change its kind: begin anew, if it was running."""
        if self._task is not None:
            self._start()

    def _start(self) -> None:
        self._stop()
        self._task = self.spawn(self._run())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        """Let it flow, and say every so often how it stands."""
        flow = Flow(self._knobs, SystemClock())
        running = asyncio.create_task(flow.run())
        try:
            for _ in range(round(_MAX_RUN_SECONDS / _FRAME_SECONDS)):
                self._show(flow, running=True)
                await asyncio.wait([running], timeout=_FRAME_SECONDS)
                if running.done():
                    break
        finally:
            running.cancel()
            await asyncio.wait([running])
            if self._task is None or self._task is asyncio.current_task():
                self._show(flow, running=False)

    def _show(self, flow: Flow, *, running: bool) -> None:
        self.widget.frame = {"running": running, **flow.snapshot()}


def _within(name: str, value: float) -> Any:
    low, high = _LIMITS[name]
    return min(max(value, low), high)
