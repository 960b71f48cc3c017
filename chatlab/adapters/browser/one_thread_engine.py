"""What of SQLAlchemy's `AsyncEngine` a `SQLStore` uses, without threads and greenlets."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import URL, Connection, NullPool, create_engine, event

__all__ = ["OneThreadEngine"]

_PRAGMAS = ("locking_mode = EXCLUSIVE", "journal_mode = MEMORY", "foreign_keys = ON")
"""A browser's file system shows one reader what another wrote only once the file was closed."""

_one_at_a_time: dict[URL, asyncio.Lock] = {}


class OneThreadEngine:
    """What of `AsyncEngine` a `Database` uses.

    Each transaction has a connection of its own, since a browser keeps a file when it is closed,
    and has the file alone: whoever waited for SQLite's lock would keep the only thread.
    """

    def __init__(self, url: URL) -> None:
        file = url.set(drivername="sqlite+pysqlite")
        options: dict[str, Any] = {
            "connect_args": {"isolation_level": "IMMEDIATE"},
            "hide_parameters": True,
        }
        self.sync_engine = create_engine(file, poolclass=NullPool, **options)
        self.dialect = self.sync_engine.dialect
        event.listen(self.sync_engine, "connect", _set_pragmas)
        self._alone = _one_at_a_time.setdefault(url, asyncio.Lock())

    @asynccontextmanager
    async def begin(self) -> AsyncGenerator[Any]:
        """A transaction: committed when the block is left, rolled back if it fails."""
        async with self._alone:
            with self.sync_engine.begin() as connection:
                yield _OneThreadConnection(connection)

    async def dispose(self) -> None:
        """Close what is open."""
        self.sync_engine.dispose()


class _OneThreadConnection:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def closed(self) -> bool:
        return self._connection.closed

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        """`execute`, `scalar`, `scalars`: the plain connection's, to be awaited."""

        async def call(*arguments: Any) -> Any:
            return getattr(self._connection, name)(*arguments)

        return call

    async def run_sync(self, work: Callable[[Connection], Any]) -> Any:
        return work(self._connection)

    @asynccontextmanager
    async def begin_nested(self) -> AsyncGenerator[None]:
        with self._connection.begin_nested():
            yield


def _set_pragmas(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
