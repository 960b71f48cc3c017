"""Time and ids, handed in from outside, so that a test or a lesson can fix them (lesson 02)."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import anyio

__all__ = ["Clock", "NewId", "SystemClock", "new_id"]


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> datetime:
        """The time of day, with its zone: UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let others run for that many seconds."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The time of day in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds, from a clock that nobody sets back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let others run for that many seconds."""
        await anyio.sleep(seconds)


NewId = Callable[[str], str]
"""Makes an id from a prefix: `new_id("msg")` gives `"msg_..."`."""


def new_id(prefix: str) -> str:
    """An id that nobody can guess: the prefix, then 128 random bits as 32 hex digits."""
    return f"{prefix}_{secrets.token_hex(16)}"
