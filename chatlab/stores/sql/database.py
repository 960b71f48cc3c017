"""One database, SQLite or PostgreSQL: opened when it is needed, its errors in plain words.

What differs between the two is here and in `leases.py`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from pathlib import Path
from types import CoroutineType
from typing import Any, ParamSpec, TypeVar

import anyio
from sqlalchemy import URL, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from chatlab.cancellation import run_shielded
from chatlab.errors import MissingDependency, StoreError
from chatlab.files import make_private
from chatlab.stores.locks import ThreadLocks
from chatlab.stores.sql.problems import PROBLEMS
from chatlab.stores.sql.schema import MIGRATIONS, AsyncConnection, migrate, version_of
from chatlab.stores.sql.statements import Insertions
from chatlab.stores.sql.urls import parse_url, shown

__all__ = ["Database", "LoopState", "make_engine", "shielded"]

P = ParamSpec("P")
T = TypeVar("T")

_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON")

_transactions: ContextVar[dict[str, Any]] = ContextVar("transactions")
"""The databases in which the running task has a transaction open, and its connection to each.

Two stores of one database are in the same transaction: two would wait for each other for ever.
"""

_MIGRATION_LOCK = "SELECT pg_advisory_xact_lock(4203021130)"
"""One process at a time changes the tables on PostgreSQL. The number is ours, and arbitrary."""


def shielded(
    work: Callable[P, Coroutine[Any, Any, T]],
) -> "Callable[P, CoroutineType[Any, Any, T]]":
    """Make the method run to its end, even if the task that awaits it is cancelled.

    A transaction that is cancelled halfway can leave SQLite locked: the driver's thread works on.
    A part of `Database.transaction` is shielded with the whole of it.
    """

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if any(not connection.closed for connection in _transactions.get({}).values()):
            return await work(*args, **kwargs)
        return await run_shielded(work(*args, **kwargs))

    return run


class LoopState:
    """What one event loop needs to reach the database: an engine works in one loop only.

    Attributes:
        locks: The threads that turns of this loop have locked or wait for.
        owner: The number under which this loop owns rows in `chatlab_turns`.
        unreleased: The locks of turns that are over: the database refused to release them.
        write_lock: SQLite has one writer at a time; PostgreSQL needs no lock here.
        finalizer: Closes all of it when it is closed; see `_finalizer`.
    """

    def __init__(self, engine: Any, drain_seconds: float) -> None:
        self.engine = engine
        self.opening = anyio.Lock()
        self.ready = False
        self.locks = ThreadLocks()
        self.exit_stack = AsyncExitStack()
        self.exit_stack.push_async_callback(engine.dispose)
        self.finalizer = _finalizer(self.locks, self.exit_stack, drain_seconds)
        self.owner: int | None = None
        self.unreleased: list[Any] = []
        one_writer = engine.dialect.name == "sqlite"
        self.write_lock: Any = anyio.Lock() if one_writer else nullcontext()


async def _finalizer(
    locks: ThreadLocks, exit_stack: AsyncExitStack, drain_seconds: float
) -> AsyncGenerator[None]:
    """Waits at its `yield` until somebody closes it: the store, or the loop when that ends.

    A loop closes every asynchronous generator that was started in it when it shuts down, and one
    that was garbage collected at once. For a store that nobody closed, that is the last moment at
    which its connections can be closed.
    """
    try:
        yield
    finally:
        await locks.drain(drain_seconds)
        await exit_stack.aclose()


class Database:
    """Transactions on one database, from any number of event loops.

    Args:
        url: Where it is.
        drain_seconds: How long turns that still run are waited for when a loop or the store ends.

    Raises:
        MissingDependency: The driver is not installed.
        StoreError: The URL names nothing that can be used.
    """

    def __init__(self, url: str, drain_seconds: float = 2.0) -> None:
        self._drain_seconds = drain_seconds
        self.url = parse_url(url)
        self._key = self.url.render_as_string(hide_password=False)  # a URL takes long to hash
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.insertions = Insertions((sqlite if self.is_sqlite else postgresql).insert)
        self._per_loop: dict[asyncio.AbstractEventLoop, LoopState] = {}
        failures: list[Any] = [DBAPIError, NoConnectionFree, OSError, sqlite3.Error]
        if not self.is_sqlite:
            try:
                driver: Any = import_module("asyncpg")
            except ModuleNotFoundError:
                raise MissingDependency("asyncpg", "postgres") from None
            failures += [driver.InterfaceError, driver.PostgresError]
        self._failures = tuple(failures)

    @property
    def name(self) -> str:
        """The URL without its password and options."""
        return shown(self.url)

    @property
    def path(self) -> Path:
        """The file, on SQLite."""
        return Path(self.url.database or "")

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only reads. What uses it must be `shielded`.

        Raises:
            StoreError: The database cannot be used as it is.
        """
        return self._connect(write=False)

    def writing(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that writes, and is durable when the block has been left. See `reading`."""
        return self._connect(write=True)

    @asynccontextmanager
    async def _connect(self, *, write: bool) -> AsyncGenerator[AsyncConnection]:
        with self.translate_errors():
            if self.in_transaction:
                yield _transactions.get()[self._key]
                return
            state = await self.loop_state()
            async with state.write_lock if write else nullcontext(), state.engine.begin() as opened:
                yield opened

    @property
    def in_transaction(self) -> bool:
        """Whether the running task is inside `transaction`; one that outlives it no longer is."""
        connection = _transactions.get({}).get(self._key)
        return connection is not None and not connection.closed

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[None]:
        """One transaction for everything that is read and written inside. See `writing`.

        One inside another is a part of it: when it fails, its own part alone is taken back.
        """
        if self.in_transaction:
            async with self.writing() as connection, connection.begin_nested():
                yield
            return
        async with self.writing() as connection:
            if self.is_sqlite:  # the driver begins by itself, but only at the first write
                await connection.execute(text("BEGIN IMMEDIATE"))
            token = _transactions.set(_transactions.get({}) | {self._key: connection})
            try:
                yield
            finally:
                _transactions.reset(token)

    async def loop_state(self) -> LoopState:
        """The running loop's engine, with the tables up to date.

        Raises:
            StoreError: The database cannot be used as it is.
        """
        loop = asyncio.get_running_loop()
        if (state := self._per_loop.get(loop)) is None:
            for old in list(self._per_loop):
                if old.is_closed():
                    self._per_loop.pop(old, None)
            state = self._per_loop[loop] = LoopState(make_engine(self.url), self._drain_seconds)
            await anext(state.finalizer)
        if not state.ready:
            async with state.opening:
                if not state.ready:
                    await self._open(state)
        return state

    @shielded
    async def aclose(self) -> None:
        """Close this loop's connections, once no turn is running; the next use opens new ones."""
        state = self._per_loop.pop(asyncio.get_running_loop(), None)
        if state is not None:
            await state.finalizer.aclose()

    @shielded
    async def _open(self, state: LoopState) -> None:
        try:
            with self.translate_errors():
                await self._migrate(state)
            state.ready = True
        except BaseException:
            await state.engine.dispose()
            raise

    async def _migrate(self, state: LoopState) -> None:
        if self.is_sqlite:
            make_private(self.path, "-wal", "-shm")
            # Where a file cannot be opened, aiosqlite leaves a thread behind. So look first.
            sqlite3.connect(self.path).close()
        async with state.engine.begin() as connection:
            version = await version_of(connection)
        if version > len(MIGRATIONS):
            known = f"(schema {version}; this one knows {len(MIGRATIONS)})"
            fix = "Update chatlab-kit, or choose another database."
            raise StoreError(self.name, f"was made by a newer chatlab {known}", fix)
        if version < len(MIGRATIONS):
            alone = "BEGIN IMMEDIATE" if self.is_sqlite else _MIGRATION_LOCK
            async with state.engine.begin() as connection:
                await connection.execute(text(alone))
                await migrate(connection, MIGRATIONS)

    @contextmanager
    def translate_errors(self) -> Generator[None]:
        """Raise what the driver raises as a `StoreError`, in plain words."""
        try:
            yield
        except self._failures as error:
            raise self._to_store_error(error) from error

    def _to_store_error(self, error: Exception) -> StoreError:
        cause = getattr(error, "orig", None) or error
        message = f"[{getattr(cause, 'sqlstate', '')}] {cause}"
        if self.is_sqlite and "unable to open" in message and not self.path.parent.is_dir():
            fix = f"Make {self.path.parent} first."
            return StoreError(self.name, "is in a folder that does not exist", fix)
        for sign, problem, fix in PROBLEMS:
            if sign in message:
                return StoreError(self.name, problem, fix)
        if isinstance(error, OSError | NoConnectionFree):
            return StoreError(self.name, f"does not answer ({cause})", "Is it running?")
        return StoreError(self.name, f"refused: {cause}", "Nothing was changed.")


def make_engine(url: URL) -> Any:
    """An engine for the running loop; each transaction is ended where it was begun, not there."""
    from sqlalchemy.ext.asyncio import create_async_engine

    from chatlab.stores.sql.driver import OneTripConnection

    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True)
    pool: dict[str, Any] = {"pool_size": 4, "max_overflow": 0, "hide_parameters": True}
    driver = {"isolation_level": "IMMEDIATE", "async_creator_fn": OneTripConnection}
    engine = create_async_engine(url, connect_args=driver, pool_reset_on_return=None, **pool)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        # SQLAlchemy 2.0 leaves a connection open that failed before it was handed out.
        connection.close()
        raise
