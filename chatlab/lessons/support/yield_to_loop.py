"""Let other tasks run without waiting for time to pass."""

import asyncio

__all__ = ["yield_to_loop"]


async def yield_to_loop(count: int) -> None:
    """Sleep for 0 seconds `count` times: each time, all other tasks that are ready run once."""
    for _ in range(count):
        await asyncio.sleep(0)
