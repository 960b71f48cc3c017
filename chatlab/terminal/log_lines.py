"""What is logged while a chat is in the terminal, above the box and not across it."""

import asyncio
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager

from rich.text import Text

from chatlab.errors import ChatlabError
from chatlab.terminal.screen import Screen
from chatlab.terminal.text import Harmless

__all__ = ["logs_shown"]


class _ScreenHandler(logging.Handler):
    def __init__(self, screen: Screen, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.WARNING)
        self._screen, self._loop = screen, loop

    def emit(self, record: logging.LogRecord) -> None:
        """Show the record, unless the chat says the same in a sentence."""
        if record.exc_info and isinstance(record.exc_info[1], ChatlabError):
            return
        text = self.format(record)
        if key := os.environ.get("OPENAI_API_KEY"):
            text = text.replace(key, "***")
        row = Harmless(Text(text, style="dim"))
        self._loop.call_soon_threadsafe(self._screen.show, row)


@contextmanager
def logs_shown(screen: Screen) -> Generator[None]:
    """Inside of this, warnings and errors go to the screen."""
    handler = _ScreenHandler(screen, asyncio.get_running_loop())
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
