"""One turn at a time for each thread, across processes: a row says who holds it.

A process that dies cannot take its rows away. So every owner of rows proves that it lives: on
SQLite by a lock on a small file of its own, on PostgreSQL by an advisory lock that lasts as long as
one connection. The operating system, or the server, ends those with the process, however it ends.
One proof serves every turn of an event loop.
"""

import glob
import secrets
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary, finalize

import anyio
from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatlab.errors import TurnInProgress
from chatlab.stores.sql.database import Database, LoopConnection, shielded
from chatlab.stores.sql.schema import turns

__all__ = ["SharedThreadLocks"]

_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.2

_TRIES = 20
"""How many new files are made before giving up against others who sweep them away."""

_PROOF = text(
    "SELECT pg_advisory_lock(:owner), set_config('tcp_keepalives_idle', '15', false),"
    " set_config('tcp_keepalives_interval', '5', false)"
)
"""The keep-alives let the server notice within two minutes that a whole machine is gone."""


class SharedThreadLocks:
    """Who holds what in one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._proofs: _Liveness = (
            _FileLease(database.path) if database.is_sqlite else _AdvisoryLockLease()
        )

    @asynccontextmanager
    async def acquire(self, user_id: str, thread_id: str, wait: float) -> AsyncGenerator[None]:
        """Hold the user's thread, once whoever holds it has let go or died.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        deadline = anyio.current_time() + wait
        line = await self._database.connection()
        async with line.locks.acquire(user_id, thread_id, wait):
            mine = (turns.c.user_id == user_id) & (turns.c.thread_id == thread_id)
            row = {"user_id": user_id, "thread_id": thread_id}
            pause = _FIRST_PAUSE
            try:
                while not await self._try_acquire(line, row, mine):
                    left = deadline - anyio.current_time()
                    if left <= 0:
                        raise TurnInProgress(thread_id)
                    await anyio.sleep(min(pause, left))
                    pause = min(2 * pause, _LONGEST_PAUSE)
                yield
            finally:
                await self._release(line, mine)

    @shielded
    async def _try_acquire(
        self, line: LoopConnection, row: dict[str, str], mine: ColumnElement[bool]
    ) -> bool:
        """Write down that this line holds the thread, unless another one does and lives."""
        with self._database.translate_errors():
            async with line.opening:
                await self._proofs.register(line)
        fresh = self._database.insert(turns).values(row | {"owner": line.owner})
        async with self._database.writing() as connection:
            await connection.execute(fresh.on_conflict_do_nothing())
            holder = await connection.scalar(select(turns.c.owner).where(mine))
            if holder == line.owner:
                return True
            if holder is None or await self._proofs.is_alive(holder, connection):
                return False
            heir = update(turns).where(mine, turns.c.owner == holder).values(owner=line.owner)
            return bool((await connection.execute(heir)).rowcount)

    @shielded
    async def _release(self, line: LoopConnection, mine: ColumnElement[bool]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(turns).where(mine, turns.c.owner == line.owner))


class _Liveness(Protocol):
    async def register(self, line: LoopConnection) -> None:
        """See that the line has a number, under which it can own rows, and that it is proven."""
        ...

    async def is_alive(self, owner: int, connection: AsyncConnection, /) -> bool:
        """Whether the proof of that owner still stands."""
        ...


class _FileLease:
    """SQLite: each owner keeps a file next to the database, exclusively locked.

    The locks are SQLite's own, so they work wherever the database does, and between containers.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    async def register(self, line: LoopConnection) -> None:
        if line.owner is not None:
            return
        for left in self._database.parent.glob(f"{glob.escape(self._database.name)}-turns-*"):
            _is_locked(left)
        for _ in range(_TRIES):
            owner = secrets.randbits(62)
            path = self._file(owner)
            if lock := _locked(path):
                line.exit_stack.callback(finalize(line, _unlock, lock, path))
                line.owner = owner
                return
        raise sqlite3.OperationalError("database is locked: every proof was swept away")

    async def is_alive(self, owner: int, _connection: AsyncConnection) -> bool:
        return _is_locked(self._file(owner))

    def _file(self, owner: int) -> Path:
        return self._database.with_name(f"{self._database.name}-turns-{owner}")


def _locked(path: Path) -> sqlite3.Connection | None:
    """A lock on a new file; none if somebody who was sweeping up took the file away before."""
    lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("PRAGMA journal_mode = MEMORY")
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        if path.exists():
            raise
        return None
    if path.exists():
        return lock
    lock.close()
    return None


def _is_locked(path: Path) -> bool:
    """Whether somebody holds the lock on the file; if nobody does, the file is removed."""
    if not path.exists():
        return False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=0)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            _unlock(lock, path)
    except sqlite3.OperationalError:
        return path.exists()
    return False


def _unlock(lock: sqlite3.Connection, path: Path) -> None:
    """Remove the file while nobody else can lock it; Windows wants it closed before."""
    for _ in range(2):
        with suppress(OSError):
            path.unlink(missing_ok=True)
        lock.close()


class _AdvisoryLockLease:
    """PostgreSQL: each owner keeps one connection, which holds an advisory lock on its number."""

    def __init__(self) -> None:
        self._sessions = WeakKeyDictionary[LoopConnection, AsyncConnection]()

    async def register(self, line: LoopConnection) -> None:
        """A connection that was lost took its lock with it: the rows go to a new number."""
        if line in self._sessions and not await _is_lost(self._sessions[line]):
            return
        owner = secrets.randbits(62)
        session = line.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        await line.exit_stack.enter_async_context(session)
        await session.execute(_PROOF, {"owner": owner})
        await session.execute(update(turns).where(turns.c.owner == line.owner).values(owner=owner))
        self._sessions[line], line.owner = session, owner

    async def is_alive(self, owner: int, connection: AsyncConnection) -> bool:
        return not await connection.scalar(select(func.pg_try_advisory_xact_lock(owner)))


async def _is_lost(session: AsyncConnection) -> bool:
    driver = (await session.get_raw_connection()).driver_connection
    return driver is None or driver.is_closed()
