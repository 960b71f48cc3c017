"""Parts 07.2 and 07.3: a time-out that slides, and clearing away."""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions import (
    Kept,
    Record,
    Records,
    broken,
    resumed_wrong,
    unknown_wrong,
)
from chatlab.lessons.support.dialogue import NAMES
from chatlab.testing import FixedClock

__all__ = [
    "clean_up_inputs",
    "clean_up_judged",
    "clean_up_seen",
    "sliding_inputs",
    "sliding_judged",
    "sliding_seen",
]


def _with(**method: Any) -> Any:
    """A class that works, with the learner's method in it."""
    return type("Sessions", (Kept,), method)


def sliding_inputs(random: Random) -> dict[str, Any]:
    """A time-out in minutes, and two people."""
    return {"minutes": random.randint(10, 50), "users": random.sample(NAMES, 2)}


async def sliding_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """One session that is used again and again, then left; one that is never used."""
    store, clock = Records(), FixedClock()
    time_out = timedelta(minutes=inputs["minutes"])
    sessions = _with(resume=subject)(store, clock, time_out)
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


def sliding_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The time-out runs from the last use, and a session that is over stays over."""
    minutes = inputs["minutes"]
    used, idle = inputs["users"]
    if wrong := _alive_wrong(used, seen["soon"], f"{0.6 * minutes:.0f} minutes after its last use"):
        return [wrong]
    slid = seen["slid"]
    if "raised" in slid and slid["raised"]["type"] == "SessionExpired":
        return [
            failed(
                f"{used} used it every {0.6 * minutes:.0f} minutes, and was thrown out "
                f"(time-out: {minutes}).",
                "It slides: count from the last use. Save the record with a new last_used.",
            )
        ]
    if wrong := _alive_wrong(used, slid, "used twice within the time-out"):
        return [wrong]
    if wrong := _over_wrong(seen["idle"], f"{idle}, idle for {1.2 * minutes:.0f} minutes"):
        return [wrong]
    if wrong := _over_wrong(seen["left"], f"{used}, away for longer than the time-out"):
        return [wrong]
    if "value" in seen["again"]:
        return [
            failed(
                "An expired session worked at the second try.",
                "Look at the time first; note the new last_used only when the session is alive.",
            )
        ]
    if wrong := unknown_wrong(seen["unknown"]):
        return [wrong]
    return [passed(3, "Whoever keeps using it stays; whoever leaves it must log in again.")]


def _alive_wrong(user: str, one: dict[str, Any], when: str) -> Finding | None:
    if "raised" in one:
        error = one["raised"]
        if error["type"] == "SessionExpired":
            return failed(
                f"resume() raised SessionExpired for {user}, {when}.",
                "Ask self.clock what time it is, and compare with last_used + self.time_out.",
            )
        return broken(f"resume(), {when},", error)
    return resumed_wrong(user, one, f", {when}")


def _over_wrong(one: dict[str, Any], who: str) -> Finding | None:
    if "value" in one:
        gave = "a badge" if one["value"] else repr(one["value"])
        return failed(
            f"resume() gave {gave} to {who}.",
            "Raise SessionExpired when the time-out has passed since the last use.",
        )
    error = one["raised"]
    if error["type"] == "SessionExpired":
        return None
    if error["type"] == "SessionNotFound":
        return failed(
            f"resume() raised SessionNotFound for {who}.",
            "The session was there, and is over: that is SessionExpired.",
        )
    return broken(f"resume() for {who}", error)


def clean_up_inputs(random: Random) -> dict[str, Any]:
    """Who has which sessions, each with the minutes since its last use; the time-out is 30."""
    people = random.sample(NAMES, 4)
    fresh = [[who, random.randint(0, 29)] for who in people[:3]]
    old = [[who, random.randint(31, 999)] for who in (*people[1:], people[3])]
    rows = fresh + old
    random.shuffle(rows)
    return {"rows": rows}


async def clean_up_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What is there before and after, conversations too; then once more."""
    store, clock = Records(), FixedClock()
    clock.advance(86_400)
    for number, (who, minutes) in enumerate(inputs["rows"]):
        used = clock.now() - timedelta(minutes=minutes)
        await store.save(Record(f"key {number}", who, used))
        store.conversations[who] = ["Create a task"]
    before = dict(store.records)
    sessions = _with(clean_up=subject)(store, clock, timedelta(minutes=30))
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


def clean_up_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Expired sessions go, and nothing else."""
    first, left = seen["first"], set(seen["left"])
    if "raised" in first:
        return [broken("clean_up()", first["raised"])]
    rows = inputs["rows"]
    alive = {f"key {n}" for n, (_, minutes) in enumerate(rows) if minutes < 30}
    over = len(rows) - len(alive)
    if seen["conversations"] != sorted({who for who, _ in rows}):
        return [
            failed(
                "Conversations are gone, too.",
                "A session ends; what the customer said stays. Delete the session alone: "
                "self.store.delete(key).",
            )
        ]
    if left == {f"key {n}" for n in range(len(rows))} - alive:
        return [
            failed("The sessions that are still in use are gone.", "Turn the comparison round.")
        ]
    if alive - left:
        return [
            failed(
                f"{len(alive - left)} of {len(alive)} sessions that are in use were deleted.",
                "Each tab has its own session: look at its last_used, not at its user.",
            )
        ]
    if left - alive:
        return [
            failed(
                f"{len(left - alive)} of {over} expired sessions are still there.",
                "Delete each record whose last_used lies self.time_out back, or more.",
            )
        ]
    if first["value"] != over or seen["second"].get("value") != 0:
        return [
            failed(
                f"{over} sessions went; clean_up() gave back {first['value']!r}, and the second "
                f"time {seen['second'].get('value')!r}.",
                "Return how many you deleted: the second time, 0.",
            )
        ]
    if seen["touched"]:
        return [
            failed("A session that is in use was changed.", "Look at it, and leave it as it is.")
        ]
    return [passed(2, "Expired sessions are gone; everything else is there.")]
