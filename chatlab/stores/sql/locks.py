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
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary, finalize

import anyio
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from chatlab.errors import StoreError, TurnInProgress
from chatlab.files import make_private
from chatlab.stores.base import HeldThread
from chatlab.stores.sql import statements
from chatlab.stores.sql.database import Database, LoopState, shielded
from chatlab.stores.sql.problems import BEHIND_A_POOLER
from chatlab.stores.sql.schema import turns

__all__ = ["SharedThreadLock", "SharedThreadLocks"]

T = TypeVar("T")

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
            lock = SharedThreadLock(self._database, self._liveness, state, key, deadline)
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
                await self._liveness.register(state)

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
    liveness: "_Liveness"
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
        if holder is None or await self.liveness.is_alive(holder, connection):
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
