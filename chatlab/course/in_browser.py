"""What a kernel inside a browser needs before the course runs in it: it has one thread only."""

import sys
from collections.abc import Callable
from typing import Any

import anyio.to_thread

__all__ = ["adapt_kernel"]


def adapt_kernel() -> None:
    """In a browser, run at once what would go to a thread; elsewhere, do nothing.

    FastAPI sends whatever is not `async` there: routes, dependencies, handlers of errors.
    """
    if sys.platform == "emscripten":
        anyio.to_thread.run_sync = _run_at_once


async def _run_at_once(work: Callable[..., Any], *arguments: Any, **_options: Any) -> Any:
    return work(*arguments)
