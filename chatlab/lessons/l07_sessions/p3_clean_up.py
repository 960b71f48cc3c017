"""Part 07.3: a `clean_up` that deletes expired sessions, and says how many."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.l07_sessions.p1_sessions import Record, SessionStore
from chatlab.lessons.l07_sessions.p2_sliding_timeout import sessions_class_with
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Rows of a user and the minutes since they used that session; the time-out is 30 minutes."""
    users = random.sample(USER_NAMES, 4)
    active_rows = [[user_id, random.randint(0, 29)] for user_id in users[:3]]
    expired_rows = [[user_id, random.randint(31, 999)] for user_id in (*users[1:], users[3])]
    rows = active_rows + expired_rows
    random.shuffle(rows)
    return {"rows": rows}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Clean up twice; which sessions and conversations are left, and which were changed."""
    store, clock = SessionStore(), FixedClock()
    clock.advance(86_400)
    for number, (user_id, minutes) in enumerate(inputs["rows"]):
        last_used = clock.now() - timedelta(minutes=minutes)
        await store.save(Record(f"key {number}", user_id, last_used))
        store.conversations[user_id] = ["Create a task"]
    records_before = dict(store.records)
    sessions = sessions_class_with(clean_up=subject)(store, clock, timedelta(minutes=30))
    first_result = await attempt(sessions.clean_up)
    remaining_keys = list(store.records)
    changed_keys = [
        key for key in remaining_keys if replace(store.records[key]) != records_before[key]
    ]
    second_result = await attempt(sessions.clean_up)
    return {
        "first": first_result,
        "remaining": remaining_keys,
        "changed": changed_keys,
        "second": second_result,
        "conversations": sorted(store.conversations),
    }
