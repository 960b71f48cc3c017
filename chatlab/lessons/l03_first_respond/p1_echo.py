"""Part 03.1: run turns of the learner's `EchoServer`, two of them at the same time."""

from random import Random
from typing import Any

from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, run_turn, start_turn

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Three messages, and the ids of the two users who send them."""
    return {"messages": random_messages(random, 3), "names": random.sample(USER_NAMES, 2)}


async def observe(server_class: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Stop reading the first user's turn midway, run the second user's, then read on.

    Returns:
        `{"turns": [...]}`: the first user's turn, the second user's, and the first user's next
        turn in the same thread, each as `run_turn` records it; or `{"unmade": error}`.
    """
    server, error = make_server(server_class)
    if server is None:
        return {"unmade": error}
    first_user, second_user = inputs["names"]
    first_message, second_message, third_message = inputs["messages"]
    finish_turn = await start_turn(server, first_message, first_user)
    second_turn = await run_turn(server, second_message, second_user)
    first_turn = await finish_turn()
    third_turn = await run_turn(server, third_message, first_user, first_turn["thread_id"])
    return {"turns": [first_turn, second_turn, third_turn]}
