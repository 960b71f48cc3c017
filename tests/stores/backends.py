"""The kinds of database that a test can be run over."""

import asyncio
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

__all__ = ["SQL", "administering"]

SQL = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@contextmanager
def administering(url):
    """Runs statements on a PostgreSQL server, in a loop of its own."""

    async def run(*statements):
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            for statement in statements:
                await connection.execute(text(statement))
        await engine.dispose()

    with asyncio.Runner() as runner:
        yield lambda *statements: runner.run(run(*statements))
