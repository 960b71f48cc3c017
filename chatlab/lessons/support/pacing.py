"""Replies for a model to say, and turns of the loop instead of time (lessons 04 and 11)."""

import asyncio
from random import Random

__all__ = ["random_replies", "yield_to_loop"]

_VERBS = ("water", "repaint", "collect", "unpack", "measure", "polish", "borrow", "label")
_THINGS = ("the plants", "two bicycles", "a kite", "the old boxes", "12 jars", "the teapot")


def random_replies(random: Random, count: int) -> list[str]:
    """So many things for a model to say. Words, spaces and line breaks come more than once."""
    texts: list[str] = []
    for verb in random.sample(_VERBS, count):
        thing = random.choice(_THINGS)
        number = random.randint(10, 99)
        texts.append(f"Well, well.  Task {number}:\n- {verb} {thing}\n- {verb} them again, well!")
    return texts


async def yield_to_loop(count: int) -> None:
    """Let everything else that is ready run, so many times."""
    for _ in range(count):
        await asyncio.sleep(0)
