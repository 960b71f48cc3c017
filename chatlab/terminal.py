"""A chat in the terminal: reads lines, and renders each turn's events with Rich."""

import asyncio
import json
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from chatlab.context import RequestContext
from chatlab.errors import ChatlabError
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    Notice,
    Task,
    ThreadStreamEvent,
    ToolStatus,
    Widget,
)
from chatlab.frontend.markdown import split_markdown
from chatlab.items import Action, Button, Form, Input, Select, WidgetNode
from chatlab.items import Text as Paragraph
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["TerminalChat", "TerminalRenderer"]

_HELP = "Ctrl+C stops an answer. /1 presses button 1, /new starts a new chat, /quit ends."
_SIGNS = {"running": ("…", "yellow"), "completed": ("✓", "green"), "failed": ("✗", "red")}
_NOTICE_STYLES = {"warning": "yellow", "danger": "bold red"}

_CONTROLS = dict.fromkeys([*range(10), *range(11, 32), *range(127, 160)])
"""What would move the cursor or colour the terminal; a line's end stays."""


class TerminalRenderer:
    """Renders one turn as its events come in.

    Args:
        inspect: Whether to list every event under the answer.
        first_button: The number of the first button.

    Attributes:
        buttons: The action and the item id of each button so far, in the order of their numbers.
    """

    def __init__(self, *, inspect: bool = False, first_button: int = 1) -> None:
        self.buttons: list[tuple[Action, str]] = []
        self._first_button = first_button
        self._rows: dict[str, RenderableType] = {}
        self._texts: dict[str, str] = {}
        self._event_table = _make_event_table() if inspect else None
        self._ended = False

    def apply(self, event: ThreadStreamEvent, ms: float = 0.0) -> None:
        """Change the rows as the event says; `ms` is when it came, for the list of events."""
        match event:
            case AssistantMessage(content=""):
                pass
            case AssistantMessage():
                text = self._texts.get(event.item_id, "") + event.content
                self._texts[event.item_id] = text
                self._rows[event.item_id] = _markdown(text)
            case ToolStatus():
                self._rows[event.item_id] = _status_line(event.tool, event.status, event.detail)
            case Task():
                bar = ProgressBar(total=1.0, completed=event.progress, width=24)
                status_line = _status_line(event.title, event.status, f"{event.progress:.0%}")
                self._rows[event.item_id] = Group(status_line, Padding(bar, (0, 0, 0, 2)))
            case Widget():
                self._rows[event.item_id] = Panel(
                    Group(*self._render_node(event.root, event.item_id)), expand=False
                )
            case Notice():
                text = ": ".join(filter(None, [event.title, event.message]))
                key = "progress" if event.level == "progress" else f"notice {event.seq}"
                self._rows[key] = Text(text, style=_NOTICE_STYLES.get(event.level, "dim"))
            case ErrorEvent():
                self._rows[f"error {event.seq}"] = Text(f"✗ {event.message}", style="red")
            case _:
                pass
        if self._event_table is not None:
            stamp_fields = {"thread_id", "item_id", "seq", "type"}
            fields = event.model_dump(mode="json", exclude=stamp_fields, exclude_none=True)
            fields_json = Text(json.dumps(fields, ensure_ascii=False))
            self._event_table.add_row(f"{ms:.0f}", str(event.seq), event.type, fields_json)

    def end(self) -> None:
        """The turn is over: what was going on goes on no longer."""
        self._rows.pop("progress", None)
        self._ended = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """All rows so far, in the order in which they began; nothing said commands the terminal.

        Until the turn ends, a terminal gets the last lines that fit: it can draw no others again.
        """
        rows = [*self._rows.values(), *([self._event_table] if self._event_table else [])]
        lines = console.render_lines(Group(*rows), options.update(height=None), pad=False)
        if console.is_terminal and not self._ended:
            lines = lines[1 - console.height :]
        for segment in (segment for line in lines for segment in (*line, Segment.line())):
            text = segment.text.translate(_CONTROLS)
            yield segment if segment.control else segment._replace(text=text)

    def _render_node(self, node: WidgetNode, item_id: str) -> Iterator[RenderableType]:
        """Render a widget's node and its children; its buttons get numbers."""
        match node:
            case Paragraph():
                yield _markdown(node.value)
            case Button():
                yield self._add_button(node.label, node.action, item_id)
            case Input() | Select():
                yield Text(f"{node.label or node.name}: {_value(node) or '…'}", style="dim")
            case Form():
                for child in node.children:
                    yield from self._render_node(child, item_id)
                yield self._add_button(node.submit, _submit_action(node), item_id)
            case _:
                if title := getattr(node, "title", None):
                    yield Text(title, style="bold")
                for child in node.children:
                    yield from self._render_node(child, item_id)

    def _add_button(self, label: str, action: Action, item_id: str) -> Text:
        self.buttons.append((action, item_id))
        return Text(f"/{self._first_button + len(self.buttons) - 1}  {label}", style="bold cyan")


def _markdown(text: str) -> RenderableType:
    """The text as Markdown, as far as the page, too, reads it as such."""
    marked, plain = split_markdown(text)
    if not plain:
        return Markdown(marked)
    return Group(Markdown(marked), Text(plain)) if marked else Text(plain)


def _submit_action(form: Form) -> Action:
    """The form's action with its fields' values added; a terminal cannot change them."""
    fields = {field.name: _value(field) for field in _iter_fields(form)}
    return form.action.model_copy(update={"payload": form.action.payload | fields})


def _value(field: Input | Select) -> str:
    """As in a browser, what is not chosen is the first option."""
    first = field.options[:1] if isinstance(field, Select) else ()
    return field.value or "".join(first)


def _iter_fields(node: Any) -> Iterator[Input | Select]:
    if isinstance(node, Input | Select):
        yield node
    for child in getattr(node, "children", ()):
        yield from _iter_fields(child)


def _status_line(name: str, status: str, detail: str) -> Text:
    sign, style = _SIGNS[status]
    return Text.assemble((f"{sign} ", style), (name, "bold"), f"  {detail}  ", (status, "dim"))


def _make_event_table() -> Table:
    table = Table(box=None, expand=True)
    for name, width in (("ms", 6), ("seq", 4), ("type", 18)):
        table.add_column(name, width=width, no_wrap=True)
    table.add_column("", ratio=1, no_wrap=True, overflow="ellipsis")
    return table


class TerminalChat:
    """Reads lines from the terminal, sends them to a server and renders the turns.

    Args:
        server: The server to talk to.
        context: The user who talks.
        console: Where to print.
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
        await self._show_turn(self._server.send(None, self._context))
        for line in _read_lines(self._console):
            text = line.strip()
            if text == "/quit":
                return
            if text == "/new":
                self._thread_id, self._buttons = None, []
            elif text.startswith("/"):
                await self._press_button(text[1:])
            elif text:
                await self._show_turn(self._server.send(text, self._context, self._thread_id))

    async def _press_button(self, number: str) -> None:
        if not number.isdecimal() or not 1 <= int(number) <= len(self._buttons):
            self._console.print(f"There is no button {number!r}. {_HELP}", style="dim")
            return
        action, item_id = self._buttons[int(number) - 1]
        if self._thread_id is not None:
            turn = self._server.act(action, self._context, self._thread_id, item_id)
            await self._show_turn(turn)

    async def _show_turn(self, turn: Turn) -> None:
        """Render the turn to its end; Ctrl+C stops it."""
        renderer = TerminalRenderer(inspect=self._inspect, first_button=len(self._buttons) + 1)
        read_task = asyncio.ensure_future(self._render_events(turn, renderer))
        loop = asyncio.get_running_loop()

        def stop(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(read_task.cancel)

        with _interrupt_handler(stop):
            await asyncio.wait([read_task])
        if read_task.cancelled():
            self._console.print("Stopped. What was said is kept.", style="dim")
        elif (error := read_task.exception()) is not None:
            if not isinstance(error, ChatlabError):
                raise error
            self._console.print(Text(f"✗ {error}", style="red"))
        self._buttons += renderer.buttons

    async def _render_events(self, turn: Turn, renderer: TerminalRenderer) -> None:
        started = self._server.clock.monotonic()
        live = Live(
            renderer, console=self._console, auto_refresh=False, vertical_overflow="visible"
        )
        with live:
            try:
                async with turn:
                    async for event in turn:
                        if event.type not in {"thread_created", "error"}:  # the thread has an item
                            self._thread_id = event.thread_id
                        renderer.apply(event, 1000 * (self._server.clock.monotonic() - started))
                        if self._console.is_terminal:
                            live.refresh()
            finally:
                renderer.end()
        if not self._console.is_terminal:
            self._console.print()


def _read_lines(console: Console) -> Iterator[str]:
    """Yield the lines that are typed, until the end of the input.

    Nothing else runs between two turns, so the loop may wait for it.
    """
    while True:
        if console.is_terminal:
            console.print("[bold cyan]you ›[/] ", end="")
        with _interrupt_handler(signal.default_int_handler):
            line = sys.stdin.readline()
        if not line:
            return
        if not console.is_terminal:
            console.print(Text(f"you › {line.rstrip()}", style="bold"))
        yield line


@contextmanager
def _interrupt_handler(handler: Any) -> Generator[None]:
    """Let Ctrl+C call this handler in the block; does nothing outside of the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous_handler = signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous_handler)
