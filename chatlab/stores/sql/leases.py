"""Who lives: an owner of rows keeps a lease that ends with its process, however that ends.

On SQLite it is a lock on a small file of its own, on PostgreSQL an advisory lock that lasts as long
as a connection. One lease serves every turn of an event loop.
"""

import glob
import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Protocol
from weakref import WeakKeyDictionary, finalize

from sqlalchemy import func, select, text, update

from chatlab.errors import StoreError
from chatlab.files import make_private
from chatlab.stores.sql.database import Database, LoopState
from chatlab.stores.sql.problems import BEHIND_A_POOLER
from chatlab.stores.sql.schema import AsyncConnection, turns

__all__ = ["Lease", "make_lease"]

_MAX_LEASE_FILES = 20
"""How many new files are tried before giving up against others who sweep them away."""

_TAKE_ADVISORY_LOCK = text(
    "SELECT pg_advisory_lock(:owner), set_config('tcp_keepalives_idle', '15', false),"
    " set_config('tcp_keepalives_interval', '5', false)"
)
"""The keep-alives let the server notice within two minutes that a whole machine is gone."""


class Lease(Protocol):
    """What proves to others that this process lives."""

    async def register(self, state: LoopState) -> None:
        """Give this loop an owner number, and a lease that others can see."""
        ...

    async def is_alive(self, owner: int, connection: AsyncConnection, /) -> bool:
        """Whether the lease of that owner still stands."""
        ...


def make_lease(database: Database) -> Lease:
    """The kind of lease that this database needs; nothing is taken before `register`."""
    if database.is_sqlite:
        return _FileLease(database.path)
    return _AdvisoryLockLease(database.name)


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
