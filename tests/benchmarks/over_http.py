"""Turns over HTTP: a server in a process of its own, and as many clients as wanted in this one."""

import asyncio
import re
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil

__all__ = ["Clients", "serving"]


class Clients:
    """So many clients, all at once: each says something and reads the answer to its end.

    Attributes:
        server_cpu: The CPU seconds that the server took for a turn, in the latest run.
        waits: How long each client waited for its first event, shortest first.
    """

    def __init__(self, server: psutil.Process, port: int, count: int) -> None:
        self.server_cpu = 0.0
        self.waits: list[float] = []
        self._server, self._port, self._count = server, port, count

    async def run(self) -> None:
        """One turn of each."""
        before = self._cpu()
        self.waits = sorted(await asyncio.gather(*map(self._turn, range(self._count))))
        self.server_cpu = (self._cpu() - before) / self._count

    def _cpu(self) -> float:
        times = self._server.cpu_times()
        return times.user + times.system

    async def _turn(self, number: int) -> float:
        """One turn; the seconds until its first event."""
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        name = f"Host: 127.0.0.1\r\nAuthorization: Bearer user{number}\r\n"
        body = '{"message": "Hello"}'
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"POST /api/turns HTTP/1.1\r\n{name}{kind}\r\n{body}".encode())
        turn_id = re.search(rb'"turn_id":"([^"]+)"', await reader.readuntil(b"}"))[1].decode()
        writer.write(f"GET /api/turns/{turn_id}/events HTTP/1.0\r\n{name}\r\n".encode())
        await reader.readuntil(b"data: ")
        waited = time.perf_counter() - started
        rest = await reader.read()
        writer.close()
        if b"event: thread_updated" not in rest:
            raise RuntimeError(f"A turn broke off: {rest[-200:]!r}")
        return waited


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[tuple[psutil.Process, int]]:
    """The server of `http_app.py` over a new SQLite file, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "tests.benchmarks.http_app", str(port), folder / "http.sqlite"]
    with subprocess.Popen(  # noqa: ASYNC220 - it starts at once
        program, cwd=Path(__file__).parents[2]
    ) as process:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    if process.poll() is not None:
                        raise
                    await asyncio.sleep(0.05)
            yield psutil.Process(process.pid), port
        finally:
            process.terminate()
