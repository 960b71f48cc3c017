"""Backpressure, to turn knobs at: how fast, how much room, and what when it is full (lesson 04)."""

import asyncio
from pathlib import Path
from typing import Any, get_args

import anywidget
import traitlets

from chatlab.clock import SystemClock
from chatlab.errors import InvalidInput
from chatlab.frontend import part
from chatlab.widgets.backpressure.fallback import backpressure_fallback
from chatlab.widgets.backpressure.flow import POLICIES, Flow, Knobs, Policy
from chatlab.widgets.display import display_live

__all__ = ["Backpressure"]

_HERE = Path(__file__).parent
_EVERY = 0.1
"""Seconds between two frames."""

_LONGEST = 120.0
"""After so many seconds a run ends by itself: nobody looks any more."""

_LIMITS = {"produce": (1, 60), "read": (1, 60), "room": (1, 32)}


class _Front(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half. A frame is all there is to see, so that a lost one does no harm."""

    _esm = part("dom") + (_HERE / "backpressure.js").read_text(encoding="utf-8")
    _css = _HERE / "backpressure.css"
    scene = traitlets.Dict().tag(sync=True)
    frame = traitlets.Dict().tag(sync=True)


class Backpressure:
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
                given = getattr(self._knobs, name)
                raise InvalidInput(name, f"is {given}", f"Choose between {low} and {high}.")
        if policy not in get_args(Policy):
            raise InvalidInput("policy", f"is {policy!r}", f"Choose {', '.join(POLICIES)}.")
        scene = {"limits": _LIMITS, "policies": POLICIES, "knobs": vars(self._knobs).copy()}
        self.front: Any = _Front(scene=scene, frame={"running": False})
        self.front.on_msg(self._on_message)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    async def show(self) -> None:
        """Put it under the cell, with a still copy: all three policies after five seconds."""
        self._loop = asyncio.get_running_loop()
        display_live(self.front, await backpressure_fallback(self._knobs))

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """From the browser, on whichever loop the kernel hands messages to."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._hear, content)

    def _hear(self, said: dict[str, Any]) -> None:
        match said:
            case {"type": "start"}:
                self._start()
            case {"type": "stop"}:
                self._stop()
            case {"type": "turn", "knob": "policy", "to": str(policy)} if policy in POLICIES:
                self._knobs.policy = policy
                self._again()
            case {"type": "turn", "knob": "room", "to": int(room)}:
                self._knobs.room = _within("room", room)
                self._again()
            case {"type": "turn", "knob": "produce" | "read" as knob, "to": int() | float() as to}:
                setattr(self._knobs, knob, _within(knob, to))
            case _:
                return

    def _again(self) -> None:
        """A buffer cannot change its kind: begin anew, if it was running."""
        if self._task is not None:
            self._start()

    def _start(self) -> None:
        self._stop()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        """Let it flow, and say every so often how it stands."""
        flow = Flow(self._knobs, SystemClock())
        running = asyncio.create_task(flow.run())
        try:
            for _ in range(round(_LONGEST / _EVERY)):
                self._show(flow, running=True)
                await asyncio.wait([running], timeout=_EVERY)
                if running.done():
                    break
        finally:
            running.cancel()
            await asyncio.wait([running])
            if self._task is None or self._task is asyncio.current_task():
                self._show(flow, running=False)

    def _show(self, flow: Flow, *, running: bool) -> None:
        self.front.frame = {"running": running, **flow.seen()}


def _within(name: str, value: float) -> Any:
    low, high = _LIMITS[name]
    return min(max(value, low), high)
