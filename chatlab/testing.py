"""For tests, checks and lessons: streams collected, time and ids that never surprise, a server."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import anyio.lowlevel

from chatlab.errors import InvalidInput, MissingDependency

__all__ = ["CountingIds", "FixedClock", "collect", "serving"]

T = TypeVar("T")


async def collect(stream: AsyncIterable[T]) -> list[T]:
    """Everything the stream yields, as a list."""
    return [event async for event in stream]


class FixedClock:
    """A clock that stands still until somebody sleeps on it or calls `advance`.

    `sleep` takes no real time: it moves the clock on, and lets the other tasks run once.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0

    def now(self) -> datetime:
        """The start, plus what has been slept."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Seconds slept so far."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Move on by that many seconds."""
        self.advance(max(0.0, seconds))
        await anyio.lowlevel.checkpoint()

    def advance(self, seconds: float) -> None:
        """Move on by that many seconds, now.

        Raises:
            InvalidInput: `seconds` is negative: no clock goes back.
        """
        if seconds < 0:
            raise InvalidInput("seconds", f"is {seconds}", "A clock only moves forwards.")
        self._elapsed += seconds


class CountingIds:
    """Makes `msg_1`, `msg_2`, `thr_1`, ...: the same on every run."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def __call__(self, prefix: str) -> str:
        """The next id with this prefix."""
        self._counts[prefix] += 1
        return f"{prefix}_{self._counts[prefix]}"


@asynccontextmanager
async def serving(app: Any) -> AsyncGenerator[str]:
    """Serve the app on a free port of this machine, as long as the block runs; gives its URL.

    The server is uvicorn, on the loop that is running. It leaves signals alone: in a notebook,
    interrupting the kernel stays what it is.

    Raises:
        MissingDependency: uvicorn is not installed.
    """
    try:
        import uvicorn
    except ImportError:
        raise MissingDependency("uvicorn", "http") from None
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server: Any = uvicorn.Server(config)
    server.capture_signals = nullcontext
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
