"""Part 03.2: run turns of the learner's `WelcomeServer`, with and without a message."""

from random import Random
from typing import Any

from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages
from chatlab.lessons.support.server_turns import make_server, run_turn

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two messages and three user ids."""
    return {"messages": random_messages(random, 2), "names": random.sample(USER_NAMES, 3)}


async def observe(server_class: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One user opens the chat twice and then speaks; another opens it; a third speaks at once.

    Then the third one opens it, too, and the first one opens a second chat.

    Returns:
        `{"turns": [...]}`: the seven turns in this order, each as `run_turn` records it; or
        `{"unmade": error}`.
    """
    server, error = make_server(server_class)
    if server is None:
        return {"unmade": error}
    first_user, second_user, third_user = inputs["names"]
    first_message, second_message = inputs["messages"]
    opening = await run_turn(server, None, first_user)
    reopening = await run_turn(server, None, first_user, opening["thread_id"])
    message_turn = await run_turn(server, first_message, first_user, opening["thread_id"])
    other_opening = await run_turn(server, None, second_user)
    immediate_turn = await run_turn(server, second_message, third_user)
    later_opening = await run_turn(server, None, third_user, immediate_turn["thread_id"])
    second_chat = await run_turn(server, None, first_user)
    turns = [opening, reopening, message_turn, other_opening, immediate_turn, later_opening]
    return {"turns": [*turns, second_chat]}
