"""Part 07.2: a `resume` that lets a session expire when it was not used for the time-out."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from chatlab.lessons.l07_sessions.p1_sessions import SessionsWithoutTimeout, attempt_resume
from chatlab.lessons.l07_sessions.session_store import Record, SessionStore
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["inputs", "observe", "sessions_class_with"]


def sessions_class_with(**methods: Any) -> Any:
    """A subclass of `SessionsWithoutTimeout` with the learner's methods, by their names."""
    return type("Sessions", (SessionsWithoutTimeout,), methods)


def inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and four users; two thirds of it are more than half an hour."""
    return {"minutes": random.randint(60, 95), "users": random.sample(USER_NAMES, 4)}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Resume one session three times in time, then too late; others only when they have expired.

    Returns:
        The outcome of each call by its name. `noted` is the time in the first user's record after
        the first call, in time-outs since the log-in, or None; `saved` says whether that call asked
        for a save, `forgotten` which methods it never awaited, and `renewed` whether it changed
        another user's record.
    """
    store, clock = SessionStore(), FixedClock()
    timeout = timedelta(minutes=inputs["minutes"])
    sessions = sessions_class_with(resume=subject)(store, clock, timeout)
    active_user, idle_user, weekend_user, future_user = inputs["users"]
    idle_record = Record(f"key of {idle_user}", idle_user, clock.now())
    await store.save(Record(f"key of {active_user}", active_user, clock.now()))
    await store.save(idle_record)

    async def resume_after(timeouts: float, user_id: str) -> dict[str, Any]:
        """Resume the user's session when this many time-outs have passed since the last call."""
        clock.advance(timeout.total_seconds() * timeouts)
        return await attempt_resume(sessions.resume, f"key of {user_id}")

    store.forget_calls()
    first_use = await resume_after(0.1, active_user)
    notes = {
        "noted": _timeouts_since(idle_record, timeout, store.records.get(f"key of {active_user}")),
        "saved": "save" in store.called,
        "forgotten": store.forgotten_awaits(),
        "renewed": store.records.get(idle_record.session_key) != idle_record,
    }
    outcomes = {
        "first_use": first_use,
        "second_use": await resume_after(0.6, active_user),
        "third_use": await resume_after(0.6, active_user),
        "idle": await resume_after(0.0, idle_user),
        "late_use": await resume_after(1.01, active_user),
        "late_retry": await resume_after(0.0, active_user),
        "unknown": await attempt_resume(sessions.resume, "nobody's"),
    }
    for name, user, idle in (
        ("weekend", weekend_user, timedelta(days=2) + 0.2 * timeout),
        ("ahead", future_user, -2 * timeout),
    ):
        await store.save(Record(f"key of {user}", user, clock.now() - idle))
        outcomes[name] = await resume_after(0.0, user)
    return outcomes | notes


def _timeouts_since(start: Record, timeout: timedelta, record: Any) -> float | None:
    """How many time-outs after the `start` a record was used; None if it does not say so."""
    last_used = getattr(record, "last_used", None)
    if not isinstance(last_used, datetime) or last_used.tzinfo is None:
        return None
    return round((last_used - start.last_used) / timeout, 3)
