"""The live pane: one anywidget that gets patches in numbered frames, and can ask for everything."""

import asyncio
import importlib
import itertools
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.events import ThreadStreamEvent
from chatlab.items import ThreadItem
from chatlab.widgets.board import Board, Patch
from chatlab.widgets.static import bundle

__all__ = ["Pane"]

_HERE = Path(__file__).parent
_EVERY = 0.05
"""Seconds between two frames: an envelope costs 600 bytes, whatever it carries."""

_copies = itertools.count(1)


class _Front(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half. No text is ever a synced trait: frames carry it once."""

    _esm = _HERE / "chat.js"
    _css = _HERE / "chat.css"
    interactive = traitlets.Bool(default_value=False).tag(sync=True)
    who = traitlets.Unicode("You").tag(sync=True)


class Pane:
    """Shows a board: live where there is a browser, as a static copy everywhere else.

    Args:
        who: The name over the user's messages.
        hear: Called with what the browser says; without it the pane has no input.
    """

    def __init__(
        self, who: str = "You", hear: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        self.board = Board()
        self.who = who
        self._hear = hear
        self._front: Any = _Front(who=who, interactive=hear is not None)
        self._front.on_msg(self._on_message)
        self._seq = 0
        self._waiting: list[Patch] = []
        self._flushing: asyncio.TimerHandle | None = None
        self._copy: Any = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def display(self) -> None:
        """Put the pane and its static copy under the cell."""
        ipython: Any = importlib.import_module("IPython.display")
        self._loop = asyncio.get_running_loop()
        view: dict[str, Any] = {"version_major": 2, "version_minor": 0}
        view["model_id"] = self._front.model_id
        ipython.publish_display_data({"application/vnd.jupyter.widget-view+json": view})
        self._copy = ipython.display(
            bundle(self.board, self.who), raw=True, display_id=f"chatlab-{next(_copies)}"
        )

    def take(self, event: ThreadStreamEvent) -> None:
        """Show what the event changes, with the next frame."""
        patches = self.board.take(event)
        for patch in patches:
            self._patch(patch)
        if not any("add" in patch for patch in patches):
            self._patch({"event": self.board.events[-1]})

    def put(self, item: ThreadItem) -> None:
        """Show an item as it is in the store."""
        self._patch(self.board.item(item))

    def fail(self, error: BaseException) -> None:
        """Show an exception and the learner's own line."""
        self._patch(self.board.fail(error, own_line(error)))

    def busy(self, *, yes: bool) -> None:
        """Say whether a turn is running."""
        self._patch({"busy": yes})

    def settle(self) -> None:
        """Send what waits, and renew the static copy: once a turn."""
        self._flush()
        if self._copy is not None:
            self._copy.update(bundle(self.board, self.who), raw=True)

    def _patch(self, patch: Patch) -> None:
        last = self._waiting[-1] if self._waiting else {}
        if "add" in patch and last.get("key") == patch["key"]:
            last["add"] += patch["add"]
            last["seq"] = patch["seq"]
        else:
            self._waiting.append(patch)
        if self._flushing is None and self._loop is not None:
            self._flushing = self._loop.call_later(_EVERY, self._flush)

    def _flush(self) -> None:
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._waiting and self._loop is not None:
            self._seq += 1
            self._front.send({"seq": self._seq, "patches": self._waiting})
            self._waiting = []
            self._loop.call_later(1.0, self._beat, self._seq)

    def _beat(self, seq: int) -> None:
        """A second after the last frame, say its number once more, in case it was lost."""
        if seq == self._seq:
            self._front.send({"seq": seq, "patches": []})

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """From the browser, on whichever loop the kernel hands messages to."""
        if content.get("type") == "snapshot":
            self._flush_and_send_all()
        elif self._hear is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._hear, content)

    def _flush_and_send_all(self) -> None:
        events = self.board.events[-500:]
        self._waiting = []
        entries = self.board.snapshot()
        self._front.send({"seq": self._seq, "snapshot": entries, "events": events})


def own_line(error: BaseException) -> str:
    """The learner's line in the traceback: the last one that is in no installed package."""
    kit = str(_HERE.parent)
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith(kit) and "site-packages" not in frame.filename:
            return f"line {frame.lineno}: {(frame.line or '').strip()}"
    return ""
