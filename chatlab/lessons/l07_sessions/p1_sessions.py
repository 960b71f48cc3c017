"""Part 07.1: sessions that are stored; and the sessions of parts 07.2 and 07.3."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, exception_as_data
from chatlab.course.todo import NotStarted
from chatlab.errors import SessionNotFound
from chatlab.lessons.l07_sessions.session_store import SessionStore
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["TIME_OUT_MINUTES", "SessionsWithoutTimeout", "attempt_resume", "inputs", "observe"]

TIME_OUT_MINUTES = 30
"""The time-out of the sessions in this part, where none of them ends."""


class SessionsWithoutTimeout:
    """Sessions that never expire: the base class for the learner's methods in 07.2 and 07.3."""

    def __init__(self, store: SessionStore, clock: FixedClock, timeout: timedelta) -> None:
        self.store, self.clock, self.time_out = store, clock, timeout

    async def resume(self, session_key: str) -> RequestContext:
        """The context of the user who has this key.

        Raises:
            SessionNotFound: Nobody has it.
        """
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


def inputs(random: Random) -> dict[str, Any]:
    """Three log-ins by two users, and a key that nobody has."""
    first_user, second_user = random.sample(USER_NAMES, 2)
    return {
        "users": [first_user, first_user, second_user],
        "unknown": f"{random.getrandbits(128):032x}",
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Log in three times; resume each session twice, then in a second object on the same store.

    Returns:
        `created`, `resumed`, `resumed_again`, `resumed_after_restart` and `unknown` are outcomes of
        calls. `stored` has the store's keys after each log-in, and `used` the time in each of its
        records. `elsewhere` are the first and the last user's first log-ins on servers of their
        own, at the same time. `forgotten` are the store's methods that were never awaited.
        `{"unmade": error}` if there is no object to ask.
    """
    time_out = timedelta(minutes=TIME_OUT_MINUTES)
    store, clock = SessionStore(), FixedClock()
    try:
        sessions = subject(store, clock, time_out)
    except NotStarted:
        raise
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return {"unmade": exception_as_data(error)}
    created: list[dict[str, Any]] = []
    stored: list[list[str]] = []
    for user in inputs["users"]:
        clock.advance(60)
        created.append(await attempt(lambda user=user: sessions.create(user)))
        stored.append([str(key) for key in store.records])
    used_times = [_last_used_text(record) for record in store.records.values()]
    keys = [outcome.get("value") for outcome in created]
    resumed = [await attempt_resume(sessions.resume, key) for key in keys]
    resumed_again = [await attempt_resume(sessions.resume, key) for key in keys]
    restarted = subject(store, clock, time_out)
    return {
        "created": created,
        "elsewhere": [
            await _create_elsewhere(subject, time_out, user) for user in inputs["users"][::2]
        ],
        "stored": stored,
        "used": used_times,
        "resumed": resumed,
        "resumed_again": resumed_again,
        "resumed_after_restart": [await attempt_resume(restarted.resume, key) for key in keys],
        "unknown": await attempt_resume(sessions.resume, inputs["unknown"]),
        "forgotten": store.forgotten_awaits(),
    }


async def _create_elsewhere(subject: Any, time_out: timedelta, user: str) -> dict[str, Any]:
    """The outcome of the first log-in on a server of its own, a minute after its start."""
    clock = FixedClock()
    clock.advance(60)
    return await attempt(lambda: subject(SessionStore(), clock, time_out).create(user))


async def attempt_resume(resume: Callable[[Any], Awaitable[Any]], key: Any) -> dict[str, Any]:
    """The outcome of `resume(key)`; `badge` says whether its value is a RequestContext."""
    is_context = False

    async def call() -> Any:
        nonlocal is_context
        value: Any = resume(key)
        if isinstance(value, Awaitable):
            value = await value
        is_context = isinstance(value, RequestContext)
        return value

    outcome = await attempt(call)
    return outcome | {"badge": is_context} if "value" in outcome else outcome


def _last_used_text(record: Any) -> str:
    last_used = getattr(record, "last_used", None)
    return last_used.isoformat() if isinstance(last_used, datetime) else str(last_used)
