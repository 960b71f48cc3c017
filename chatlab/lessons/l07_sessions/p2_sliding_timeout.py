"""Part 07.2: a `resume` that lets a session expire when it was not used for the time-out."""

from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.l07_sessions.p1_sessions import Record, SessionStore, SessionsWithoutTimeout
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["inputs", "observe", "sessions_class_with"]


def sessions_class_with(**methods: Any) -> Any:
    """A subclass of `SessionsWithoutTimeout` with the learner's methods, by their names."""
    return type("Sessions", (SessionsWithoutTimeout,), methods)


def inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and two users."""
    return {"minutes": random.randint(10, 50), "users": random.sample(USER_NAMES, 2)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Resume one session twice in time, then too late; another one only when it has expired."""
    store, clock = SessionStore(), FixedClock()
    timeout = timedelta(minutes=inputs["minutes"])
    sessions = sessions_class_with(resume=subject)(store, clock, timeout)
    active_user, idle_user = inputs["users"]
    for user in (active_user, idle_user):
        await store.save(Record(f"key of {user}", user, clock.now()))
    timeout_seconds = timeout.total_seconds()

    async def resume_after(timeouts: float, user_id: str) -> dict[str, Any]:
        """Resume the user's session when so many time-outs have passed since the last call."""
        clock.advance(timeout_seconds * timeouts)
        return await attempt(lambda: sessions.resume(f"key of {user_id}"))

    return {
        "first_use": await resume_after(0.6, active_user),
        "second_use": await resume_after(0.6, active_user),
        "idle": await resume_after(0.0, idle_user),
        "late_use": await resume_after(1.01, active_user),
        "late_retry": await resume_after(0.0, active_user),
        "unknown": await attempt(lambda: sessions.resume("nobody's")),
    }
