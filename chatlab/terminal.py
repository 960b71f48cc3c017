"""A chat in the terminal: the same stream as in the notebook, drawn with Rich."""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from chatlab.context import RequestContext
from chatlab.errors import ChatlabError
from chatlab.events import AssistantMessage, ErrorEvent, Task, ThreadStreamEvent, ToolStatus, Widget
from chatlab.items import Action, Button, Form, Input, Select, WidgetNode
from chatlab.items import Text as Paragraph
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["TerminalChat", "TerminalRenderer"]

_HELP = "Ctrl+C stops an answer. /1 presses button 1, /new begins anew, /quit ends."
_SIGNS = {
    "running": ("…", "yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "red"),
}


class TerminalRenderer:
    """One turn as it comes in: what each event changes, and how it looks now.

    Args:
        inspect: Whether to list every event under the answer.
        first: The number of the first button.
    """

    def __init__(self, *, inspect: bool = False, first: int = 1) -> None:
        self.buttons: list[tuple[Action, str]] = []
        self._first = first
        self._rows: dict[str, RenderableType] = {}
        self._said: dict[str, str] = {}
        self._inspect = _event_table() if inspect else None

    def take(self, event: ThreadStreamEvent, ms: float = 0.0) -> None:
        """Show what the event changes; `ms` is when it came, for the inspector."""
        match event:
            case AssistantMessage():
                said = self._said.get(event.item_id, "") + event.content
                self._said[event.item_id] = said
                self._rows[event.item_id] = Markdown(said)
            case ToolStatus():
                self._rows[event.item_id] = _status_line(event.tool, event.status, event.detail)
            case Task():
                bar = ProgressBar(total=1.0, completed=event.progress, width=24)
                chip = _status_line(event.title, event.status, f"{event.progress:.0%}")
                self._rows[event.item_id] = Group(chip, Padding(bar, (0, 0, 0, 2)))
            case Widget():
                self._rows[event.item_id] = Panel(
                    Group(*self._drawn(event.root, event.item_id)), expand=False
                )
            case ErrorEvent():
                self._rows[f"error {event.seq}"] = Text(f"✗ {event.message}", style="red")
            case _:
                pass
        if self._inspect is not None:
            stamps = {"thread_id", "item_id", "seq", "type"}
            rest = event.model_dump(mode="json", exclude=stamps, exclude_none=True)
            shown = Text(json.dumps(rest, ensure_ascii=False))
            self._inspect.add_row(f"{ms:.0f}", str(event.seq), event.type, shown)

    def __rich__(self) -> RenderableType:
        """Everything so far, in the order in which it began."""
        rows = list(self._rows.values())
        return Group(*rows, *([self._inspect] if self._inspect is not None else []))

    def _drawn(self, node: WidgetNode, item_id: str) -> Iterator[RenderableType]:
        match node:
            case Paragraph():
                yield Markdown(node.value)
            case Button():
                yield self._button(node.label, node.action, item_id)
            case Input() | Select():
                yield Text(f"{node.label or node.name}: {node.value or '…'}", style="dim")
            case Form():
                for child in node.children:
                    yield from self._drawn(child, item_id)
                yield self._button(node.submit, _submit_action(node), item_id)
            case _:
                if title := getattr(node, "title", None):
                    yield Text(title, style="bold")
                for child in node.children:
                    yield from self._drawn(child, item_id)

    def _button(self, label: str, action: Action, item_id: str) -> Text:
        self.buttons.append((action, item_id))
        return Text(f"/{self._first + len(self.buttons) - 1}  {label}", style="bold cyan")


def _submit_action(form: Form) -> Action:
    """The form's action with what its fields hold; a terminal sends them as they are."""
    fields = {one.name: one.value or "" for one in _fields(form)}
    return form.action.model_copy(update={"payload": form.action.payload | fields})


def _fields(node: Any) -> Iterator[Input | Select]:
    if isinstance(node, Input | Select):
        yield node
    for child in getattr(node, "children", ()):
        yield from _fields(child)


def _status_line(name: str, status: str, detail: str) -> Text:
    sign, style = _SIGNS[status]
    return Text.assemble((f"{sign} ", style), (name, "bold"), f"  {detail}  ", (status, "dim"))


def _event_table() -> Table:
    table = Table(box=None, expand=True)
    for name, width in (("ms", 6), ("seq", 4), ("type", 18)):
        table.add_column(name, width=width, no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    return table


class TerminalChat:
    """Reads lines, sends them, draws what comes back.

    Args:
        server: The server to talk to.
        context: Who talks.
        console: Where to draw.
        inspect: Whether to list every event.
    """

    def __init__(
        self,
        server: ChatKitServer[Any],
        context: RequestContext,
        console: Console,
        *,
        inspect: bool = False,
    ) -> None:
        self._server, self._context, self._console = server, context, console
        self._inspect = inspect
        self._thread_id: str | None = None
        self._buttons: list[tuple[Action, str]] = []

    async def run(self) -> None:
        """Talk until the lines end, or until somebody says /quit or presses Ctrl+C."""
        self._console.print(f"You are {self._context.user_id}. {_HELP}", style="dim")
        await self._watch(self._server.send(None, self._context))
        for line in _lines(self._console):
            text = line.strip()
            if text == "/quit":
                return
            if text == "/new":
                self._thread_id, self._buttons = None, []
            elif text.startswith("/"):
                await self._press(text[1:])
            elif text:
                await self._watch(self._server.send(text, self._context, self._thread_id))

    async def _press(self, number: str) -> None:
        if not number.isdecimal() or not 1 <= int(number) <= len(self._buttons):
            self._console.print(f"There is no button {number!r}. {_HELP}", style="dim")
            return
        action, item_id = self._buttons[int(number) - 1]
        if self._thread_id is not None:
            turn = self._server.act(action, self._context, self._thread_id, item_id)
            await self._watch(turn)

    async def _watch(self, turn: Turn) -> None:
        reply = TerminalRenderer(inspect=self._inspect, first=len(self._buttons) + 1)
        reading = asyncio.ensure_future(self._read(turn, reply))
        loop = asyncio.get_running_loop()

        def stop(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(reading.cancel)

        with _interrupt(stop):
            await asyncio.wait([reading])
        if reading.cancelled():
            self._console.print("Stopped. What was said is kept.", style="dim")
        elif (error := reading.exception()) is not None:
            if not isinstance(error, ChatlabError):
                raise error
            self._console.print(Text(f"✗ {error}", style="red"))
        self._thread_id = turn.thread_id
        self._buttons += reply.buttons

    async def _read(self, turn: Turn, reply: TerminalRenderer) -> None:
        begun = self._server.clock.monotonic()
        live = Live(reply, console=self._console, auto_refresh=False, vertical_overflow="visible")
        with live:
            async with turn:
                async for event in turn:
                    reply.take(event, 1000 * (self._server.clock.monotonic() - begun))
                    if self._console.is_terminal:
                        live.refresh()
        if not self._console.is_terminal:
            self._console.print()


def _lines(console: Console) -> Iterator[str]:
    """What is typed, a line at a time, until there is no more.

    Nothing else runs between two turns, so the loop may wait for it.
    """
    while True:
        if console.is_terminal:
            console.print("[bold cyan]you ›[/] ", end="")
        with _interrupt(signal.default_int_handler):
            line = sys.stdin.readline()
        if not line:
            return
        if not console.is_terminal:
            console.print(Text(f"you › {line.rstrip()}", style="bold"))
        yield line


@contextmanager
def _interrupt(handler: Any) -> Generator[None]:
    """What Ctrl+C does meanwhile."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
