"""Part 05.2: a form, filled in and submitted as a browser does it."""

from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.lessons.l05_events.recording import chores

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """What somebody types and chooses."""
    return {"title": chores(random, 1)[0], "priority": random.choice(("low", "high"))}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The widget, as it goes over the wire."""
    return await attempt(subject)
