"""Parts 02.2 and 02.3: a conversation that is longer than a page, today and tomorrow."""

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.lessons.l02_threads_and_items.p2_transcript import fill
from chatlab.lessons.l02_threads_and_items.p2_transcript import inputs as transcript_inputs
from chatlab.stores import SQLStore

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """As for the transcript."""
    return transcript_inputs(random)


async def observe(continue_tomorrow: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What is found in a database that another store has filled and closed."""
    context = RequestContext(user_id=inputs["user"])
    with tempfile.TemporaryDirectory(prefix="chatlab-") as folder:
        url = f"sqlite+aiosqlite:///{Path(folder, 'chat.sqlite')}"
        async with SQLStore(url) as store:
            thread = await fill(store, inputs["texts"], context)
        return await attempt(lambda: continue_tomorrow(url, thread.id, context))
