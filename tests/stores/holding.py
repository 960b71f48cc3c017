"""A thread that is held, in a test, as a turn holds it while `respond()` runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chatlab import RequestContext, Store
from chatlab.items import ThreadItem
from chatlab.stores.base import HeldThread

__all__ = ["held"]


async def _nothing() -> None:
    pass


@asynccontextmanager
async def held(
    store: Store[ThreadItem], thread_id: str, context: RequestContext
) -> AsyncIterator[HeldThread]:
    """Hold the thread, and do nothing else."""
    async with store.turn(thread_id, context) as thread:
        await thread.begin(_nothing())
        yield thread
