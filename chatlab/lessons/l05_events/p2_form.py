"""Part 05.2: a function that gives a Widget with a form in it."""

from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.l05_events.recording import random_titles

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """The title that somebody types, and the priority that they choose."""
    return {"title": random_titles(random, 1)[0], "priority": random.choice(("low", "high"))}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The widget that the function gives, as JSON."""
    return await attempt(subject)
