"""A view model, shown: live where there is a browser, as a static fallback everywhere else."""

import itertools
from collections.abc import Callable, Iterable
from typing import Any

import anywidget
import traitlets

from chatlab.events import ThreadStreamEvent
from chatlab.frontend import script, style
from chatlab.frontend.view_model import ChatViewModel, Patch
from chatlab.items import VisibleItem
from chatlab.tracebacks import user_frame
from chatlab.turns.turn import TurnState
from chatlab.widgets.chat_fallback import render_fallback
from chatlab.widgets.display import display_fallback, display_widget
from chatlab.widgets.frame_channel import FrameChannel

__all__ = ["Pane"]

_copies = itertools.count(1)
_SNAPSHOT_EVENTS = 500
_REMEMBERED_FATES = 100


class PaneWidget(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """No text is ever a synced trait: frames carry it once."""

    _esm = script()
    _css = style()
    interactive = traitlets.Bool(default_value=False).tag(sync=True)
    inspect = traitlets.Bool(default_value=False).tag(sync=True)
    who: Any = traitlets.Unicode("You").tag(sync=True)


class Pane:
    """Shows what happens in one conversation.

    Args:
        who: The name over the user's messages.
        on_message: Called with what the browser says; without it the pane has no input.
        inspect: Open the event inspector beside it.

    Attributes:
        widget: The live widget.
        on_settled: Called when the static copy is to be renewed: once a turn.
    """

    def __init__(
        self,
        who: str = "You",
        on_message: Callable[[dict[str, Any]], None] | None = None,
        *,
        inspect: bool = False,
    ) -> None:
        self.view_model = ChatViewModel()
        self.who = who
        self.widget: Any = PaneWidget(who=who, interactive=on_message is not None, inspect=inspect)
        self.on_settled: Callable[[], None] = _nothing
        self._channel = FrameChannel(
            self.widget, self._make_snapshot, _nothing if on_message is None else on_message
        )
        self._state: TurnState = "ready"
        self._more = False
        self._fates: dict[str, bool] = {}
        self._copies: list[Any] = []

    def display(self) -> None:
        """Put the pane and its static copy under the cell."""
        self.connect()
        display_widget(self.widget)
        copy = display_fallback(
            render_fallback(self.view_model, self.who), f"chatlab-{next(_copies)}"
        )
        self._copies.append(copy)
        self.on_settled = self._renew_copies

    def connect(self) -> None:
        """Begin to send; for those who display `widget` themselves."""
        self._channel.connect()

    def apply(self, event: ThreadStreamEvent) -> None:
        """Show what the event changes, with the next frame."""
        self._patch(*self.view_model.apply(event))

    def show_item(self, item: VisibleItem) -> None:
        """Show an item as it is in the store."""
        self._patch(self.view_model.show_item(item))

    def prepend(self, items: Iterable[VisibleItem], *, more: bool) -> None:
        """Show items from before; `more` says whether there are still older ones."""
        self._more = more
        self._patch(self.view_model.prepend(items, has_more=more))

    def remove(self, keys: list[str]) -> None:
        """Show these entries no longer."""
        self._patch(self.view_model.remove(keys))

    def show_error(self, error: BaseException) -> None:
        """Show an exception and the learner's own line."""
        frame = user_frame(error)
        line = "" if frame is None else f"line {frame.lineno}: {(frame.line or '').strip()}"
        self._patch(self.view_model.show_error(error, line))

    def begin_turn(self) -> None:
        """A turn begins."""
        self.view_model.begin_turn()
        self.set_busy(yes=True)

    def end_turn(self, state: TurnState = "completed") -> None:
        """The turn is over, and this is how."""
        self._patch(*self.view_model.end_turn())
        self.set_busy(yes=False, state=state)

    def set_busy(self, *, yes: bool, state: TurnState = "running") -> None:
        """Say whether a turn is running."""
        self._state = state
        self._patch({"busy": yes, "state": state})

    def settle(self, message_id: str, *, kept: bool) -> None:
        """Say, once, what became of a typed message: the browser puts back one that is not kept."""
        if message_id not in self._fates:
            self._fates[message_id] = kept
            if len(self._fates) > _REMEMBERED_FATES:
                del self._fates[next(iter(self._fates))]
            self._patch({"fates": {message_id: kept}})

    def flush(self) -> None:
        """Send what waits, and renew the static copy: once a turn."""
        self._channel.flush()
        self.on_settled()

    def _patch(self, *patches: Patch) -> None:
        for patch in patches:
            self._channel.patch(patch)

    def _make_snapshot(self) -> dict[str, Any]:
        busy = self._state == "running"
        now = {"snapshot": self.view_model.snapshot(), "busy": busy, "state": self._state}
        now |= {"more": self._more, "fates": self._fates}
        return now | {"events": list(self.view_model.events)[-_SNAPSHOT_EVENTS:]}

    def _renew_copies(self) -> None:
        """Every cell that the pane was displayed in has a copy of its own."""
        for copy in self._copies:
            copy.update(render_fallback(self.view_model, self.who), raw=True)


def _nothing(*_: object) -> None:
    """Where nobody listens."""
