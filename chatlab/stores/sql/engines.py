"""How a database is opened: SQLAlchemy's asynchronous engine, or, in a browser, a plain one.

A browser has no threads and no greenlets. There, a statement runs at once, in the only thread;
it is awaited all the same, and never waits.
"""

import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, NullPool, create_engine, event

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
else:
    AsyncConnection = AsyncEngine = Any

__all__ = ["AsyncConnection", "AsyncEngine", "make_engine"]

T = TypeVar("T")

_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON")
_SQLITE: dict[str, Any] = {"isolation_level": "IMMEDIATE"}


def make_engine(url: URL) -> AsyncEngine:
    """An engine for the running loop; it opens nothing before it is used."""
    engine: Any
    if sys.platform == "emscripten":
        engine = _OneThreadEngine(url)
        event.listen(engine.sync_engine, "connect", _set_pragmas)
        return engine

    from sqlalchemy.ext.asyncio import create_async_engine

    from chatlab.stores.sql.driver import OneTripConnection

    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True)
    pool: dict[str, Any] = {"pool_size": 4, "max_overflow": 0, "hide_parameters": True}
    pool["pool_reset_on_return"] = None  # each transaction is ended where it was begun
    driver = _SQLITE | {"async_creator_fn": OneTripConnection}
    engine = create_async_engine(url, connect_args=driver, **pool)
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


class _OneThreadEngine:
    """What of `AsyncEngine` a `Database` uses.

    Each transaction has a connection of its own: a browser keeps a file when it is closed.
    """

    def __init__(self, url: URL) -> None:
        file = url.set(drivername="sqlite+pysqlite")
        options: dict[str, Any] = {"connect_args": _SQLITE, "hide_parameters": True}
        self.sync_engine = create_engine(file, poolclass=NullPool, **options)
        self.dialect = self.sync_engine.dialect

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Any]:
        with self.sync_engine.begin() as connection:
            yield _OneThreadConnection(connection)

    async def dispose(self) -> None:
        self.sync_engine.dispose()


class _OneThreadConnection:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def closed(self) -> bool:
        return self._connection.closed

    async def execute(self, *statement: Any) -> Any:
        return self._connection.execute(*statement)

    async def scalar(self, *statement: Any) -> Any:
        return self._connection.scalar(*statement)

    async def scalars(self, *statement: Any) -> Any:
        return self._connection.scalars(*statement)

    async def run_sync(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncGenerator[None]:
        with self._connection.begin_nested():
            yield
