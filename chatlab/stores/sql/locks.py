"""One turn at a time for each thread, across processes: a row says who holds it.

A process that dies cannot take its rows away. So every owner of rows keeps a lease: on SQLite a
lock on a small file of its own, on PostgreSQL an advisory lock that lasts as long as a connection.
The operating system, or the server, ends those with the process, however it ends. One lease serves
every turn of an event loop.
"""

import glob
import logging
import secrets
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary, finalize

import anyio
from sqlalchemy import ColumnElement, delete, func, select, text, update

from chatlab.errors import StoreError, TurnInProgress
from chatlab.files import make_private
from chatlab.stores.sql.database import Database, LoopState, shielded
from chatlab.stores.sql.problems import BEHIND_A_POOLER
from chatlab.stores.sql.schema import AsyncConnection, turns

__all__ = ["SharedThreadLocks"]

logger = logging.getLogger("chatlab")

_FIRST_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.01, 0.2

_MAX_LEASE_FILES = 20
"""How many new files are tried before giving up against others who sweep them away."""

_TAKE_ADVISORY_LOCK = text(
    "SELECT pg_advisory_lock(:owner), set_config('tcp_keepalives_idle', '15', false),"
    " set_config('tcp_keepalives_interval', '5', false)"
)
"""The keep-alives let the server notice within two minutes that a whole machine is gone."""


class SharedThreadLocks:
    """One lock a thread, shared by every process that uses the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        lease = (
            _FileLease(database.path) if database.is_sqlite else _AdvisoryLockLease(database.name)
        )
        self._liveness: _Liveness = lease

    @asynccontextmanager
    async def acquire(self, user_id: str, thread_id: str, wait: float) -> AsyncGenerator[None]:
        """Lock the user's thread, once whoever holds the lock has released it or died.

        Raises:
            TurnInProgress: It was still held after `wait` seconds.
        """
        deadline = anyio.current_time() + wait
        state = await self._database.loop_state()
        await self._release_leftovers(state)
        async with state.locks.acquire(user_id, thread_id, wait):
            this_thread = (turns.c.user_id == user_id) & (turns.c.thread_id == thread_id)
            row = {"user_id": user_id, "thread_id": thread_id}
            pause = _FIRST_PAUSE_SECONDS
            try:
                while not await self._try_acquire(state, row, this_thread):
                    remaining = deadline - anyio.current_time()
                    if remaining <= 0:
                        raise TurnInProgress(thread_id)
                    await anyio.sleep(min(pause, remaining))
                    pause = min(2 * pause, _MAX_PAUSE_SECONDS)
                yield
            finally:
                try:
                    await self._release(state, this_thread)
                except StoreError:  # what the turn said is kept: it has not failed
                    state.unreleased[user_id, thread_id] = this_thread
                    logger.warning("A turn's lock stays until the next turn begins", exc_info=True)

    @shielded
    async def _try_acquire(
        self, state: LoopState, row: dict[str, str], this_thread: ColumnElement[bool]
    ) -> bool:
        """Write our owner number into the thread's row, unless a living owner's is there."""
        with self._database.translate_errors():
            async with state.opening:
                await self._liveness.register(state)
        fresh = self._database.insert(turns).values(row | {"owner": state.owner})
        async with self._database.writing() as connection:
            if (await connection.execute(fresh.on_conflict_do_nothing())).rowcount:
                return True
            holder = await connection.scalar(select(turns.c.owner).where(this_thread))
            if holder == state.owner:
                return True
            if holder is None or await self._liveness.is_alive(holder, connection):
                return False
            takeover = (
                update(turns).where(this_thread, turns.c.owner == holder).values(owner=state.owner)
            )
            return bool((await connection.execute(takeover)).rowcount)

    @shielded
    async def _release(self, state: LoopState, this_thread: ColumnElement[bool]) -> None:
        async with self._database.writing() as connection:
            await connection.execute(delete(turns).where(this_thread, turns.c.owner == state.owner))

    async def _release_leftovers(self, state: LoopState) -> None:
        """Release what could not be released, unless a turn of this loop holds it again."""
        for key, this_thread in list(state.unreleased.items()):
            with suppress(StoreError, TurnInProgress):
                async with state.locks.acquire(*key, wait=0):
                    await self._release(state, this_thread)
                    state.unreleased.pop(key, None)


class _Liveness(Protocol):
    async def register(self, state: LoopState) -> None:
        """Give this loop an owner number, and a lease that others can see."""
        ...

    async def is_alive(self, owner: int, connection: AsyncConnection, /) -> bool:
        """Whether the lease of that owner still stands."""
        ...


class _FileLease:
    """SQLite: each owner keeps a file next to the database, exclusively locked.

    The locks are SQLite's own, so they work wherever the database does, and between containers.
    """

    def __init__(self, database: Path) -> None:
        self._database = database

    async def register(self, state: LoopState) -> None:
        if state.owner is not None:
            return
        leases = f"{glob.escape(self._database.name)}-turns-*[0-9]"  # and no journals of leases
        for abandoned in self._database.parent.glob(leases):
            _is_locked(abandoned)
        for _ in range(_MAX_LEASE_FILES):
            owner = secrets.randbits(62)
            path = self._lease_path(owner)
            if lock := _lock_new_file(path):
                state.exit_stack.callback(finalize(state, _unlock, lock, path))
                state.owner = owner
                return
        raise sqlite3.OperationalError("database is locked: every lease was swept away")

    async def is_alive(self, owner: int, _connection: AsyncConnection) -> bool:
        return _is_locked(self._lease_path(owner))

    def _lease_path(self, owner: int) -> Path:
        return self._database.with_name(f"{self._database.name}-turns-{owner}")


def _lock_new_file(path: Path) -> sqlite3.Connection | None:
    """A lock on a new file; none if somebody who was sweeping up took the file away before."""
    make_private(path)
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
            lock.execute(
                "PRAGMA journal_mode = MEMORY"
            )  # a process that is killed leaves no journal
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

    def __init__(self, name: str) -> None:
        self._name = name
        self._sessions = WeakKeyDictionary[LoopState, AsyncConnection]()

    async def register(self, state: LoopState) -> None:
        """A connection that was lost took its lock with it: the rows go to a new number."""
        if state in self._sessions and not await _is_lost(self._sessions[state]):
            return
        owner = secrets.randbits(62)
        session = state.engine.execution_options(isolation_level="AUTOCOMMIT").connect()
        await state.exit_stack.enter_async_context(session)
        await session.execute(_TAKE_ADVISORY_LOCK, {"owner": owner})
        async with state.engine.connect() as other:
            if not await self.is_alive(owner, other):  # the lock is not that connection's own
                raise StoreError(self._name, *BEHIND_A_POOLER)
        await session.execute(update(turns).where(turns.c.owner == state.owner).values(owner=owner))
        self._sessions[state], state.owner = session, owner

    async def is_alive(self, owner: int, connection: AsyncConnection) -> bool:
        return not await connection.scalar(select(func.pg_try_advisory_xact_lock(owner)))


async def _is_lost(session: AsyncConnection) -> bool:
    driver = (await session.get_raw_connection()).driver_connection
    return driver is None or driver.is_closed()
