"""Work that is done to its end, and streams that are closed, whoever is cancelled meanwhile."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import TypeVar

import anyio

__all__ = ["aclose", "run_shielded"]

T = TypeVar("T")


async def run_shielded(work: Coroutine[object, object, T]) -> T:
    """Run the coroutine to its end, even if the calling task is cancelled meanwhile.

    A cancellation that comes on the way is raised when the work is done, not before.

    Raises:
        asyncio.CancelledError: The caller was cancelled; the work is complete all the same.
        Exception: Whatever the work raises.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with anyio.CancelScope(shield=True):  # a cancelled scope cancels again, at each await
            while not task.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait([task])
        task.result()
        raise


async def aclose(stream: object) -> None:
    """Close the stream, if it is one that can be closed: a plain iterator has no `aclose()`.

    There is no shield here: the stream may hold a cancel scope of its own open.
    """
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()
