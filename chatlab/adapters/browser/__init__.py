"""A kernel inside a browser: it has one thread only, and no greenlets.

What would go to a thread runs at once there. It is awaited all the same, and never waits.
"""

from typing import Any

import anyio.to_thread

from chatlab.adapters.browser.one_thread_engine import OneThreadEngine
from chatlab.stores.sql import database

__all__ = ["adapt_kernel"]


def adapt_kernel() -> None:
    """Let `SQLStore` work, and what of a FastAPI app is not `async`: routes, handlers of errors."""
    database.make_engine = OneThreadEngine
    anyio.to_thread.run_sync = _run_at_once


async def _run_at_once(work: Any, *arguments: Any, **_options: Any) -> Any:
    return work(*arguments)
