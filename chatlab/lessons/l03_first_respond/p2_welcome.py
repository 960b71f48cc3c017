"""Parts 03.1 and 03.2: servers that echo and welcome."""

from random import Random
from typing import Any

from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
    run_turn,
)

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two messages, three people."""
    return {"messages": random_messages(random, 2), "names": random.sample(NAMES, 3)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One opens the chat twice and then speaks; another opens it; a third speaks at once."""
    server, why = make_server(subject)
    if server is None:
        return {"unmade": why}
    (one, two, three), (first, second) = inputs["names"], inputs["messages"]
    opened = await run_turn(server, None, one)
    again = await run_turn(server, None, one, opened["thread_id"])
    speaks = await run_turn(server, first, one, opened["thread_id"])
    other = await run_turn(server, None, two)
    at_once = await run_turn(server, second, three)
    later = await run_turn(server, None, three, at_once["thread_id"])
    return {"turns": [opened, again, speaks, other, at_once, later]}
