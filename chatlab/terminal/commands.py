"""What can be said to the terminal itself: `/help`, `/threads`, `/open 2` and the others."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from chatlab.errors import InvalidInput
from chatlab.frontend.titles import check_title, list_thread, rename_thread
from chatlab.terminal.export import export_thread
from chatlab.terminal.text import Harmless

if TYPE_CHECKING:
    from chatlab.terminal.chat import TerminalChat

__all__ = ["COMMANDS", "completions", "run_command"]

_MOST_LISTED = 20

_KEYS = (
    ("Enter", "send; during an answer, send when it is complete"),
    ("Alt+Enter, or \\ and Enter", "begin a new line"),
    ("↑ ↓", "earlier messages"),
    ("Tab", "complete a command"),
    ("Ctrl+C", "stop an answer, leave a form, or clear the box"),
    ("Ctrl+D", "end the chat"),
)


@dataclass(frozen=True)
class Command:
    """One command: what comes after its name, what it is for, and what it does."""

    argument: str
    about: str
    run: Callable[["TerminalChat", str], Awaitable[None]]


async def run_command(chat: "TerminalChat", line: str) -> None:
    """Do what a line that begins with a slash says.

    Raises:
        InvalidInput: There is no such command, or its argument is wrong; the sentence says more.
    """
    name, _, argument = line.removeprefix("/").partition(" ")
    argument = argument.strip()
    if name.isdecimal():
        await chat.choose(int(name))
        return
    command = COMMANDS.get(name)
    if command is None:
        raise InvalidInput(f"/{name}", "is not a command", "/help lists them.")
    if bool(argument) != bool(command.argument):
        wanted = f"needs {command.argument}" if command.argument else "takes nothing after it"
        raise InvalidInput(f"/{name}", wanted, f"Say: /{name} {command.argument}".rstrip())
    await command.run(chat, argument)


def completions(chat: "TerminalChat", text: str) -> Iterator[tuple[str, str]]:
    """What a command may become, with a few words about it."""
    if not text.startswith("/"):
        return
    for number, offer in enumerate(chat.offers, start=1):
        if offer is not None and f"/{number}".startswith(text):
            yield f"/{number}", offer.label
    for name, command in COMMANDS.items():
        if f"/{name}".startswith(text):
            yield f"/{name}{' ' if command.argument else ''}", command.about
    for number, thread in enumerate(chat.listed, start=1):
        if text.startswith("/open ") and f"/open {number}".startswith(text):
            yield f"/open {number}", thread.title or ""


async def _help(chat: "TerminalChat", _: str) -> None:
    table = Table.grid(padding=(0, 3))
    table.add_row("/1", "press button 1, or fill in form 1")
    for name, command in COMMANDS.items():
        table.add_row(f"/{name} {command.argument}", command.about)
    for key, about in _KEYS:
        table.add_row(key, about)
    chat.screen.show(table, "")


async def _threads(chat: "TerminalChat", _: str) -> None:
    store, context = chat.server.store, chat.context
    page = await chat.server.threads(context, limit=_MOST_LISTED)
    found = [await list_thread(thread, store, context) for thread in page.data]
    chat.listed = [thread for thread in found if thread.title]
    if not chat.listed:
        chat.screen.show(Text("There are no conversations yet.", style="dim"))
        return
    table = Table.grid(padding=(0, 2))
    for number, thread in enumerate(chat.listed, start=1):
        here = "●" if thread.id == chat.thread_id else " "
        day = thread.created_at.astimezone().strftime("%Y-%m-%d %H:%M")
        table.add_row(here, str(number), day, Text(thread.title or ""))
    more = [Text(f"These are the newest {_MOST_LISTED}.", style="dim")] if page.has_more else []
    chat.screen.show(Harmless(table, *more), "")


async def _open(chat: "TerminalChat", argument: str) -> None:
    if not chat.listed:
        await _threads(chat, "")
    if not argument.isdecimal() or not 1 <= int(argument) <= len(chat.listed):
        raise InvalidInput(
            f"/open {argument}", "is not in the list of conversations", "/threads lists them."
        )
    await chat.open_thread(chat.listed[int(argument) - 1].id)


async def _new(chat: "TerminalChat", _: str) -> None:
    await chat.begin_anew()
    chat.screen.show(Text("A new conversation begins with what you say next.", style="dim"))


async def _title(chat: "TerminalChat", argument: str) -> None:
    title = check_title(argument)
    await rename_thread(chat.needed_thread(), title, chat.server.store, chat.context)
    chat.spoken = True
    chat.screen.show(Text(f"The title is now: {title}", style="dim"))


async def _export(chat: "TerminalChat", argument: str) -> None:
    items = await export_thread(argument, chat.needed_thread(), chat.server, chat.context)
    chat.screen.show(Text(f"{items} entries were written to {argument}.", style="dim"))


async def _inspect(chat: "TerminalChat", _: str) -> None:
    chat.inspect = not chat.inspect
    said = "Events are listed." if chat.inspect else "Events are no longer listed."
    chat.screen.show(Text(said, style="dim"))


async def _quit(chat: "TerminalChat", _: str) -> None:
    chat.over = True


COMMANDS = {
    "help": Command("", "show this list", _help),
    "threads": Command("", "list your conversations", _threads),
    "open": Command("N", "go on with number N of /threads", _open),
    "new": Command("", "begin a new conversation", _new),
    "title": Command("TEXT", "give this conversation a title", _title),
    "export": Command("FILE", "save it to a file: .md or .json", _export),
    "inspect": Command("", "list every event; again, to stop", _inspect),
    "quit": Command("", "end the chat", _quit),
}
"""The commands by name, in the order in which `/help` lists them."""
