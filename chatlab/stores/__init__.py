"""Where conversations are kept (lesson 02)."""

from chatlab.stores.base import MAX_LIMIT, IdempotentRequest, Order, Store
from chatlab.stores.memory import MemoryStore

__all__ = ["MAX_LIMIT", "IdempotentRequest", "MemoryStore", "Order", "Store"]
