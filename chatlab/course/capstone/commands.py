"""The commands for who talks to a TaskManager: `chat` and `serve`."""

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from chatlab.course.progress import course_root
from chatlab.errors import InvalidInput

if TYPE_CHECKING:
    from chatlab.course.capstone.load_taskmanager import Capstone
    from chatlab.course.capstone.storage import Storage

__all__ = ["chat", "serve"]

console = Console()

Source = Annotated[Path | None, typer.Option("--from", help="A notebook that makes a TaskManager.")]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Let a real model answer: one of OpenAI's, with OPENAI_API_KEY; of the server at"
        " OPENAI_BASE_URL, which may be on this machine; or litellm/NAME.",
    ),
]
Database = Annotated[
    str | None, typer.Option(help="Keep everything there: sqlite+aiosqlite:///chat.sqlite")
]


def chat(
    *,
    source: Source = None,
    model: Model = None,
    database: Database = None,
    user_id: Annotated[str, typer.Option("--as", help="Who you are.")] = "alice",
    inspect: Annotated[bool, typer.Option("--inspect", help="List every event.")] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="For scripts: a message a line comes in, a line of JSON an event goes out.",
        ),
    ] = False,
) -> None:
    """Talk to the TaskManager: to yours, once your capstone passes; or to a real model."""
    from chatlab.course.capstone.storage import open_storage

    storage = open_storage(database)
    capstone = _capstone(source, model, storage)
    if as_json:
        _chat_in_json(capstone, user_id, storage)
        return
    if model is None:
        console.print(f"This is the TaskManager of {escape(capstone.notebook)}.", style="dim")
    console.print(f"Conversations and tasks are kept {escape(storage.words)}.", style="dim")
    with suppress(KeyboardInterrupt):
        asyncio.run(_chat(capstone, user_id, storage, inspect=inspect))


def serve(
    *,
    source: Source = None,
    model: Model = None,
    port: Annotated[int, typer.Option(help="The port to listen on.", min=0, max=65535)] = 8000,
    host: Annotated[str, typer.Option(help="An address of this machine.")] = "127.0.0.1",
    database: Database = None,
) -> None:
    """Serve the TaskManager over HTTP: yours, once your capstone passes; or a real model's."""
    from chatlab.course.capstone.serve import serve_capstone
    from chatlab.course.capstone.storage import open_storage

    storage = open_storage(database)
    capstone = _capstone(source, model, storage)
    serve_capstone(console, capstone, host=host, port=port, storage=storage.words)


def _capstone(source: Path | None, model: str | None, storage: "Storage") -> "Capstone":
    if model is None:
        from chatlab.course.capstone.load_taskmanager import task_manager

        return task_manager(course_root(), source, storage.store, storage.secret, storage.book)
    if source is not None:
        raise InvalidInput("--from and --model", "are two who answer", "Leave out one of them.")
    from chatlab.course.capstone.model_manager import model_task_manager

    return model_task_manager(model, storage)


async def _chat(capstone: "Capstone", user_id: str, storage: "Storage", *, inspect: bool) -> None:
    from chatlab.terminal import TerminalChat

    history = course_root() / ".chatlab" / "chat-history"
    context = capstone.context_for(user_id)
    try:
        await TerminalChat(
            capstone.server, context, console, inspect=inspect, history=history
        ).run()
    finally:
        await storage.aclose()


def _chat_in_json(capstone: "Capstone", user_id: str, storage: "Storage") -> None:
    from chatlab.terminal import print_json_lines

    async def talk() -> bool:
        try:
            return await print_json_lines(capstone.server, capstone.context_for(user_id))
        finally:
            await storage.aclose()

    if capstone.disclosure:
        print(capstone.disclosure, file=sys.stderr)  # noqa: T201 - beside what scripts read
    try:
        well = asyncio.run(talk())
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:  # whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    raise typer.Exit(0 if well else 1)
