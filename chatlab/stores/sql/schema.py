"""The tables of `SQLStore`, and how an older database is brought up to date.

Every row says whose it is, so that every statement can ask for one user's rows alone.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnClause,
    Dialect,
    TableClause,
    Text,
    column,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection
else:  # it cannot be loaded in a browser
    AsyncConnection = Any

__all__ = [
    "MIGRATIONS",
    "AsyncConnection",
    "items",
    "keys",
    "migrate",
    "task_numbers",
    "tasks",
    "threads",
    "turns",
    "users",
    "version_of",
]

_UNSAFE = re.compile("[\0\\\\\ud800-\udfff]")
_MAX_NAME_CHARS = 200


class _Name(TypeDecorator[str]):
    """An id as both databases can store, index and compare it, whatever characters it has.

    PostgreSQL refuses NUL and long keys, both refuse lone surrogates. The id itself is in the
    document; a name is only ever compared.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str:  # noqa: ARG002 - both alike
        name = _UNSAFE.sub(lambda found: f"\\{ord(found[0]):04x}", value or "")
        if len(name) <= _MAX_NAME_CHARS:
            return name
        return name[:100] + "\\#" + hashlib.sha256(name.encode()).hexdigest()


def _table(table_name: str, names: str, others: str) -> TableClause:
    columns: list[ColumnClause[Any]] = [column(name, _Name) for name in names.split()]
    columns += [column(name) for name in others.split()]
    return table(table_name, *columns)


users = _table("chatlab_users", "user_id", "threads_made")
threads = _table("chatlab_threads", "user_id id", "place items_made document")
items = _table("chatlab_items", "user_id thread_id id", "place document")
turns = _table("chatlab_turns", "user_id thread_id", "owner")
keys = _table("chatlab_keys", "user_id key thread_id", "document item_ids")
tasks = _table("chatlab_tasks", "user_id", "id document")
task_numbers = _table("chatlab_task_numbers", "", "latest")
_schema = _table("chatlab_schema", "", "version")

MIGRATIONS = tuple(
    path.read_text("utf-8")
    for path in sorted(
        Path(__file__).with_name("migrations").glob("*.sql"), key=lambda path: int(path.stem)
    )
)
"""How each version comes out of the one before it. Add files; change none that is there."""


async def version_of(connection: AsyncConnection) -> int:
    """The version of the schema that the database has; 0 when it has none."""
    if await connection.run_sync(lambda sync: inspect(sync).has_table(_schema.name)):
        return int(await connection.scalar(select(_schema.c.version)) or 0)
    return 0


async def migrate(connection: AsyncConnection, migrations: Sequence[str]) -> None:
    """Bring the database up to date in the connection's transaction: all of it, or nothing."""
    current = await version_of(connection)
    if current == 0:
        await connection.execute(text("CREATE TABLE chatlab_schema (version BIGINT NOT NULL)"))
        await connection.execute(insert(_schema).values(version=0))
    for version, script in enumerate(migrations, start=1):
        if version > current:
            for statement in filter(str.strip, script.split(";")):
                await connection.execute(text(statement))
            await connection.execute(update(_schema).values(version=version))
