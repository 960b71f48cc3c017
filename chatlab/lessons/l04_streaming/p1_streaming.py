"""Part 04.1: run two turns of the learner's `StreamingServer` at the same time."""

from random import Random
from typing import Any

from chatlab.lessons.l04_streaming.watched_model import (
    TurnReader,
    WatchedModel,
    record_blocking_sleeps,
    wait_idle,
)
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages, random_replies
from chatlab.lessons.support.server_turns import make_server

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two user ids, a message of each, and the model's reply to each message."""
    names, messages = random.sample(USER_NAMES, 2), random_messages(random, 2)
    return {"names": names, "messages": messages, "replies": random_replies(random, 2)}


async def observe(server_class: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Read two pieces of the first user's turn, the whole second turn, then the rest of the first.

    Returns:
        `{"turns": [...], "blocked": ...}`: both turns as `TurnReader.record` gives them, and how
        often `time.sleep` was called; or `{"unmade": error}`.
    """
    messages = inputs["messages"]
    model = WatchedModel(dict(zip(messages, inputs["replies"], strict=True)))
    server, error = make_server(lambda: server_class(model))
    if server is None:
        return {"unmade": error}
    first_reader, second_reader = (
        TurnReader(server, model, message, name)
        for message, name in zip(messages, inputs["names"], strict=True)
    )
    with record_blocking_sleeps() as sleep_calls:
        await first_reader.read(pieces=2)
        await second_reader.read()
        await first_reader.read()
    turns = [await first_reader.record(), await second_reader.record()]
    await wait_idle(model)
    return {"turns": turns, "blocked": len(sleep_calls)}
