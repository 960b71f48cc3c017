"""Parts 07.2 and 07.3: a time-out that slides, and clearing away."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.lessons.l07_sessions.p1_sessions import Record, Records
from chatlab.lessons.l07_sessions.p2_sliding import class_with
from chatlab.lessons.support.dialogue import NAMES
from chatlab.testing import FixedClock

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """Who has which sessions, each with the minutes since its last use; the time-out is 30."""
    people = random.sample(NAMES, 4)
    fresh = [[who, random.randint(0, 29)] for who in people[:3]]
    old = [[who, random.randint(31, 999)] for who in (*people[1:], people[3])]
    rows = fresh + old
    random.shuffle(rows)
    return {"rows": rows}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What is there before and after, conversations too; then once more."""
    store, clock = Records(), FixedClock()
    clock.advance(86_400)
    for number, (who, minutes) in enumerate(inputs["rows"]):
        used = clock.now() - timedelta(minutes=minutes)
        await store.save(Record(f"key {number}", who, used))
        store.conversations[who] = ["Create a task"]
    before = dict(store.records)
    sessions = class_with(clean_up=subject)(store, clock, timedelta(minutes=30))
    first = await attempt(sessions.clean_up)
    left = list(store.records)
    touched = [key for key in left if replace(store.records[key]) != before[key]]
    second = await attempt(sessions.clean_up)
    return {
        "first": first,
        "left": left,
        "touched": touched,
        "second": second,
        "conversations": sorted(store.conversations),
    }
