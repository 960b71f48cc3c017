"""Part 07.1: sessions that are stored; and the store and the sessions of parts 07.2 and 07.3."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.errors import SessionNotFound
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["Record", "SessionStore", "SessionsWithoutTimeout", "inputs", "observe"]


@dataclass(frozen=True)
class Record:
    """The exercise's `SessionRecord`."""

    session_key: str
    user_id: str
    last_used: datetime


class SessionStore:
    """The exercise's `SessionStore`: records by their session key, in memory.

    `conversations` are what each user has said, which `delete_user` deletes, too.
    """

    def __init__(self) -> None:
        self.records: dict[str, Any] = {}
        self.conversations: dict[str, list[str]] = {}

    async def save(self, record: Any) -> None:
        """Add or replace."""
        await asyncio.sleep(0)
        self.records[record.session_key] = record

    async def load(self, session_key: str) -> Any:
        """The record, or None."""
        await asyncio.sleep(0)
        return self.records.get(session_key)

    async def all(self) -> list[Any]:
        """All records."""
        await asyncio.sleep(0)
        return list(self.records.values())

    async def delete(self, session_key: str) -> None:
        """Delete the record, if there is one."""
        await asyncio.sleep(0)
        self.records.pop(session_key, None)

    async def delete_user(self, user_id: str) -> None:
        """Delete the user's records and conversations."""
        await asyncio.sleep(0)
        self.conversations.pop(user_id, None)
        for key in [key for key, record in self.records.items() if record.user_id == user_id]:
            del self.records[key]


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
    """Log in three times; resume each session, also in a second object on the same store."""
    store, clock = SessionStore(), FixedClock()
    sessions = subject(store, clock, timedelta(minutes=30))
    create_results = []
    for user in inputs["users"]:
        clock.advance(60)
        create_results.append(await attempt(lambda user=user: sessions.create(user)))
    used_times = [_last_used_text(record) for record in store.records.values()]
    restarted_sessions = subject(store, clock, timedelta(minutes=30))
    results, restart_results = [], []
    keys = [result.get("value") for result in create_results]
    for key in keys:
        results.append(await attempt(lambda key=key: sessions.resume(key)))
        restart_results.append(await attempt(lambda key=key: restarted_sessions.resume(key)))
    return {
        "created": create_results,
        "resumed": results,
        "resumed_after_restart": restart_results,
        "unknown": await attempt(lambda: sessions.resume(inputs["unknown"])),
        "on_time": used_times == [f"2026-01-05T09:0{minute}:00+00:00" for minute in (1, 2, 3)],
    }


def _last_used_text(record: Any) -> str:
    last_used = getattr(record, "last_used", None)
    return last_used.isoformat() if isinstance(last_used, datetime) else str(last_used)
