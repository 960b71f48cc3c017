"""Part 02.3: call the learner's `continue_tomorrow` for a thread in an SQLite file."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.lessons.l02_threads_and_items.p2_transcript import create_thread
from chatlab.lessons.l02_threads_and_items.p2_transcript import inputs as transcript_inputs
from chatlab.stores import SQLStore

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """The same as for part 02.2: a user id and the texts of a long thread."""
    return transcript_inputs(random)


async def observe(continue_tomorrow: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Store a thread, close the store, and call it with the database's URL.

    Returns:
        What it returned, as `attempt` records it; items become dictionaries.
    """
    context = RequestContext(user_id=inputs["user"])
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            thread = await create_thread(store, inputs["texts"], context)
        return await attempt(lambda: continue_tomorrow(url, thread.id, context))
