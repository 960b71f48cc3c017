"""Part 04.1: a server that passes on each piece of the model's reply as it comes."""

from random import Random
from typing import Any

from chatlab.lessons.l04_streaming.watched_model import (
    StoppableReader,
    WatchedModel,
    sleeping_seen,
    wait_idle,
)
from chatlab.lessons.support.dialogue import NAMES, make_server, random_messages
from chatlab.lessons.support.pacing import random_replies

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Two people, what they say, and what the model says to each."""
    names, messages = random.sample(NAMES, 2), random_messages(random, 2)
    return {"names": names, "messages": messages, "replies": random_replies(random, 2)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The second one's whole turn falls into the middle of the first one's."""
    messages = inputs["messages"]
    model = WatchedModel(dict(zip(messages, inputs["replies"], strict=True)))
    server, why = make_server(lambda: subject(model))
    if server is None:
        return {"unmade": why}
    one, two = (
        StoppableReader(server, model, message, name)
        for message, name in zip(messages, inputs["names"], strict=True)
    )
    with sleeping_seen() as sleeps:
        await one.read(pieces=2)
        await two.read()
        await one.read()
    turns = [await one.seen(), await two.seen()]
    await wait_idle(model)
    return {"turns": turns, "blocked": len(sleeps)}
