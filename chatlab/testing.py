"""For tests, checks and lessons: streams collected, time and ids that never surprise."""

from collections import Counter
from collections.abc import AsyncIterable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import anyio.lowlevel

from chatlab.errors import InvalidInput

__all__ = ["CountingIds", "FixedClock", "collect"]

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
            raise InvalidInput("seconds", f"is {seconds}", "A clock only moves on.")
        self._elapsed += seconds


class CountingIds:
    """Makes `msg_1`, `msg_2`, `thr_1`, ...: the same on every run."""

    def __init__(self) -> None:
        self._made: Counter[str] = Counter()

    def __call__(self, prefix: str) -> str:
        """The next id with this prefix."""
        self._made[prefix] += 1
        return f"{prefix}_{self._made[prefix]}"
