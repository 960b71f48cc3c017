"""Part 07.1: log-ins that are kept; and what the next two parts are put on."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.errors import SessionNotFound
from chatlab.lessons.support.dialogue import NAMES
from chatlab.testing import FixedClock

__all__ = ["Kept", "Record", "Records", "inputs", "observe"]


@dataclass(frozen=True)
class Record:
    """The exercise's `SessionRecord`."""

    session_key: str
    user_id: str
    last_used: datetime


class Records:
    """The exercise's `SessionStore`: whatever was saved, under its session key."""

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
        """All of them."""
        await asyncio.sleep(0)
        return list(self.records.values())

    async def delete(self, session_key: str) -> None:
        """Take one away."""
        await asyncio.sleep(0)
        self.records.pop(session_key, None)

    async def delete_user(self, user_id: str) -> None:
        """Take the user away, with everything they said."""
        await asyncio.sleep(0)
        self.conversations.pop(user_id, None)
        for key in [key for key, one in self.records.items() if one.user_id == user_id]:
            del self.records[key]


class Kept:
    """Sessions without a time-out: what 07.2 and 07.3 are put on."""

    def __init__(self, store: Records, clock: FixedClock, time_out: timedelta) -> None:
        self.store, self.clock, self.time_out = store, clock, time_out

    async def resume(self, session_key: str) -> RequestContext:
        """Whose key it is."""
        record = await self.store.load(session_key)
        if record is None:
            raise SessionNotFound
        return RequestContext(user_id=record.user_id)


def inputs(random: Random) -> dict[str, Any]:
    """Two people, and a key that nobody has."""
    first, second = random.sample(NAMES, 2)
    return {"users": [first, first, second], "unknown": f"{random.getrandbits(128):032x}"}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Three log-ins, each resumed by a second server on the same store; and an unknown key."""
    store, clock = Records(), FixedClock()
    sessions = subject(store, clock, timedelta(minutes=30))
    keys = []
    for user in inputs["users"]:
        clock.advance(60)
        keys.append(await attempt(lambda user=user: sessions.create(user)))
    times = [_iso(record) for record in store.records.values()]
    restarted = subject(store, clock, timedelta(minutes=30))
    resumed, again = [], []
    for key in keys:
        resumed.append(await attempt(lambda key=key: sessions.resume(key.get("value"))))
        again.append(await attempt(lambda key=key: restarted.resume(key.get("value"))))
    return {
        "keys": keys,
        "resumed": resumed,
        "again": again,
        "unknown": await attempt(lambda: sessions.resume(inputs["unknown"])),
        "saved": len(times),
        "on_time": times == [f"2026-01-05T09:0{n}:00+00:00" for n in (1, 2, 3)],
    }


def _iso(record: Any) -> str:
    used = getattr(record, "last_used", None)
    return used.isoformat() if isinstance(used, datetime) else str(used)
