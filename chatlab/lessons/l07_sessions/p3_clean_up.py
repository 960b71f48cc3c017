"""Part 07.3: a `clean_up` that deletes expired sessions, and says how many."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.lessons.l07_sessions.p2_sliding_timeout import sessions_class_with
from chatlab.lessons.l07_sessions.session_store import Record, SessionStore
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["DAY_MINUTES", "inputs", "observe"]

DAY_MINUTES = 24 * 60

_AHEAD_SECONDS = 50 * 365 * 86_400
"""How far ahead of the wall's the clock is: by the wall's, no session would ever be over."""


def inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and rows of a user and the minutes since they used that session.

    One session in use was idle for more than half an hour, one that is over for days and a few
    minutes. One user has two of those that are over, two have one of each kind.
    """
    users = random.sample(USER_NAMES, 4)
    minutes = random.randint(60, 95)
    active_rows = [
        [users[0], random.randint(0, 29)],
        [users[1], random.randint(0, 29)],
        [users[2], random.randint(35, minutes - 5)],
    ]
    expired_rows = [
        [users[1], random.randint(minutes + 5, 999)],
        [users[2], DAY_MINUTES * random.randint(1, 3) + random.randint(1, 29)],
        [users[3], random.randint(minutes + 5, 999)],
        [users[3], random.randint(minutes + 5, 999)],
    ]
    rows = active_rows + expired_rows
    random.shuffle(rows)
    return {"minutes": minutes, "rows": rows}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Clean up twice; which sessions and conversations are left, and which were changed.

    `deleted` is what the first call gave to `delete`, `forgotten` the methods that it never
    awaited, and `resumed` whether it resumed sessions to see whether they are over.
    """
    store, clock = SessionStore(), FixedClock()
    clock.advance(_AHEAD_SECONDS)
    for number, (user_id, minutes) in enumerate(inputs["rows"]):
        last_used = clock.now() - timedelta(minutes=minutes)
        await store.save(Record(f"key {number}", user_id, last_used))
        store.conversations[user_id] = ["Create a task"]
    records_before = dict(store.records)
    time_out = timedelta(minutes=inputs["minutes"])
    sessions = sessions_class_with(clean_up=subject)(store, clock, time_out)
    store.forget_calls()
    first_result = await attempt(sessions.clean_up)
    deleted, forgotten = to_plain_json(store.deleted), store.forgotten_awaits()
    remaining_keys = list(store.records)
    changed_keys = [
        key for key in remaining_keys if replace(store.records[key]) != records_before.get(key)
    ]
    second_result = await attempt(sessions.clean_up)
    return {
        "first": first_result,
        "deleted": deleted,
        "forgotten": forgotten,
        "resumed": "load" in store.called,
        "remaining": remaining_keys,
        "changed": changed_keys,
        "second": second_result,
        "conversations": sorted(store.conversations),
    }
