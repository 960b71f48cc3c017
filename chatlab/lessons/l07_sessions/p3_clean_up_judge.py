"""Judges part 07.3: which sessions and conversations are left, and what was returned."""

from collections import Counter
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p3_clean_up import DAY_MINUTES
from chatlab.lessons.l07_sessions.session_errors_judge import (
    explain_forgotten_await,
    explain_session_error,
)
from chatlab.lessons.support.explain import show_value

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Expired sessions are deleted and counted, and nothing else has changed."""
    first_result, remaining_keys = observation["first"], set(observation["remaining"])
    if "raised" in first_result:
        return [explain_session_error("clean_up()", first_result["raised"])]
    if observation["conversations"] != sorted({user_id for user_id, _ in inputs["rows"]}):
        return [
            failed(
                "Conversations are gone, too.",
                "A session ends; what the customer said stays. Delete the session alone: "
                "self.store.delete(key).",
            )
        ]
    if observation["forgotten"]:
        return [explain_forgotten_await("clean_up()", observation["forgotten"][0])]
    idle_minutes = {f"key {number}": idle for number, (_, idle) in enumerate(inputs["rows"])}
    expired_keys = {key for key, idle in idle_minutes.items() if idle >= inputs["minutes"]}
    wrong = (
        _active_wrong(inputs, idle_minutes, expired_keys, remaining_keys)
        or _leftover_wrong(inputs, observation, expired_keys)
        or _count_wrong(len(expired_keys), len(idle_minutes), observation)
    )
    if wrong is None and observation["changed"]:
        wrong = failed(
            "A session that is in use was changed.",
            "Cleaning up does not count as using it: look at the record, and leave it as it is.",
        )
    return [wrong or passed(2, "Expired sessions are gone; everything else is there.")]


def _active_wrong(
    inputs: dict[str, Any],
    idle_minutes: dict[str, int],
    expired_keys: set[str],
    remaining_keys: set[str],
) -> Finding | None:
    """What is wrong when sessions that are in use were deleted."""
    active_keys = set(idle_minutes) - expired_keys
    if not (lost_keys := active_keys - remaining_keys):
        return None
    if remaining_keys == expired_keys:
        return failed("The sessions that are still in use are gone.", "Turn the comparison round.")
    if not remaining_keys:
        return failed(
            "Every session is gone: everybody has to log in again.",
            "Delete only those that are over. Compare each record's last_used with the time now.",
        )
    if lost_keys == {key for key in active_keys if idle_minutes[key] > 30}:
        return failed(
            f"A session that was idle for {max(idle_minutes[key] for key in lost_keys)} minutes "
            f"was deleted; the time-out is {inputs['minutes']} minutes here.",
            "Half an hour was only an example: compare with self.time_out.",
        )
    return failed(
        f"{len(lost_keys)} of {len(active_keys)} sessions that are in use were deleted.",
        "Each tab has its own session: look at its last_used, not at its user.",
    )


def _leftover_wrong(
    inputs: dict[str, Any], observation: dict[str, Any], expired_keys: set[str]
) -> Finding | None:
    """What is wrong when sessions that are over are still there."""
    leftover_keys = expired_keys & set(observation["remaining"])
    message = f"{len(leftover_keys)} of {len(expired_keys)} expired sessions are still there."
    if not leftover_keys:
        return None
    if leftover_keys == expired_keys:
        return _explain_none_deleted(message, observation, len(expired_keys))
    rows = {f"key {number}": row for number, row in enumerate(inputs["rows"])}
    if all(rows[key][1] >= DAY_MINUTES for key in leftover_keys):
        return failed(
            "A session that nobody used for days is still there.",
            "`.seconds` leaves out whole days. Compare timedeltas, or use total_seconds().",
        )
    if observation["deleted"] == [key for key in rows if key in expired_keys][:1]:
        return failed(message, "Did it stop after the first? Go through all records, then return.")
    session_counts = Counter(user_id for user_id, _ in rows.values())
    if all(session_counts[rows[key][0]] > 1 for key in leftover_keys):
        return failed(
            message,
            "A customer may have several sessions: look at every record, not at one for each user.",
        )
    return failed(message, "Delete each record whose last_used lies self.time_out back, or more.")


def _explain_none_deleted(message: str, observation: dict[str, Any], expired_count: int) -> Finding:
    """The finding when clean_up() deleted nothing that is over."""
    if observation["deleted"] and not all(isinstance(key, str) for key in observation["deleted"]):
        return failed(
            f"{message} delete() was given a whole record.",
            "It takes a key: await self.store.delete(record.session_key).",
        )
    if observation["first"]["value"] == expired_count:
        return failed(
            "The expired sessions were counted, but none of them was deleted.",
            "Delete each one too: await self.store.delete(record.session_key).",
        )
    if observation["resumed"]:
        return failed(
            f"{message} You resumed or loaded each to see whether it is over.",
            "To resume a session is to use it. all() gives you the records: compare last_used + "
            "self.time_out with the time now.",
        )
    return failed(
        message,
        "What time is it? Ask self.clock.now(), not the computer's clock. Delete each record "
        "whose last_used lies self.time_out back, or more.",
    )


def _count_wrong(
    expired_count: int, record_count: int, observation: dict[str, Any]
) -> Finding | None:
    count, second_count = observation["first"]["value"], observation["second"].get("value")
    if (count, second_count) == (expired_count, 0) and not isinstance(count, bool):
        return None
    if count is None:
        return failed(
            f"{expired_count} sessions went, and clean_up() returned None.",
            "Return how many you deleted, so that somebody can see that it works.",
        )
    if isinstance(count, list):
        return failed(
            f"clean_up() returned a list: {show_value(count)}.",
            "How many were they? Return a number: len(...).",
        )
    if count == record_count - expired_count:
        return failed(
            f"clean_up() returned {count}: that is how many are left.",
            f"Return how many you deleted: here {expired_count}, and the second time 0.",
        )
    return failed(
        f"{expired_count} sessions went; clean_up() returned {count!r}, and the second time "
        f"{second_count!r}.",
        "Add 1 for each one that you delete. The second time, nothing is left to delete: 0.",
    )
