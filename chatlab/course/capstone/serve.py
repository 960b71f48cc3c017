"""`chatlab serve`: the TaskManager behind HTTP, with a page to talk to it."""

import socket

from rich.console import Console
from rich.markup import escape

from chatlab.adapters.http import create_app
from chatlab.course.capstone.taskmanager import Capstone
from chatlab.errors import InvalidInput, MissingDependency, SessionNotFound

try:
    import uvicorn
except ImportError as error:
    raise MissingDependency("uvicorn", "http") from error

__all__ = ["serve"]

_CUSTOMERS = ("alice", "bob")
_HERE = ("127.0.0.1", "localhost")
_ENDING = 3
"""How many seconds open connections are given when the server stops."""


def serve(console: Console, found: Capstone, *, host: str, port: int, kept: str) -> None:
    """Serve the TaskManager until Ctrl+C; `kept` says where conversations are.

    Whoever reaches it may log in as Alice or Bob, so it listens on this machine's own addresses
    only.

    Raises:
        InvalidInput: The port is in use, or the host is not this machine.
    """
    if host not in _HERE:
        raise InvalidInput(
            f"Host {host}",
            "would let others in, and this server asks for no password",
            "Use 127.0.0.1, or serve an app of your own: see notebooks/deployment.md.",
        )
    listening = _listening(host, port)
    app = create_app(
        found.server,
        found.server.authenticate,
        sign_in=lambda name: _key_for(found, name),
        hosts=_HERE,
    )
    where = f"http://{host}:{listening.getsockname()[1]}"
    console.print(f"The TaskManager of {escape(found.notebook)} is at [bold]{where}[/]")
    console.print("Open it and choose Alice or Bob. Nobody needs a password: this is for learning.")
    console.print(f"Conversations are kept {escape(kept)}, tasks in memory. Ctrl+C stops it.")
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_ENDING)
    uvicorn.Server(config).run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    # asyncio sends small pieces at once only on sockets that say they are TCP.
    listening = socket.socket(proto=socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError:
        listening.close()
        raise InvalidInput(
            f"Port {port}", "is in use", f"Try: chatlab serve --port {port + 1}"
        ) from None
    return listening


def _key_for(found: Capstone, name: str) -> str:
    if name not in _CUSTOMERS:
        raise SessionNotFound
    return found.session_key(name)
