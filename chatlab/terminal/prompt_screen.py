"""A chat in a terminal: the answer grows above a box in which one can type at any time."""

import asyncio
import signal
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import ANSI
from prompt_toolkit.output import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import DummyStyle
from rich.console import Console, RenderableType
from rich.text import Text

from chatlab.items import Input, Select
from chatlab.terminal.box import (
    OptionsCompleter,
    WordsCompleter,
    key_bindings,
    layout,
    open_history,
)
from chatlab.terminal.drawing import draw
from chatlab.terminal.renderer import TerminalRenderer, you_said
from chatlab.terminal.screen import Completer
from chatlab.terminal.widgets import field_label, field_problem, value_of

__all__ = ["PromptScreen"]

_SECONDS_BETWEEN_DRAWINGS = 0.05


class PromptScreen:
    """A box at the bottom, what is going on above it, and above that all that is complete.

    What is complete is printed once and belongs to the terminal from then on: it scrolls, and can
    be selected. Only the rest is drawn again, and of that only what has changed.

    Args:
        console: Says which colours there are.
        complete: Says what a command may become.
        history: The file that keeps what was typed; None keeps it while this runs.
    """

    def __init__(self, console: Console, complete: Completer, history: Path | None) -> None:
        self._console = console
        self._ahead: deque[str] = deque()
        self._entered = asyncio.Event()
        self._closed = False
        self._renderer: TerminalRenderer | None = None
        self._stop: Callable[[], object] | None = None
        self._field: Input | Select | None = None
        self._answer: asyncio.Future[str | None] | None = None
        self._drawing: asyncio.TimerHandle | None = None
        self._live: tuple[Size, str] | None = None
        self._words = WordsCompleter(complete)
        self._buffer = Buffer(
            multiline=True,
            history=open_history(history),
            completer=self._words,
            complete_while_typing=True,
        )
        self._output = create_output()
        if isinstance(self._output, Vt100_Output):
            self._output.enable_cpr = False  # nothing here needs to know where the cursor is
        self._app: Application[None] = Application(
            layout=layout(self._buffer, self._label, self._live_text, self._hints),
            key_bindings=key_bindings(self._buffer, self._enter, self._interrupt, self._close),
            output=self._output,
            erase_when_done=True,
        )

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[None]:
        """Inside of this, the box is there; afterwards, the terminal is as before.

        To be told to end (SIGTERM, SIGHUP) is as Ctrl+C and Ctrl+D, where there are such signals.
        """
        ready = asyncio.Event()
        app = asyncio.ensure_future(self._app.run_async(pre_run=ready.set))
        app.add_done_callback(lambda _: (ready.set(), self._hang_up()))
        loop = asyncio.get_running_loop()
        with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self._hang_up)
        try:
            await ready.wait()
            yield
        finally:
            if self._app.is_running:
                self._buffer.reset()
                self._app.exit()
            with suppress(EOFError, KeyboardInterrupt):  # the terminal is gone
                await app

    async def read(self) -> str | None:
        """The next thing that was typed, perhaps while somebody else was speaking."""
        while not self._ahead:
            if self._closed:
                return None
            self._entered.clear()
            await self._entered.wait()
        text = self._ahead.popleft()
        self.show(you_said(text))
        return text

    async def ask(self, field: Input | Select) -> str | None:
        """Let the box be the field until it is entered, or left with Ctrl+C."""
        draft, self._field = self._buffer.document, field
        if isinstance(field, Select):
            self._buffer.completer = OptionsCompleter(field.options)
        try:
            self._buffer.document = Document(value_of(field))
            if isinstance(field, Select):
                self._buffer.start_completion()
            while not self._closed:
                self._answer = asyncio.get_running_loop().create_future()
                if (value := await self._answer) is None:
                    return None
                if (problem := field_problem(field, value)) is None:
                    self.show(Text(f"{field_label(field)} › {value}"))
                    return value
                self.show(Text(problem, style="yellow"))
            return None
        finally:
            self._field = self._answer = None
            self._buffer.completer = self._words
            self._buffer.document = draft
            self._app.invalidate()

    def show(self, *rows: RenderableType) -> None:
        """Print above the box."""
        self._print("".join(draw(row, self._console, self._output) for row in rows))

    @contextmanager
    def following(
        self, renderer: TerminalRenderer, stop: Callable[[], object]
    ) -> Generator[Callable[[], None]]:
        """Show the answer as it grows, at most 20 times a second."""
        self._renderer, self._stop, self._live = renderer, stop, None
        try:
            yield self._draw_soon
        finally:
            if self._drawing is not None:
                self._drawing.cancel()
                self._drawing = None
            if self._stop is None:  # what was meant to follow the answer may not be meant any more
                self._take_back_what_is_ahead()
            self._renderer = self._stop = None
            renderer.end()
            self.show(*renderer.take_complete(), "")

    def _draw_soon(self) -> None:
        self._live = None
        if self._drawing is None:
            loop = asyncio.get_running_loop()
            self._drawing = loop.call_later(_SECONDS_BETWEEN_DRAWINGS, self._draw)

    def _draw(self) -> None:
        self._drawing = self._live = None
        if self._renderer is not None and (complete := self._renderer.take_complete()):
            self.show(*complete)
        else:
            self._app.invalidate()

    def _print(self, text: str) -> None:
        """Put the text where the box is, and the box below it, as one change of the screen."""
        if not text or not self._app.is_running:
            return
        synchronised = isinstance(self._output, Vt100_Output)
        if synchronised:  # terminals that do not know this ignore it
            self._output.write_raw("\x1b[?2026h")
        self._app.renderer.erase(leave_alternate_screen=False)
        depth = self._app.color_depth
        print_formatted_text(self._output, ANSI(text), DummyStyle(), color_depth=depth)
        self._app._redraw()  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] - at once
        if synchronised:
            self._output.write_raw("\x1b[?2026l")
            self._output.flush()

    def _label(self) -> str:
        return f"{field_label(self._field)} › " if self._field is not None else "you › "

    def _live_text(self) -> str:
        """What is drawn again, anew when something was said or the window has another size."""
        if self._renderer is None:
            return ""
        size = self._output.get_size()
        if self._live is None or self._live[0] != size:
            self._live = size, draw(self._renderer, self._console, self._output)
        return self._live[1]

    def _hints(self) -> list[str]:
        ahead = [f"next › {' '.join(text.split())}" for text in self._ahead]
        if self._field is not None:
            return ["Enter goes on, Ctrl+C leaves the form."]
        if self._renderer is None:
            return []
        return [*ahead, "Ctrl+C stops the answer." if self._stop else "Stopping."]

    def _enter(self) -> None:
        text = self._buffer.text
        if self._answer is not None:
            if not self._answer.done():
                self._answer.set_result(text)
            return
        if not text.strip():
            return
        self._buffer.append_to_history()
        self._buffer.reset()
        self._ahead.append(text.strip())
        self._entered.set()

    def _interrupt(self) -> None:
        if self._stop is not None:
            stop, self._stop = self._stop, None
            stop()
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(None)
        elif self._renderer is None and self._buffer.text:
            self._buffer.reset()
        elif self._renderer is None:
            self.show(Text("Ctrl+D or /quit ends the chat.", style="dim"))

    def _close(self) -> None:
        """Ctrl+D in an empty box."""
        self._interrupt_what_runs()
        self._closed = True
        self._entered.set()

    def _hang_up(self) -> None:
        """The box is gone, and with it whoever typed."""
        self._ahead.clear()
        self._close()

    def _interrupt_what_runs(self) -> None:
        if self._stop is not None or self._answer is not None:
            self._interrupt()

    def _take_back_what_is_ahead(self) -> None:
        text = "\n".join([*self._ahead, *filter(None, [self._buffer.text])])
        self._ahead.clear()
        self._buffer.document = Document(text)
