"""Renders the events of a turn with Rich: what is complete can be taken, the rest is drawn anew."""

import json
from itertools import count

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    Notice,
    Task,
    ThreadStreamEvent,
    ToolStatus,
    Widget,
)
from chatlab.items import (
    AssistantMessageItem,
    TaskItem,
    ToolItem,
    UserMessageItem,
    VisibleItem,
    WidgetItem,
    WidgetNode,
)
from chatlab.terminal.text import GrowingText, Harmless, markdown
from chatlab.terminal.widgets import Offer, offers_of, render_node

__all__ = ["TerminalRenderer", "you_said"]

_SIGNS = {"running": ("…", "yellow"), "completed": ("✓", "green"), "failed": ("✗", "red")}
_NOTICE_STYLES = {"warning": "yellow", "danger": "bold red"}


class TerminalRenderer:
    """Renders one turn as its events come in.

    Args:
        inspect: Whether to list every event under the answer.
        offers: The buttons and forms of the conversation so far; more are added.

    Attributes:
        offers: The buttons and forms: number 1 is the first; None is one that is offered no more.
    """

    def __init__(self, *, inspect: bool = False, offers: list[Offer | None] | None = None) -> None:
        self.offers: list[Offer | None] = [] if offers is None else offers
        self._rows: dict[str, RenderableType] = {}
        self._complete: set[str] = set()
        self._progress: RenderableType | None = None
        self._event_table = _make_event_table() if inspect else None
        self._ended = False

    def apply(  # noqa: C901 - each kind of event is a few lines
        self, event: ThreadStreamEvent, ms: float = 0.0
    ) -> None:
        """Change the rows as the event says; `ms` is when it came, for the list of events."""
        match event:
            case AssistantMessage(content=""):
                pass
            case AssistantMessage():
                self._add_text(event.item_id, event.content)
            case ToolStatus():
                row = _status_line(event.tool, event.status, event.detail)
                self._put(event.item_id, row, complete=event.status != "running")
            case Task():
                row = _job(event.title, event.status, event.progress)
                self._put(event.item_id, row, complete=event.status != "running")
            case Widget():
                row = self._render_widget(event.root, event.item_id)
                self._put(event.item_id, row, complete=True)
            case Notice(level="progress"):
                self._progress = Text(_notice_text(event), style="dim")
            case Notice():
                style = _NOTICE_STYLES.get(event.level, "dim")
                self._put(f"notice {event.seq}", Text(_notice_text(event), style), complete=True)
            case ErrorEvent():
                row = Text(f"✗ {event.message}", style="red")
                self._put(f"error {event.seq}", row, complete=True)
            case ItemDone():
                self._complete.add(event.item.id)
            case _:
                pass
        if self._event_table is not None:
            self._event_table.add_row(f"{ms:.0f}", str(event.seq), event.type, _fields(event))

    def add_item(self, item: VisibleItem) -> None:
        """Show what was said or done before."""
        match item:
            case UserMessageItem():
                row: RenderableType = you_said(item.content)
                if self._rows:  # with the space between that it had when it was said
                    row = Group("", row)
            case AssistantMessageItem():
                row = markdown(item.content)
            case ToolItem():
                row = _status_line(item.tool, item.outcome or "completed", item.content)
            case TaskItem():
                row = _job(item.title, item.outcome or "completed", item.progress)
            case WidgetItem():
                row = self._render_widget(item.widget, item.id)
        if item.status == "incomplete":
            row = Group(row, Text("(not finished)", style="dim"))
        self._put(item.id, row, complete=True)

    def end(self) -> None:
        """The turn is over: what was going on goes on no longer."""
        self._progress = None
        self._ended = True

    def take_complete(self) -> list[RenderableType]:
        """What will not change any more, from the top; it is drawn no longer."""
        taken: list[RenderableType] = []
        for key, row in list(self._rows.items()):
            done = self._ended or key in self._complete
            if isinstance(row, GrowingText):
                taken += row.take(done=done)
            elif done:
                taken.append(row)
            if not done:
                break
            del self._rows[key]
        if self._ended and self._event_table is not None:
            taken.append(self._event_table)
            self._event_table = None
        return [Harmless(row) for row in taken]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The rows that are left, in the order in which they began."""
        below = [row for row in (self._progress, self._event_table) if row is not None]
        yield Harmless(*self._rows.values(), *below)

    def _put(self, key: str, row: RenderableType, *, complete: bool) -> None:
        self._rows[key] = row
        if complete:
            self._complete.add(key)

    def _add_text(self, item_id: str, piece: str) -> None:
        row = self._rows.setdefault(item_id, GrowingText())
        if isinstance(row, GrowingText):
            row.add(piece)

    def _render_widget(self, root: WidgetNode, item_id: str) -> RenderableType:
        """The widget in a box; what it offered before, it offers no more."""
        for index, offer in enumerate(self.offers):
            if offer is not None and offer.item_id == item_id:
                self.offers[index] = None
        numbers = count(len(self.offers) + 1)
        self.offers += offers_of(root, item_id)
        return Panel(Group(*render_node(root, numbers)), expand=False)


def you_said(text: str) -> RenderableType:
    """A message of the user's."""
    return Harmless(Text("you › " + "\n      ".join(text.splitlines()), style="bold"))


def _fields(event: ThreadStreamEvent) -> Text:
    stamp_fields = {"thread_id", "item_id", "seq", "type"}
    fields = event.model_dump(mode="json", exclude=stamp_fields, exclude_none=True)
    return Text(json.dumps(fields, ensure_ascii=False))


def _notice_text(notice: Notice) -> str:
    return ": ".join(filter(None, [notice.title, notice.message]))


def _status_line(name: str, status: str, detail: str) -> Text:
    sign, style = _SIGNS[status]
    said = "" if status == "completed" else f"  {status}"  # its sign says so
    detail = f"  {detail}" if detail else ""
    return Text.assemble((f"{sign} ", style), (name, "bold"), detail, (said, "dim"))


def _job(title: str, status: str, progress: float) -> RenderableType:
    bar = ProgressBar(total=1.0, completed=progress, width=24)
    return Group(_status_line(title, status, f"{progress:.0%}"), Padding(bar, (0, 0, 0, 2)))


def _make_event_table() -> Table:
    table = Table(box=None, expand=True)
    for name, width in (("ms", 6), ("seq", 4), ("type", 18)):
        table.add_column(name, width=width, no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    return table
