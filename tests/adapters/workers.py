"""Server processes that can be killed: forks of one that has imported everything, up at once."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

__all__ = ["Workers", "workers"]


class Workers:
    """Starts server processes, and kills them."""

    def __init__(self, nursery: subprocess.Popen) -> None:
        self._nursery = nursery
        self.alive: list[int] = []

    def start(self, database: str | None = None, **limits: float) -> tuple[int, str]:
        """A server on this database, or in memory: its process, and its address."""
        order = json.dumps({"database": database, "limits": limits})
        self._nursery.stdin.write(f"{order}\n")
        self._nursery.stdin.flush()
        born = json.loads(self._nursery.stdout.readline())
        self.alive.append(born["pid"])
        return born["pid"], f"http://127.0.0.1:{born['port']}"

    def kill(self, pid: int) -> None:
        """End it with SIGKILL: it does not notice."""
        os.kill(pid, signal.SIGKILL)
        self.alive.remove(pid)

    def end(self, pid: int) -> None:
        """Tell it to end, and wait until it has."""
        os.kill(pid, signal.SIGTERM)
        self.alive.remove(pid)
        while psutil.pid_exists(pid):
            time.sleep(0.02)


@contextmanager
def workers() -> Iterator[Workers]:
    """All of them are gone when the block is left."""
    command = [sys.executable, "-W", "error", __file__]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=Path(__file__).parent, **pipes) as nursery:
        found = Workers(nursery)
        try:
            yield found
        finally:
            for pid in tuple(found.alive):
                with suppress(ProcessLookupError):
                    found.kill(pid)
            nursery.stdin.close()
            nursery.wait(120)


def nurse() -> None:
    """Fork a server for each order that comes in."""
    import aiosqlite  # noqa: F401 - imported before the forks, which share it
    import asyncpg  # noqa: F401
    import uvicorn.protocols.http.h11_impl  # noqa: F401
    from servers import Talker  # noqa: F401
    from serving import KEYS  # noqa: F401

    import chatlab.stores.sql  # noqa: F401

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for order in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            asyncio.run(serve(json.loads(order)))
            os._exit(0)


async def serve(order: dict) -> None:
    """Serve until killed."""
    import uvicorn
    from servers import Talker
    from serving import KEYS, listening

    from chatlab import MemoryStore, SQLStore
    from chatlab.adapters.http import Limits, create_app

    database = order["database"]
    store = SQLStore(database, turn_wait=5) if database else MemoryStore()
    app = create_app(
        Talker(store), KEYS.authenticate, limits=Limits(**order["limits"]), chatkit=False
    )
    sock: socket.socket = listening()
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="critical", http="h11", timeout_graceful_shutdown=1)
    )
    startup = server.startup

    async def started(sockets):
        await startup(sockets)
        print(json.dumps({"pid": os.getpid(), "port": sock.getsockname()[1]}), flush=True)

    server.startup = started
    await server.serve(sockets=[sock])


if __name__ == "__main__":
    nurse()
