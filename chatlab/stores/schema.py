"""The tables of `SQLStore`, and how an older database is brought up to date.

Every row says whose it is, so that every statement can ask for one user's rows alone.
"""

import hashlib
import re
from collections.abc import Sequence

from sqlalchemy import Dialect, Text, column, insert, select, table, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeDecorator

__all__ = ["MIGRATIONS", "items", "keys", "migrate", "threads", "turns", "users"]

_UNSAFE = re.compile("[\0\\\\\ud800-\udfff]")
_LONGEST = 200


class _Name(TypeDecorator[str]):
    """An id as both databases can store, index and compare it, whatever characters it has.

    PostgreSQL refuses NUL and long keys, both refuse lone surrogates. The id itself is in the
    document; a name is only ever compared.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        name = _UNSAFE.sub(lambda found: f"\\{ord(found[0]):04x}", value)
        if len(name) <= _LONGEST:
            return name
        return name[:100] + "\\#" + hashlib.sha256(name.encode()).hexdigest()


def _names(*names: str) -> list[column[str]]:
    return [column(name, _Name) for name in names]


users = table("chatlab_users", *_names("user_id"), column("threads_made"))
threads = table(
    "chatlab_threads",
    *_names("user_id", "id"),
    *(column("place"), column("items_made"), column("document")),
)
items = table(
    "chatlab_items", *_names("user_id", "thread_id", "id"), column("place"), column("document")
)
turns = table("chatlab_turns", *_names("user_id", "thread_id"), column("owner"))
keys = table(
    "chatlab_keys", *_names("user_id", "key", "thread_id"), column("document"), column("item_ids")
)
_schema = table("chatlab_schema", column("version"))

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """CREATE TABLE chatlab_users (
            user_id TEXT PRIMARY KEY, threads_made BIGINT NOT NULL)""",
        """CREATE TABLE chatlab_threads (
            user_id TEXT NOT NULL, id TEXT NOT NULL, place BIGINT NOT NULL,
            items_made BIGINT NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (user_id, id), UNIQUE (user_id, place))""",
        """CREATE TABLE chatlab_items (
            user_id TEXT NOT NULL, thread_id TEXT NOT NULL, place BIGINT NOT NULL,
            id TEXT NOT NULL, document TEXT NOT NULL,
            PRIMARY KEY (user_id, thread_id, place), UNIQUE (user_id, thread_id, id),
            FOREIGN KEY (user_id, thread_id) REFERENCES chatlab_threads ON DELETE CASCADE)""",
        """CREATE TABLE chatlab_turns (
            user_id TEXT NOT NULL, thread_id TEXT NOT NULL, owner BIGINT NOT NULL,
            PRIMARY KEY (user_id, thread_id))""",
        """CREATE TABLE chatlab_keys (
            user_id TEXT NOT NULL, key TEXT NOT NULL, thread_id TEXT NOT NULL,
            document TEXT NOT NULL, item_ids TEXT NOT NULL, PRIMARY KEY (user_id, key))""",
        "CREATE INDEX chatlab_keys_of_thread ON chatlab_keys (user_id, thread_id)",
    ),
)
"""How each version comes out of the one before it. Add to the end; change nothing that is there."""


async def migrate(
    connection: AsyncConnection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> int:
    """Bring the database up to date, all or nothing, in the connection's transaction.

    Returns:
        The version that it has now; more than these migrations make when a newer chatlab made it.
    """
    await connection.execute(
        text("CREATE TABLE IF NOT EXISTS chatlab_schema (version BIGINT NOT NULL)")
    )
    found = await connection.scalar(select(_schema.c.version))
    if found is None:
        await connection.execute(insert(_schema).values(version=0))
    for version, statements in enumerate(migrations, start=1):
        if version > (found or 0):
            for statement in statements:
                await connection.execute(text(statement))
            await connection.execute(update(_schema).values(version=version))
    return max(found or 0, len(migrations))
