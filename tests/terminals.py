"""A real terminal for a program: a pseudo-terminal, and what its screen shows."""

import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest

pexpect = pytest.importorskip("pexpect", reason="there are no pseudo-terminals here")

ROOT = Path(__file__).parents[1]
PATIENCE = float(os.environ.get("CHATLAB_TEST_PATIENCE", "120"))
"""Seconds to wait for what is expected; a busy machine takes long, and a quiet one does not."""


class Terminal:
    """A program in a terminal of a size.

    `raw` is all that the program wrote; `text()` is what one would see, and above it what has
    scrolled away.
    """

    def __init__(self, command, arguments, *, env, size, cwd):
        self.columns, self.lines = size
        self.screen = pyte.HistoryScreen(*size, history=10_000, ratio=0.01)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        dimensions = (self.lines, self.columns)
        self.process = pexpect.spawn(
            command, arguments, env=env, cwd=cwd, dimensions=dimensions, timeout=PATIENCE
        )
        self.process.delaybeforesend = None

    def visible(self):
        """The lines on the screen."""
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        """All lines, those that left the screen at its top too."""
        above = [
            "".join(line[column].data for column in range(self.screen.columns)).rstrip()
            for line in self.screen.history.top
        ]
        return "\n".join([*above, *self.visible()])

    def type(self, text):
        self.process.send(text)

    def say(self, text):
        self.type(f"{text}\r")

    def resize(self, columns, lines):
        self.screen.resize(lines, columns)
        self.process.setwinsize(lines, columns)

    def wait_for(self, expected):
        """Until the text is on the screen or above it, or the function returns something true."""
        until = time.monotonic() + PATIENCE
        while True:
            found = expected() if callable(expected) else expected in self.text()
            if found:
                return found
            self.read()
            assert time.monotonic() < until, f"not seen: {expected}\n{self.text()}"

    def read(self):
        """Take in what the program has written."""
        try:
            piece = self.process.read_nonblocking(65_536, timeout=0.2)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            assert False, f"the program has ended:\n{self.text()}"  # noqa: B011, PT015
        self.raw += piece
        self.stream.feed(piece)

    def wait_ended(self):
        """Until the program is over; its exit status."""
        while True:
            try:
                piece = self.process.read_nonblocking(65_536, timeout=PATIENCE)
            except pexpect.EOF:
                break
            self.raw += piece
            self.stream.feed(piece)
        self.process.wait()
        return self.process.exitstatus


@contextmanager
def terminal(*arguments, size=(80, 24), cwd=ROOT, **environment):
    """Python with these arguments in a terminal; it is gone afterwards."""
    env = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    env |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environment
    opened = Terminal(sys.executable, list(arguments), env=env, size=size, cwd=str(cwd))
    try:
        yield opened
    finally:
        opened.process.close(force=True)
