"""Conversations in a database, SQLite or PostgreSQL (lesson 02; PostgreSQL in 11)."""

from chatlab.stores.sql.store import SQLStore

__all__ = ["SQLStore"]
