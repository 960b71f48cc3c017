"""Where conversations are kept (lesson 02)."""

from typing import TYPE_CHECKING

from chatlab.stores.base import MAX_LIMIT, IdempotencyRecord, Order, Store
from chatlab.stores.memory import MemoryStore

if TYPE_CHECKING:
    from chatlab.stores.sql import SQLStore

__all__ = ["MAX_LIMIT", "IdempotencyRecord", "MemoryStore", "Order", "SQLStore", "Store"]


def __getattr__(name: str) -> object:
    """Load SQLAlchemy only for those who ask for `SQLStore`."""
    if name == "SQLStore":
        from chatlab.stores.sql import SQLStore

        return SQLStore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
