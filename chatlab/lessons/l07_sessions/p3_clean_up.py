"""Part 07.3: a `clean_up` that runs while customers come back, on a store that fails once."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.errors import StoreError
from chatlab.lessons.l07_sessions.p2_sliding_timeout import sessions_class_with
from chatlab.lessons.l07_sessions.session_store import Record, SessionStore
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["DAY_MINUTES", "inputs", "observe"]

DAY_MINUTES = 24 * 60

_AHEAD_SECONDS = 50 * 365 * 86_400
"""How far ahead of the wall's the clock is: by the wall's, no session would ever be over."""


def inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and rows of a user, the minutes since they used that session, a fate.

    One session in use was idle for more than half an hour, one that is over for days and a few
    minutes. One user has two of those that are over, two have one of each kind. The fate is `""`,
    `"returns"` for a session that is over and will be used while it is cleaned up, or `"fails"` for
    one that the store cannot delete the first time. Two return before it, and three are over after
    it. However they are counted, no two counts are alike.
    """
    users = random.sample(USER_NAMES, 5)
    minutes = random.randint(60, 95)
    active_rows: list[list[Any]] = [
        [users[0], random.randint(0, 29), ""],
        [users[1], random.randint(0, 29), ""],
        [users[2], random.randint(35, minutes - 5), ""],
        *([user, random.randint(0, 29), ""] for user in (users[0], users[4], users[4])),
    ]
    first_rows: list[list[Any]] = [
        [users[1], random.randint(minutes + 5, 999), ""],
        [users[0], random.randint(minutes + 5, 999), "returns"],
        [users[2], random.randint(minutes + 5, 999), "returns"],
    ]
    last_rows: list[list[Any]] = [
        [users[2], DAY_MINUTES * random.randint(1, 3) + random.randint(1, 29), ""],
        [users[3], random.randint(minutes + 5, 999), ""],
        [users[3], random.randint(minutes + 5, 999), ""],
    ]
    failing_row = [users[0], random.randint(minutes + 5, 999), "fails"]
    random.shuffle(active_rows)
    first_rows += active_rows[:3]
    last_rows += active_rows[3:]
    random.shuffle(first_rows)
    random.shuffle(last_rows)
    return {"minutes": minutes, "rows": [*first_rows, failing_row, *last_rows]}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Clean up twice; which sessions and conversations are left, and which were changed.

    The first time, customers come back and the store fails; the second time all is quiet.

    Returns:
        `deleted` is what the first call wanted to delete, `used` the keys that were used while it
        ran, `failed` those that the store refused to delete, `loaded` whether it loaded sessions
        one by one, `forgotten` the methods that it never awaited. `remaining` are the keys after
        the first call, and `in_the_end` those after the second.
    """
    clock = FixedClock()
    clock.advance(_AHEAD_SECONDS)
    store = await _filled_store(clock, inputs["rows"])
    records_before = dict(store.records)
    time_out = timedelta(minutes=inputs["minutes"])
    sessions = sessions_class_with(clean_up=subject)(store, clock, time_out)
    store.forget_calls()
    first_result = await attempt(sessions.clean_up)
    deleted, forgotten = to_plain_json(store.deleted), store.forgotten_awaits()
    remaining = dict(store.records)
    changed_keys = [
        key
        for key, record in remaining.items()
        if key not in store.used and replace(record) != records_before.get(key)
    ]
    store.fates = {"returns": [], "fails": []}
    second_result = await attempt(sessions.clean_up)
    return {
        "first": first_result,
        "deleted": deleted,
        "forgotten": forgotten,
        "loaded": "load" in store.called,
        "used": list(store.used),
        "failed": sorted(store.failed),
        "remaining": list(remaining),
        "changed": changed_keys,
        "second": second_result,
        "in_the_end": list(store.records),
        "conversations": sorted(store.conversations),
    }


async def _filled_store(clock: FixedClock, rows: list[list[Any]]) -> "_BusyStore":
    """A store with a session for each row, and a conversation for each user."""
    store = _BusyStore(clock)
    for number, (user_id, minutes, fate) in enumerate(rows):
        key, last_used = f"key {number}", clock.now() - timedelta(minutes=minutes)
        await store.save(Record(key, user_id, last_used))
        store.conversations[user_id] = ["Create a task"]
        if fate:
            store.fates[fate].append(key)
    return store


class _BusyStore(SessionStore):
    """A store that others use, too.

    After each look at all records, the next customer in `fates["returns"]` uses their session; so
    does one whose record is loaded. What is in `fates["fails"]` cannot be deleted.
    """

    def __init__(self, clock: FixedClock) -> None:
        super().__init__()
        self.fates: dict[str, list[str]] = {"returns": [], "fails": []}
        self.used: list[str] = []
        self.failed: set[str] = set()
        self._clock = clock

    async def _all(self) -> list[Any]:
        records = await super()._all()
        if self.fates["returns"]:
            self._use(self.fates["returns"][0])
        return records

    async def _load(self, session_key: str) -> Any:
        record = await super()._load(session_key)
        if session_key in self.fates["returns"]:
            self._use(session_key)
        return record

    async def _delete(self, session_key: str) -> None:
        self._fail("delete", session_key)
        await super()._delete(session_key)

    async def _delete_unchanged(self, record: Any) -> bool:
        self._fail("delete_unchanged", getattr(record, "session_key", None))
        return await super()._delete_unchanged(record)

    def _use(self, session_key: str) -> None:
        self.fates["returns"].remove(session_key)
        if session_key in self.records:
            self.used.append(session_key)
            record = self.records[session_key]
            self.records[session_key] = replace(record, last_used=self._clock.now())

    def _fail(self, method: str, session_key: Any) -> None:
        if session_key in self.fates["fails"]:
            self.awaited.append(method)
            self.deleted.append(session_key)
            self.failed.add(session_key)
            raise StoreError("the sessions", "is locked", "Try again later.")
