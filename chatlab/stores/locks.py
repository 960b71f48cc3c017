"""One turn at a time for each thread, inside one process."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from chatlab.errors import TurnInProgress

__all__ = ["ThreadLocks"]


class ThreadLocks:
    """One lock for each thread of each user. No task owns a lock: another one may release it."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], asyncio.Event] = {}

    @asynccontextmanager
    async def acquire(self, user_id: str, thread_id: str, wait: float) -> AsyncGenerator[None]:
        """Lock the user's thread, once whoever holds the lock has released it.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        key = (user_id, thread_id)
        if key in self._held:
            with anyio.move_on_after(wait):
                while key in self._held:
                    await self._held[key].wait()
        if key in self._held:
            raise TurnInProgress(thread_id)
        released = self._held[key] = asyncio.Event()
        try:
            yield
        finally:
            del self._held[key]
            released.set()

    async def drain(self, wait: float) -> None:
        """Wait until nothing is locked, at most `wait` seconds."""
        with anyio.move_on_after(wait):
            while self._held:
                await next(iter(self._held.values())).wait()
