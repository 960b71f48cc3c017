"""One database, SQLite or PostgreSQL: opened when it is needed, its errors in plain words."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import NullPool, Table, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import StaticPool

from chatlab.errors import MissingDependency, StoreError
from chatlab.stores.schema import migrate

__all__ = ["Database"]

_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_PROBLEMS = (
    ("database is locked", "is locked by another program", "Close that program, then try again."),
    ("readonly database", "may only be read", "Allow writing to the file and its folder."),
    ("unable to open", "cannot be opened", "Check that the folder exists and may be written to."),
    ("not a database", "is not a database", "Choose another file; this one was left as it is."),
    ("disk is full", "has no room left", "Free some space, then try again."),
)


class Database:
    """Transactions on one database.

    An engine belongs to the event loop it was opened in; in another loop, another one is opened.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError:
            raise StoreError(url, "is no database URL", _URLS) from None
        if self.url.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise StoreError(self.name, "is of a kind that is not supported", _URLS)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.path = self.url.database if self.is_sqlite else None
        self.in_memory = self.is_sqlite and self.path in {None, "", ":memory:"}
        self._engine: AsyncEngine | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._opening: asyncio.Lock | None = None
        self._ready = False

    @property
    def name(self) -> str:
        """The URL without its password."""
        return self.url.render_as_string(hide_password=True)

    def insert(self, table: Table) -> Any:
        """An `INSERT` that knows `ON CONFLICT`, in the words of this database."""
        return (sqlite if self.is_sqlite else postgresql).insert(table)

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[AsyncConnection]:
        """A transaction, committed when the block is left without an exception.

        Raises:
            StoreError: The database cannot be used as it is.
        """
        try:
            async with (await self._opened()).begin() as connection:
                yield connection
        except DBAPIError as error:
            raise self._in_words(error) from error
        except OSError as error:
            raise StoreError(self.name, f"does not answer ({error})", "Is it running?") from error

    @asynccontextmanager
    async def session(self) -> AsyncGenerator[AsyncConnection]:
        """A connection of one's own, outside the pool of the others, without a transaction."""
        engine = self._made(NullPool)
        try:
            async with engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")
        finally:
            await engine.dispose()

    async def aclose(self) -> None:
        """Close every connection of this loop."""
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.dispose(close=self._loop is asyncio.get_running_loop())

    async def _opened(self) -> AsyncEngine:
        loop = asyncio.get_running_loop()
        if self._engine is None or self._loop is not loop:
            if self._engine is not None:
                self._engine.sync_engine.dispose(close=False)
            self._loop, self._opening = loop, asyncio.Lock()
            self._engine = self._made(StaticPool if self.in_memory else None)
            self._ready = False
        if not self._ready and self._opening is not None:
            async with self._opening:
                if not self._ready:
                    await self._migrate(self._engine)
                    self._ready = True
        return self._engine

    async def _migrate(self, engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            if not self.is_sqlite:
                await connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4203)")
            else:
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            await connection.run_sync(migrate)

    def _made(self, pool: type | None) -> AsyncEngine:
        options: dict[str, Any] = {} if pool is None else {"poolclass": pool}
        try:
            engine = create_async_engine(self.url, **options)
        except NoSuchModuleError:
            raise StoreError(self.name, "is of a kind that is not supported", _URLS) from None
        except ModuleNotFoundError as error:
            package = error.name or "asyncpg"
            raise MissingDependency(package, "postgres") from None
        if self.is_sqlite:
            event.listen(engine.sync_engine, "connect", _prepare)
        return engine

    def _in_words(self, error: DBAPIError) -> StoreError:
        said = str(error.orig)
        for sign, problem, fix in _PROBLEMS:
            if sign in said:
                return StoreError(self.name, problem, fix)
        return StoreError(self.name, f"refused: {said}", "Nothing was changed.")


_URLS = "Use sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER@HOST/NAME."


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()
