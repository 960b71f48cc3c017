"""`chatlab serve`: the TaskManager behind HTTP, with a page to talk to it."""

import socket

from rich.console import Console
from rich.markup import escape

from chatlab.adapters.http import LOCAL_HOSTS, create_app
from chatlab.course.capstone.load_taskmanager import Capstone
from chatlab.errors import InvalidInput, MissingDependency, SessionNotFound

try:
    import uvicorn

    from chatlab.adapters.http.connections import Connection
except ImportError as error:
    raise MissingDependency("uvicorn", "http") from error

__all__ = ["serve_capstone"]

_DEMO_USERS = ("alice", "bob")
_SHUTDOWN_SECONDS = 3
"""How long open connections may go on when the server stops."""

_PROMPTS = ("Create a task: buy milk", "List my tasks", "What's its priority?", "Delete task 1")
"""One for each kind of thing that every TaskManager does: `chatlab.commands` has its words."""


def serve_capstone(
    console: Console, capstone: Capstone, *, host: str, port: int, storage: str
) -> None:
    """Serve the TaskManager until Ctrl+C.

    Whoever reaches it may log in as Alice or Bob, so it listens on this machine's own addresses
    only.

    Args:
        console: Where to print the URL.
        capstone: What to serve.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        storage: Where conversations and tasks are kept, in words.

    Raises:
        InvalidInput: The port is in use, or the host is not this machine.
    """
    if host not in LOCAL_HOSTS:
        raise InvalidInput(
            f"Host {host}",
            "would let others in, and this server asks for no password",
            "Use 127.0.0.1, or serve an app of your own: see notebooks/deployment.md.",
        )
    listener = _open_listener(host, port)
    app = create_app(
        capstone.server,
        capstone.authenticate,
        sign_in=lambda name: _sign_in(capstone, name),
        prompts=_PROMPTS,
    )
    url = f"http://{host}:{listener.getsockname()[1]}"
    console.print(f"The TaskManager of {escape(capstone.notebook)} is at [bold]{url}[/]")
    console.print("Open it and choose Alice or Bob. Nobody needs a password: this is for learning.")
    if capstone.disclosure:
        console.print(escape(capstone.disclosure))
    console.print(f"Conversations and tasks are kept {escape(storage)}. Ctrl+C stops it.")
    config = uvicorn.Config(
        app,
        http=Connection,
        log_level="warning",
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


def _open_listener(host: str, port: int) -> socket.socket:
    # asyncio sends small pieces at once only on sockets that say they are TCP.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError:
        listener.close()
        raise InvalidInput(
            f"Port {port}", "is in use", f"Try: chatlab serve --port {port + 1}"
        ) from None
    return listener


def _sign_in(capstone: Capstone, name: str) -> str:
    """A session key for Alice or Bob, without a password."""
    if name not in _DEMO_USERS:
        raise SessionNotFound
    return capstone.session_key(name)
