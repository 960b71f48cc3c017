"""One turn at a time for each thread, inside one process."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio

from chatlab.errors import TurnInProgress

__all__ = ["ThreadLocks"]


class ThreadLocks:
    """Who holds what. No task owns a hold: it may be let go in another one."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], anyio.Event] = {}

    @asynccontextmanager
    async def acquire(self, user_id: str, thread_id: str, wait: float) -> AsyncGenerator[None]:
        """Hold the user's thread, once whoever holds it has let go.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        key = (user_id, thread_id)
        with anyio.move_on_after(wait):
            while key in self._held:
                await self._held[key].wait()
        if key in self._held:
            raise TurnInProgress(thread_id)
        released = self._held[key] = anyio.Event()
        try:
            yield
        finally:
            del self._held[key]
            released.set()

    async def drain(self, wait: float) -> None:
        """Wait until nothing is held, at most `wait` seconds."""
        with anyio.move_on_after(wait):
            while self._held:
                await next(iter(self._held.values())).wait()
