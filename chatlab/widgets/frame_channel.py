"""Numbered frames of patches to the browser; what gets lost on the way is healed.

A frame carries all patches of 50 ms under the next number; the frames of a reply that goes on and
on come a little less often, down to eight a second. The browser that misses a number asks
for everything once. After the last frame its number is said again until the browser has it.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from chatlab.frontend.patch_buffer import PatchBuffer
from chatlab.frontend.view_model import Patch

__all__ = ["FrameChannel"]

_FRAME_SECONDS, _MAX_FRAME_SECONDS, _FRAME_GROWTH_SECONDS = 0.05, 0.125, 0.0025
"""Seconds between two frames, and how they grow: an envelope costs 600 bytes, whatever is in it."""

_MAX_REPEATS = 8
"""How often the last number is said again, each time after twice as long."""


class FrameChannel:
    """Carries patches from the kernel's view model to the browser's.

    Args:
        widget: The widget whose messages carry them.
        make_snapshot: Makes the frame that a browser asks for when it has missed one.
        on_message: Called on the kernel's loop with whatever else the browser says.
    """

    def __init__(
        self,
        widget: Any,
        make_snapshot: Callable[[], dict[str, Any]],
        on_message: Callable[[dict[str, Any]], None],
    ) -> None:
        self._widget = widget
        self._make_snapshot = make_snapshot
        self._on_other_message = on_message
        self._seq = 0
        self._waiting = PatchBuffer()
        self._sent_text = _StreamedTextStripper()
        self._every = _FRAME_SECONDS
        self._flushing: asyncio.TimerHandle | None = None
        self._repeating: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        widget.on_msg(self._on_message)

    def connect(self) -> None:
        """Send from now on, on the loop that runs now."""
        self._loop = asyncio.get_running_loop()

    def patch(self, patch: Patch) -> None:
        """Send it with the next frame."""
        self._waiting.add(self._sent_text.strip(patch))
        if self._flushing is None and self._loop is not None:
            self._flushing = self._loop.call_later(self._every, self._tick)

    def flush(self) -> None:
        """Send what waits, now: the turn is over."""
        self._every = _FRAME_SECONDS
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._loop is not None and (patches := self._waiting.drain()):
            self._seq += 1
            self._widget.send({"seq": self._seq, "patches": patches})
            self._repeat_after(1.0, _MAX_REPEATS)

    def _tick(self) -> None:
        longer = min(self._every + _FRAME_GROWTH_SECONDS, _MAX_FRAME_SECONDS)
        self.flush()
        self._every = longer

    def _repeat_after(self, seconds: float, remaining: int) -> None:
        self._stop_repeating()
        if self._loop is not None and remaining:
            self._repeating = self._loop.call_later(seconds, self._repeat_last, seconds, remaining)

    def _repeat_last(self, seconds: float, remaining: int) -> None:
        self._widget.send({"seq": self._seq, "patches": []})
        self._repeat_after(2 * seconds, remaining - 1)

    def _stop_repeating(self) -> None:
        if self._repeating is not None:
            self._repeating.cancel()
            self._repeating = None

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """From the browser, on whichever loop and thread the kernel hands messages to."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._handle, content)

    def _handle(self, content: dict[str, Any]) -> None:
        match content:
            case {"type": "snapshot"}:
                self._waiting.drain()
                self._widget.send({"seq": self._seq} | self._make_snapshot())
            case {"type": "seen", "seq": int(seq)}:
                if seq == self._seq:
                    self._stop_repeating()
            case _:
                self._on_other_message(content)


class _StreamedTextStripper:
    """Remembers which messages have gone out piece by piece; the browser keeps their text."""

    def __init__(self) -> None:
        self._streamed: set[str] = set()

    def strip(self, patch: Patch) -> Patch:
        """The patch, as short as the browser can do with."""
        entry, item = patch.get("put", {}), patch.get("event", {}).get("item", {})
        if entry.get("busy"):
            self._streamed.add(entry["key"])
        elif "html" in entry and entry["key"] in self._streamed:
            return {"put": {name: value for name, value in entry.items() if name != "text"}}
        elif item.get("type") == "assistant_message" and item["id"] in self._streamed:
            self._streamed.discard(item["id"])
            short = {name: value for name, value in item.items() if name != "content"}
            return patch | {"event": patch["event"] | {"item": short}}
        return patch
