"""Part 00.1: call the learner's `greeting` with three names."""

from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt

__all__ = ["inputs", "observe"]

_NAMES = ("Alice", "Bob", "Chandra", "Dilnoza", "Émile", "Fatou", "Gülşen", "Hana")


def inputs(random: Random) -> list[str]:
    """Three different names."""
    return random.sample(_NAMES, 3)


async def observe(greeting: Any, names: list[str]) -> list[dict[str, Any]]:
    """One outcome a name, as `attempt` records it: `{"value": ...}` or `{"raised": ...}`."""
    return [await attempt(lambda name=name: greeting(name)) for name in names]
