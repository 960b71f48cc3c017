"""SQLite with few trips to its thread; aiosqlite's own cursor makes three or four a statement.

That is where the time of a turn goes: each trip wakes a thread, and then the event loop. What can
wait goes to the thread: for the lock when a transaction begins, for the disk when it ends, and all
that is read outside of one. Between these, a statement works in memory, and is run where it is.
"""
# pyright: reportPrivateUsage=false, reportUnknownMemberType=false

import sqlite3
from collections.abc import Generator, Iterable
from functools import partial
from typing import Any, Self

import aiosqlite

__all__ = ["OneTripConnection"]


class _Cursor(aiosqlite.Cursor):
    """A statement's rows are fetched where it runs, and the real cursor is closed there."""

    def __await__(self) -> Generator[Any, None, Self]:
        return self.__aenter__().__await__()

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> Self:
        if self._conn.in_transaction:
            self._run(sql, parameters or ())
        else:
            await self._execute(self._run, sql, parameters or ())
        return self

    def _run(self, sql: str, parameters: Any) -> None:
        self._cursor = self._conn._conn.execute(sql, parameters)  # noqa: SLF001 - as its base does
        self._rows = self._cursor.fetchall()
        self._cursor.close()

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        pass


class OneTripConnection(aiosqlite.Connection):
    """A connection for `async_creator_fn`; a program that ends need not wait for its thread."""

    def __init__(self, path: str, **options: Any) -> None:
        connect = partial(sqlite3.connect, path, **options | {"check_same_thread": False})
        super().__init__(connect, iter_chunk_size=64)
        thread: Any = getattr(self, "_thread", self)  # before 0.22, it is one itself
        thread.daemon = True

    def cursor(self) -> Any:
        """One that makes one trip a statement."""
        return _Cursor(self, None)  # pyright: ignore[reportArgumentType] - it has none before it runs
