"""Judges part 07.3: which sessions and conversations are left, and what was returned."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions_judge import explain_session_error

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Expired sessions are deleted and counted, and nothing else has changed."""
    first_result, remaining_keys = observation["first"], set(observation["remaining"])
    if "raised" in first_result:
        return [explain_session_error("clean_up()", first_result["raised"])]
    rows = inputs["rows"]
    active_keys = {f"key {number}" for number, (_, minutes) in enumerate(rows) if minutes < 30}
    expired_keys = {f"key {number}" for number in range(len(rows))} - active_keys
    if observation["conversations"] != sorted({user_id for user_id, _ in rows}):
        return [
            failed(
                "Conversations are gone, too.",
                "A session ends; what the customer said stays. Delete the session alone: "
                "self.store.delete(key).",
            )
        ]
    if wrong := _remaining_wrong(active_keys, expired_keys, remaining_keys):
        return [wrong]
    count, second_count = first_result["value"], observation["second"].get("value")
    if count != len(expired_keys) or second_count != 0:
        return [
            failed(
                f"{len(expired_keys)} sessions went; clean_up() gave back {count!r}, and the "
                f"second time {second_count!r}.",
                "Return how many you deleted: the second time, 0.",
            )
        ]
    if observation["changed"]:
        return [
            failed("A session that is in use was changed.", "Look at it, and leave it as it is.")
        ]
    return [passed(2, "Expired sessions are gone; everything else is there.")]


def _remaining_wrong(
    active_keys: set[str], expired_keys: set[str], remaining_keys: set[str]
) -> Finding | None:
    if remaining_keys == expired_keys:
        return failed("The sessions that are still in use are gone.", "Turn the comparison round.")
    if lost_keys := active_keys - remaining_keys:
        return failed(
            f"{len(lost_keys)} of {len(active_keys)} sessions that are in use were deleted.",
            "Each tab has its own session: look at its last_used, not at its user.",
        )
    if leftover_keys := remaining_keys - active_keys:
        return failed(
            f"{len(leftover_keys)} of {len(expired_keys)} expired sessions are still there.",
            "Delete each record whose last_used lies self.time_out back, or more.",
        )
    return None
