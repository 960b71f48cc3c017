"""A conversation in the terminal: what is typed becomes messages, clicks and commands."""

import asyncio
import os
import sys
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from chatlab.context import RequestContext
from chatlab.errors import ChatlabError, InvalidInput
from chatlab.frontend.titles import ListedThread
from chatlab.server import ChatKitServer
from chatlab.terminal.commands import completions, run_command
from chatlab.terminal.line_screen import LineScreen
from chatlab.terminal.log_lines import logs_shown
from chatlab.terminal.renderer import TerminalRenderer
from chatlab.terminal.screen import Screen
from chatlab.terminal.widgets import Offer
from chatlab.turns.turn import Turn

__all__ = ["TerminalChat"]

_MOST_SHOWN = 20
"""How many of a conversation's newest entries are shown when it is opened."""


class TerminalChat:
    """Reads what is typed, sends it to a server and renders the turns.

    Args:
        server: The server to talk to.
        context: The user who talks.
        console: Where to print.
        inspect: Whether to list every event.
        history: The file that keeps what was typed, for the next time.

    Attributes:
        screen: Where the chat is shown.
        thread_id: The conversation; None before anything was said.
        spoken: Whether the user has said something in it.
        offers: Its buttons and forms, by number from 1; None is one that is offered no more.
        listed: The conversations that `/threads` listed last.
        over: Whether the user wants to leave.
    """

    def __init__(
        self,
        server: ChatKitServer[Any],
        context: RequestContext,
        console: Console,
        *,
        inspect: bool = False,
        history: Path | None = None,
    ) -> None:
        self.server, self.context, self.inspect = server, context, inspect
        self.screen = self._make_screen(console, history)
        self.thread_id: str | None = None
        self.spoken = False
        self.offers: list[Offer | None] = []
        self.listed: list[ListedThread] = []
        self.over = False

    async def run(self) -> None:
        """Talk until the lines end, or until somebody says /quit."""
        async with self.screen.opened():
            with logs_shown(self.screen):
                said = f"You are {self.context.user_id}. /help lists the commands and keys."
                self.screen.show(Text(said, style="dim"))
                await self._show_turn(self.server.send(None, self.context))
                while not self.over and (line := await self.screen.read()) is not None:
                    await self._say(line.strip())
                await self._forget_unspoken()

    async def choose(self, number: int) -> None:
        """Press the button of this number, or fill in the form and send it."""
        offer = self.offers[number - 1] if 1 <= number <= len(self.offers) else None
        if offer is None or self.thread_id is None:
            raise InvalidInput(f"/{number}", "is not a button on the screen", "/help says more.")
        values: dict[str, str] = {}
        for field in offer.fields:
            value = await self.screen.ask(field)
            if value is None:
                self.screen.show(Text("Nothing was sent.", style="dim"))
                return
            values[field.name] = value
        self.spoken = True
        action = offer.filled_in(values)
        await self._show_turn(self.server.act(action, self.context, self.thread_id, offer.item_id))

    async def open_thread(self, thread_id: str) -> None:
        """Go on with another conversation: show the end of it."""
        thread = await self.server.thread(thread_id, self.context, limit=_MOST_SHOWN, order="desc")
        if thread_id != self.thread_id:
            await self._forget_unspoken()
        self.thread_id, self.spoken, self.offers = thread_id, True, []
        if thread.items.has_more:
            self.screen.show(Text(f"The newest {_MOST_SHOWN} entries:", style="dim"))
        renderer = TerminalRenderer(offers=self.offers)
        for item in reversed(thread.items.data):
            renderer.add_item(item)
        renderer.end()
        self.screen.show(*renderer.take_complete(), "")

    async def begin_anew(self) -> None:
        """The next message begins a conversation."""
        await self._forget_unspoken()
        self.thread_id, self.spoken, self.offers = None, False, []

    def needed_thread(self) -> str:
        """The conversation's id. Raises `InvalidInput` if there is none yet."""
        if self.thread_id is None:
            raise InvalidInput("The conversation", "has not begun", "Say something first.")
        return self.thread_id

    def _make_screen(self, console: Console, history: Path | None) -> Screen:
        is_dumb = os.environ.get("TERM", "").lower() in {"dumb", "unknown"}
        if is_dumb or not (console.is_terminal and sys.stdin.isatty()):
            return LineScreen(console)
        from chatlab.terminal.prompt_screen import PromptScreen

        return PromptScreen(console, partial(completions, self), history)

    async def _say(self, text: str) -> None:
        try:
            if text.startswith("/"):
                await run_command(self, text)
            elif text:
                self.spoken = True
                await self._show_turn(self.server.send(text, self.context, self.thread_id))
        except ChatlabError as error:
            self.screen.show(Text(f"✗ {error}", style="red"))

    async def _show_turn(self, turn: Turn) -> None:
        """Render the turn to its end; Ctrl+C stops it."""
        renderer = TerminalRenderer(inspect=self.inspect, offers=self.offers)
        reading = asyncio.ensure_future(self._read_turn(turn, renderer))
        try:
            await asyncio.wait([reading])
        finally:
            if not reading.done():
                reading.cancel()
                await asyncio.wait([reading])
        if reading.cancelled():
            self.screen.show(Text("Stopped. What was said is kept.", style="dim"))
        elif (error := reading.exception()) is not None:
            if not isinstance(error, ChatlabError):
                raise error
            self.screen.show(Text(f"✗ {error}", style="red"))

    async def _read_turn(self, turn: Turn, renderer: TerminalRenderer) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in one
        started = self.server.clock.monotonic()
        with self.screen.following(renderer, task.cancel) as changed:
            async with turn:
                async for event in turn:
                    if event.type not in {"thread_created", "error"}:  # the thread has an item
                        self.thread_id = event.thread_id
                    renderer.apply(event, 1000 * (self.server.clock.monotonic() - started))
                    changed()
                    await asyncio.sleep(0)  # a fast answer leaves the keys their turn

    async def _forget_unspoken(self) -> None:
        """A greeting that nobody answered is no conversation."""
        if self.thread_id is not None and not self.spoken:
            await self.server.delete(self.thread_id, self.context)
        self.thread_id = None
