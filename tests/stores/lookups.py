"""Every way to meet, in a store, a thread or an item that is not there for this customer."""

__all__ = ["MISSING", "MISSING_ITEM"]

MISSING = {
    "load_thread": lambda store, id, item, context: store.load_thread(id, context),
    "load_threads": lambda store, id, item, context: store.load_threads(5, id, "asc", context),
    "delete_thread": lambda store, id, item, context: store.delete_thread(id, context),
    "load_thread_items": lambda store, id, item, context: store.load_thread_items(
        id, None, 5, "asc", context
    ),
    "load_thread_items after": lambda store, id, item, context: store.load_thread_items(
        id, item.id, 5, "desc", context
    ),
    "add_thread_item": lambda store, id, item, context: store.add_thread_item(id, item, context),
    "save_item": lambda store, id, item, context: store.save_item(id, item, context),
    "load_item": lambda store, id, item, context: store.load_item(id, item.id, context),
    "delete_thread_item": lambda store, id, item, context: store.delete_thread_item(
        id, item.id, context
    ),
}
"""How to run into a missing thread: (store, thread id, item, context)."""

MISSING_ITEM = {
    "load_thread_items": lambda store, id, context: store.load_thread_items(
        "thr_1", id, 5, "asc", context
    ),
    "load_item": lambda store, id, context: store.load_item("thr_1", id, context),
    "delete_thread_item": lambda store, id, context: store.delete_thread_item("thr_1", id, context),
}
"""How to run into a missing item of thr_1: (store, item id, context)."""
