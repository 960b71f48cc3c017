"""One turn at a time for each thread, across processes: a row says who holds it.

A process that dies cannot take its row away. So each store proves that it lives: on SQLite by a
lock on a small file of its own, on PostgreSQL by a session-level advisory lock. The operating
system, or the server, lets go of those when a process ends, however it ends.
"""

import secrets
import sqlite3
import time
import weakref
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
from sqlalchemy import delete, func, select

from chatlab.errors import TurnInProgress
from chatlab.stores.database import Database
from chatlab.stores.holds import Holds
from chatlab.stores.schema import turns
from chatlab.turn import unhurried

__all__ = ["SharedHolds"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.2


class SharedHolds:
    """Who holds what in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = Holds()
        self._owner: str | None = None
        self._proof = AsyncExitStack()
        self._proving = anyio.Lock()

    async def aclose(self) -> None:
        """Stop proving that this store lives; it begins again with the next hold."""
        self._owner = None
        await self._proof.aclose()

    @asynccontextmanager
    async def hold(self, user_id: str, thread_id: str, wait: float) -> AsyncGenerator[None]:
        """Hold the user's thread, once whoever holds it has let go or died.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        deadline = time.monotonic() + wait
        async with self._here.hold(user_id, thread_id, wait):
            await self._take(user_id, thread_id, deadline)
            try:
                yield
            finally:
                await unhurried(self._let_go(user_id, thread_id, self._owner))

    async def _take(self, user_id: str, thread_id: str, deadline: float) -> None:
        pause = _FIRST_PAUSE
        while (holder := await self._claim(user_id, thread_id)) is not None:
            if not await self._lives(holder):
                await self._let_go(user_id, thread_id, holder)
            elif (left := deadline - time.monotonic()) > 0:
                await anyio.sleep(min(pause, left))
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                raise TurnInProgress(thread_id)

    async def _claim(self, user_id: str, thread_id: str) -> str | None:
        """Write down that this store holds the thread, or say who does."""
        owner = await self._proven()
        mine = {"user_id": user_id, "thread_id": thread_id, "owner": owner}
        async with self._database.begin() as connection:
            await connection.execute(
                self._database.insert(turns).values(mine).on_conflict_do_nothing()
            )
            holder = await connection.scalar(
                select(turns.c.owner).where(
                    turns.c.user_id == user_id, turns.c.thread_id == thread_id
                )
            )
        return None if holder == owner else str(holder)

    async def _let_go(self, user_id: str, thread_id: str, owner: str | None) -> None:
        async with self._database.begin() as connection:
            await connection.execute(
                delete(turns).where(
                    turns.c.user_id == user_id,
                    turns.c.thread_id == thread_id,
                    turns.c.owner == owner,
                )
            )

    async def _proven(self) -> str:
        """This store's name among the owners, once it has something to prove it with."""
        async with self._proving:
            if self._owner is None:
                owner = str(secrets.randbits(62))
                if self._database.is_sqlite:
                    self._lock_file(owner)
                else:
                    session = await self._proof.enter_async_context(self._database.session())
                    await session.execute(select(func.pg_advisory_lock(int(owner))))
                self._owner = owner
            return self._owner

    def _lock_file(self, owner: str) -> None:
        if self._database.in_memory:
            return
        path = self._file_of(owner)
        lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        lock.execute("BEGIN EXCLUSIVE")
        self._proof.callback(weakref.finalize(self, _end_proof, lock, path))

    async def _lives(self, owner: str) -> bool:
        """Whether the store that calls itself so still has its proof."""
        if not self._database.is_sqlite:
            async with self._database.begin() as connection:
                free = await connection.scalar(select(func.pg_try_advisory_xact_lock(int(owner))))
                return not free
        path = self._file_of(owner)
        try:
            lock = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0)
        except sqlite3.OperationalError:
            return False
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            return "unable to open" not in str(error)
        else:
            path.unlink(missing_ok=True)
            return False
        finally:
            lock.close()

    def _file_of(self, owner: str) -> Path:
        return Path(f"{self._database.path}.turns-{owner}").absolute()


def _end_proof(lock: sqlite3.Connection, path: Path) -> None:
    lock.close()
    path.unlink(missing_ok=True)
