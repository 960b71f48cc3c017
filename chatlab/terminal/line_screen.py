"""A chat line by line, for pipes and for terminals that cannot move their cursor."""

import asyncio
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

from rich.console import Console, RenderableType
from rich.text import Text

from chatlab.items import Input, Select
from chatlab.terminal.renderer import TerminalRenderer, you_said
from chatlab.terminal.widgets import field_label, field_problem, value_of

__all__ = ["LineScreen"]


class LineScreen:
    """Reads lines, and prints what is complete; nothing is ever drawn again.

    Args:
        console: Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """There is nothing to open."""
        yield

    async def read(self) -> str | None:
        """The next line; nothing else runs between two turns, so the loop may wait for it."""
        line = self._read_line("you › ")
        if line is not None and not self._console.is_terminal:
            self.show(you_said(line))
        return line

    async def ask(self, field: Input | Select) -> str | None:
        """The next line that fits; an empty one leaves what the field holds."""
        hint = f" ({', '.join(field.options)})" if isinstance(field, Select) else ""
        value = value_of(field)
        label = f"{field_label(field)}{hint}{f' [{value}]' if value else ''} › "
        while (line := self._read_line(label)) is not None:
            if not self._console.is_terminal:
                self.show(Text(f"{label}{line}"))
            if (problem := field_problem(field, line or value)) is None:
                return line or value
            self.show(Text(problem, style="yellow"))
        return None

    def show(self, *rows: RenderableType) -> None:
        """Print."""
        for row in rows:
            self._console.print(row)

    @contextmanager
    def following(
        self, renderer: TerminalRenderer, stop: Callable[[], object]
    ) -> Generator[Callable[[], None]]:
        """Print each part of the answer when it is complete."""
        loop = asyncio.get_running_loop()

        def interrupted(_number: int, _frame: FrameType | None) -> None:
            loop.call_soon_threadsafe(stop)

        def print_complete() -> None:
            self.show(*renderer.take_complete())

        with _interrupt_handler(interrupted):
            yield print_complete
        renderer.end()
        print_complete()
        self.show("")

    def _read_line(self, prompt: str) -> str | None:
        if self._console.is_terminal:
            self._console.print(Text(prompt, style="bold cyan"), end="")
        with _interrupt_handler(signal.default_int_handler):
            line = sys.stdin.readline()
        return line.rstrip("\r\n") if line else None


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
