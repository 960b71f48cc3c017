"""The tables of `SQLStore`, and how an older database is brought up to date."""

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)

from chatlab.errors import StoreError

__all__ = ["VERSION", "items", "keys", "migrate", "threads", "turns"]

VERSION = 1
"""The newest version of the schema; `schema_version` says which one a database has."""

_metadata = MetaData()

_versions = Table("schema_version", _metadata, Column("version", Integer, nullable=False))

threads = Table(
    "threads",
    _metadata,
    Column("place", Integer, primary_key=True, autoincrement=True),
    Column("user_id", String, nullable=False),
    Column("id", String, nullable=False),
    Column("document", Text, nullable=False),
    Column("next_place", Integer, nullable=False, default=0),
    UniqueConstraint("user_id", "id"),
    Index("threads_of_user", "user_id", "place"),
    sqlite_autoincrement=True,
)

items = Table(
    "items",
    _metadata,
    Column(
        "thread",
        Integer,
        ForeignKey("threads.place", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("thread", "id"),
)

turns = Table(
    "turns",
    _metadata,
    Column("user_id", String, primary_key=True),
    Column("thread_id", String, primary_key=True),
    Column("owner", String, nullable=False),
)

keys = Table(
    "idempotency_keys",
    _metadata,
    Column("user_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("thread_id", String, nullable=False),
    Column("item_id", String, nullable=False),
    Column("item_ids", Text, nullable=False, default="[]"),
)


def migrate(connection: Connection) -> None:
    """Make the tables, or bring them up to date, in the connection's transaction.

    Raises:
        StoreError: The database was made by a newer chatlab.
    """
    if not inspect(connection).has_table("schema_version"):
        _metadata.create_all(connection)
        connection.execute(insert(_versions).values(version=VERSION))
        return
    found = connection.execute(select(_versions.c.version)).scalar_one()
    if found > VERSION:
        raise StoreError(
            connection.engine.url.render_as_string(),
            f"has schema version {found}; this chatlab knows versions up to {VERSION}",
            "Update chatlab.",
        )
