"""A real server on a real socket of this machine, for the tests of the HTTP adapter."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from chatlab.adapters.http import JWTAuthenticator

__all__ = ["KEYS", "Address", "Frame", "client_of", "events_of", "frames_of", "listening", "served"]

KEYS = JWTAuthenticator("a secret of 32 bytes, for tests only")


def listening() -> socket.socket:
    """A socket on a free port."""
    found = socket.socket(proto=socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", 0))
    found.listen(128)  # whoever comes before the server is up, waits
    return found


class Address(str):
    """Where a server listens, and how to cut all connections to it."""

    __slots__ = ("loop", "server")

    def cut(self) -> None:
        for connection in tuple(self.server.server_state.connections):
            self.loop.call_soon_threadsafe(connection.transport.abort)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something on the server's loop, such as writing to its store."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(120)


@contextlib.contextmanager
def served(app: FastAPI, **options) -> Iterator[Address]:
    """The app on uvicorn, in a thread with a loop of its own; gives its address."""
    sock = listening()
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1, **options)
    server = uvicorn.Server(config)
    up = threading.Event()
    startup = server.startup
    url = Address(f"http://127.0.0.1:{sock.getsockname()[1]}")
    url.server = server

    async def started(sockets):
        url.loop = asyncio.get_running_loop()
        await startup(sockets)
        up.set()

    server.startup = started
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    try:
        assert up.wait(120)
        yield url
    finally:
        server.should_exit = True
        thread.join()
        sock.close()


def client_of(
    url: str, user: str = "alice", *permissions: str, key: str | None = None
) -> httpx.Client:
    """Somebody with a good session key."""
    key = key or KEYS.issue(user, frozenset(permissions))
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.Client(base_url=url, headers=headers, timeout=120, verify=False)


class Frame(dict):
    """One frame of an event stream: its `event`, `id` and `data`."""


def frames_of(lines: Iterator[str]) -> Iterator[Frame]:
    """The frames in the lines of an event stream; comments are left out."""
    frame = Frame()
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            frame[name] = json.loads(value) if name == "data" else value
        elif frame:
            yield frame
            frame = Frame()


def events_of(client: httpx.Client, turn_id: str, cursor: int = 0) -> list[Frame]:
    """What a turn sends after the cursor, to its end."""
    path = f"/api/turns/{turn_id}/events"
    with client.stream("GET", path, params={"cursor": cursor}) as response:
        assert response.status_code == 200, response.read()
        return list(frames_of(response.iter_lines()))
