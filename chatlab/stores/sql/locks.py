"""One turn at a time for each thread, across processes: a row says who holds it.

A process that dies cannot take its rows away. So every owner of rows keeps a lease, by which others
see that it lives: see `leases.py`.
"""

import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio

from chatlab.errors import StoreError, TurnInProgress
from chatlab.stores.base import HeldThread
from chatlab.stores.sql import statements
from chatlab.stores.sql.database import Database, LoopState, shielded
from chatlab.stores.sql.leases import Lease, make_lease
from chatlab.stores.sql.schema import AsyncConnection

__all__ = ["SharedThreadLock", "SharedThreadLocks"]

T = TypeVar("T")

logger = logging.getLogger("chatlab")

_FIRST_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.01, 0.2


class SharedThreadLocks:
    """One lock a thread, shared by every process that uses the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lease = make_lease(database)

    @asynccontextmanager
    async def acquire(
        self, user_id: str, thread_id: str, wait: float
    ) -> AsyncGenerator["SharedThreadLock"]:
        """The lock of the user's thread, once this loop has released it: see `HeldThread`.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        deadline = anyio.current_time() + wait
        state = await self._database.loop_state()
        await self._register(state)
        await self._release_leftovers(state)
        async with state.locks.acquire(user_id, thread_id, wait):
            key = (user_id, thread_id)
            lock = SharedThreadLock(self._database, self._lease, state, key, deadline)
            try:
                yield lock
            finally:
                try:
                    await lock.release()
                except StoreError:  # what the turn said is kept: it has not failed
                    state.unreleased.append(lock)
                    logger.warning("A turn's lock stays until the next turn begins", exc_info=True)

    @shielded
    async def _register(self, state: LoopState) -> None:
        with self._database.translate_errors():
            async with state.opening:
                await self._lease.register(state)

    async def _release_leftovers(self, state: LoopState) -> None:
        """Release what could not be released, unless a turn of this loop holds it again."""
        for lock in list(state.unreleased):
            with suppress(StoreError, TurnInProgress):
                async with state.locks.acquire(*lock.key, wait=0):
                    await lock.release()
                    state.unreleased.remove(lock)


@dataclass(eq=False)
class SharedThreadLock(HeldThread):
    """One turn's row in the database, which says that this loop holds the thread."""

    database: Database
    lease: Lease
    state: LoopState
    key: tuple[str, str]
    deadline: float
    is_held: bool = False

    async def begin(self, work: Coroutine[Any, Any, T]) -> T:
        """See `HeldThread`. Whoever held the thread and died, holds it no more."""
        pause = _FIRST_PAUSE_SECONDS
        with closing(work):
            while True:
                try:
                    return await self._try_begin(work)
                except TurnInProgress:
                    remaining = self.deadline - anyio.current_time()
                    if remaining <= 0:
                        raise
                await anyio.sleep(min(pause, remaining))
                pause = min(2 * pause, _MAX_PAUSE_SECONDS)

    @shielded
    async def _try_begin(self, work: Coroutine[Any, Any, T]) -> T:
        async with self.database.transaction():
            async with self.database.writing() as connection:
                if not await self._write_owner(connection):
                    raise TurnInProgress(self.key[1])
            result = await work
        self.is_held = True
        return result

    async def _write_owner(self, connection: AsyncConnection) -> bool:
        """Write our owner number into the thread's row, unless a living owner's is there."""
        user_id, thread_id = self.key
        row = {"user_id": user_id, "thread_id": thread_id, "owner": self.state.owner}
        if (await connection.execute(self.database.insertions.turn, row)).rowcount:
            return True
        this_turn = {"of_user": user_id, "of_thread": thread_id}
        holder = await connection.scalar(statements.TURN_OWNER, this_turn)
        if holder == self.state.owner:
            return True
        if holder is None or await self.lease.is_alive(holder, connection):
            return False
        ours = this_turn | {"of_owner": holder, "owner": self.state.owner}
        return bool((await connection.execute(statements.TAKE_OVER_TURN, ours)).rowcount)

    @shielded
    async def end(self, work: Coroutine[Any, Any, T]) -> T:
        """See `HeldThread`."""
        with closing(work):
            async with self.database.transaction():
                result = await work
                await self._delete_row()
        self.is_held = False
        return result

    @shielded
    async def release(self) -> None:
        """Let the thread go, if it is held."""
        if self.is_held:
            await self._delete_row()
        self.is_held = False

    async def _delete_row(self) -> None:
        ours = dict(zip(("of_user", "of_thread"), self.key, strict=True))
        async with self.database.writing() as connection:
            await connection.execute(statements.RELEASE_TURN, ours | {"of_owner": self.state.owner})
