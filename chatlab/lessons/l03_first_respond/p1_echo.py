"""Parts 03.1 and 03.2: servers that echo and welcome."""

from random import Random
from typing import Any

from chatlab.lessons.support.dialogue import (
    NAMES,
    make_server,
    random_messages,
    run_turn,
    start_turn,
)

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Three messages; two people send them."""
    return {"messages": random_messages(random, 3), "names": random.sample(NAMES, 2)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The first one's turn is left in the middle while the second has one of their own."""
    server, why = make_server(subject)
    if server is None:
        return {"unmade": why}
    (one, two), (first, second, third) = inputs["names"], inputs["messages"]
    rest = await start_turn(server, first, one)
    between = await run_turn(server, second, two)
    opened = await rest()
    again = await run_turn(server, third, one, opened["thread_id"])
    return {"turns": [opened, between, again]}
