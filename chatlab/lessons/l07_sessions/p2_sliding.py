"""Parts 07.2 and 07.3: a time-out that slides, and clearing away."""

from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.lessons.l07_sessions.p1_sessions import Kept, Record, Records
from chatlab.lessons.support.dialogue import NAMES
from chatlab.testing import FixedClock

__all__ = ["class_with", "inputs", "observe"]


def class_with(**method: Any) -> Any:
    """A class that works, with the learner's method in it."""
    return type("Sessions", (Kept,), method)


def inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and two people."""
    return {"minutes": random.randint(10, 50), "users": random.sample(NAMES, 2)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One session that is used again and again, then left; one that is never used."""
    store, clock = Records(), FixedClock()
    time_out = timedelta(minutes=inputs["minutes"])
    sessions = class_with(resume=subject)(store, clock, time_out)
    used, idle = inputs["users"]
    for user in (used, idle):
        await store.save(Record(f"key of {user}", user, clock.now()))
    seconds = time_out.total_seconds()

    async def after(share: float, who: str) -> dict[str, Any]:
        clock.advance(seconds * share)
        return await attempt(lambda: sessions.resume(f"key of {who}"))

    return {
        "soon": await after(0.6, used),
        "slid": await after(0.6, used),
        "idle": await after(0.0, idle),
        "left": await after(1.01, used),
        "again": await after(0.0, used),
        "unknown": await attempt(lambda: sessions.resume("nobody's")),
    }
