"""What a process of its own does with a store, so that a test can kill it or race it."""

import asyncio
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from holding import held

from chatlab import RequestContext, SQLStore, ThreadMetadata, UserMessageItem

__all__ = ["another_process", "count", "say"]

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ALICE = RequestContext(user_id="alice")

# Each new process is a fork of one that has imported everything already: it starts at once.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["chatlab.stores.sql", "aiosqlite", "asyncpg"])


@contextmanager
def another_process(work, *arguments) -> Iterator[tuple[ForkServerProcess, Connection]]:
    """A process that does the work, and where it tells what the store has acknowledged.

    It is gone when the block is left.
    """
    heard, told = _forks.Pipe(duplex=False)
    process = _forks.Process(target=_work, args=(work, told, *arguments), daemon=True)
    process.start()
    told.close()
    try:
        yield process, heard
    finally:
        process.kill()
        process.join()
        process.close()
        heard.close()


def _work(work, told, *arguments):
    asyncio.run(work(told, *arguments))


async def say(told, url, thread_id):
    """Add items for ever, in one turn."""
    async with SQLStore(url, turn_wait=20) as store:
        thread = ThreadMetadata(id=thread_id, user_id="alice", created_at=NOON, updated_at=NOON)
        await store.save_thread(thread, ALICE)
        async with held(store, thread_id, ALICE):
            number = 0
            while True:
                number += 1
                item = UserMessageItem(
                    id=f"msg_{number}", thread_id=thread_id, content="hello", timestamp=NOON
                )
                await store.add_thread_item(thread_id, item, ALICE)
                told.send(item.id)


async def count(told, url, thread_id, times):
    """Add one to a number, a turn each."""
    async with SQLStore(url, turn_wait=20) as store:
        for _ in range(times):
            async with held(store, thread_id, ALICE):
                thread = await store.load_thread(thread_id, ALICE)
                counted = {"n": thread.metadata["n"] + 1}
                await store.save_thread(thread.model_copy(update={"metadata": counted}), ALICE)
            told.send("counted")
