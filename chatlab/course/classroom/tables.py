"""The gradebook's tables: what is kept of every notebook that was graded."""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = ["SCHEMA_VERSION", "attempts", "comments", "deadlines", "metadata", "problems"]

SCHEMA_VERSION = 1
"""What `PRAGMA user_version` says of a gradebook with these tables."""


class _Moment(TypeDecorator[datetime]):
    """A time with its zone, kept as text that sorts: SQLite has no such type."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        del dialect
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("learner", String, nullable=False),
    Column("lesson", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("file", Text, nullable=False),
    Column("system", String, nullable=False),
    Column("system_id", String, nullable=False),
    Column("handed_in", _Moment),
    Column("marked_late", Boolean, nullable=False),
    Column("graded", _Moment, nullable=False),
    Column("answers", JSON, nullable=False),
    Column("run_version", String, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("judge_version", String, nullable=False),
    Column("verdict", JSON, nullable=False),
    UniqueConstraint("learner", "lesson", "sha256"),
)

comments = Table(
    "comments",
    metadata,
    Column("learner", String, primary_key=True),
    Column("lesson", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("lesson", Integer, primary_key=True, autoincrement=False),
    Column("due", _Moment, nullable=False),
    Column("penalty", Float, nullable=False),
)

problems = Table(
    "problems",
    metadata,
    Column("file", String, primary_key=True),
    Column("learner", String, nullable=False),
    Column("reason", Text, nullable=False),
)
