"""SQLite with one trip to its thread a statement; aiosqlite's own cursor makes three or four.

That is where the time of a turn goes: each trip wakes a thread, and then the event loop.
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
        connection = self._conn._conn
        if connection.in_transaction:
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
        super().__init__(
            partial(sqlite3.connect, path, **options | {"check_same_thread": False}),
            iter_chunk_size=64,
        )
        thread: Any = getattr(self, "_thread", self)  # before 0.22, it is one itself
        thread.daemon = True

    def cursor(self) -> Any:
        """One that makes one trip a statement."""
        return _Cursor(self, None)  # pyright: ignore[reportArgumentType] - it has none before it runs
