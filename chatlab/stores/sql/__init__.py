"""Conversations and tasks in a database, SQLite or PostgreSQL (lesson 02; PostgreSQL in 11)."""

from chatlab.stores.sql.store import SQLStore
from chatlab.stores.sql.tasks import SQLTaskBook

__all__ = ["SQLStore", "SQLTaskBook"]
