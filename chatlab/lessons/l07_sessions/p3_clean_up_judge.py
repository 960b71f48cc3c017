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
    used_keys = set(observation["used"])
    if "raised" in first_result:
        error, store_failed = first_result["raised"], bool(observation["failed"])
        if error["type"] != "StoreError" or not (store_failed and used_keys - remaining_keys):
            return [_explain_error(error)]
    if observation["conversations"] != sorted({user_id for user_id, _, _ in inputs["rows"]}):
        return [
            failed(
                "Conversations are gone, too.",
                "A session ends; what the customer said stays. Delete the session alone.",
            )
        ]
    if observation["forgotten"]:
        return [explain_forgotten_await("clean_up()", observation["forgotten"][0])]
    idle_minutes = {f"key {number}": idle for number, (_, idle, _) in enumerate(inputs["rows"])}
    over_keys = {key for key, idle in idle_minutes.items() if idle >= inputs["minutes"]}
    wrong = (
        _active_wrong(inputs, idle_minutes, over_keys, observation)
        or _used_wrong(used_keys - remaining_keys, observation)
        or _leftover_wrong(inputs, observation, over_keys - used_keys)
        or _count_wrong(over_keys, set(idle_minutes), observation)
        or _second_wrong(used_keys, observation)
    )
    if wrong is None and observation["changed"]:
        wrong = failed(
            "A session that is in use was changed.",
            "Cleaning up does not count as using it: look at the record, and leave it as it is.",
        )
    return [wrong or passed(2, "What was over is gone, and whoever came back meanwhile is in.")]


def _explain_error(error: dict[str, Any]) -> Finding:
    """What to try when clean_up() raised, and ended nobody's session wrongly until then."""
    if error["type"] != "StoreError":
        return explain_session_error("clean_up()", error)
    return failed(
        "The store could not delete one session, and the clean-up broke off with its StoreError.",
        "Expect it where you delete: `try: ... except StoreError:` for each session, and go on "
        "with the next.",
    )


def _used_wrong(lost_keys: set[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong when sessions were deleted that somebody used while they were cleaned up."""
    if not lost_keys:
        return None
    message = (
        "A customer came back while you were cleaning up, and their session was deleted all the "
        "same."
    )
    if observation["loaded"]:
        return failed(
            f"{message} It was between your second look and your delete.",
            "However often you look, something can happen between the look and the delete. Let "
            "the store do both in one step: delete_unchanged(record).",
        )
    return failed(
        message,
        "Each `await` lets others go on, so the list from all() is old by the time that you use "
        "it. delete_unchanged(record) deletes only what is still as you saw it.",
    )


def _second_wrong(used_keys: set[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the next clean-up."""
    if "raised" in observation["second"]:
        return explain_session_error("The second clean_up()", observation["second"]["raised"])
    if set(observation["failed"]) - used_keys & set(observation["in_the_end"]):
        return failed(
            "The session that the store could not delete is still there after the next clean-up.",
            "Remember nothing of a clean-up: the next one finds what is over by itself.",
        )
    return None


def _active_wrong(
    inputs: dict[str, Any],
    idle_minutes: dict[str, int],
    expired_keys: set[str],
    observation: dict[str, Any],
) -> Finding | None:
    """What is wrong when sessions that are in use were deleted."""
    remaining_keys = set(observation["remaining"])
    active_keys = set(idle_minutes) - expired_keys
    if not (lost_keys := active_keys - remaining_keys):
        return None
    if remaining_keys == expired_keys:
        return failed("The sessions that are still in use are gone.", "Turn the comparison round.")
    if remaining_keys <= {*observation["used"], *observation["failed"]}:
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
    failed_keys = set(observation["failed"])
    leftover_keys = expired_keys & set(observation["remaining"]) - failed_keys
    message = f"{len(leftover_keys)} of {len(expired_keys)} expired sessions are still there."
    if not leftover_keys:
        return None
    if leftover_keys == expired_keys - failed_keys:
        return _explain_none_deleted(message, observation, len(expired_keys))
    rows = {f"key {number}": row for number, row in enumerate(inputs["rows"])}
    keys = list(rows)
    after_failure = {key for one in failed_keys for key in keys[keys.index(one) + 1 :]}
    if leftover_keys == expired_keys & after_failure:
        return failed(
            f"{message} You stopped at the one that the store could not delete.",
            "One bad session says nothing of the others. Put the `try` inside the loop, around "
            "one session.",
        )
    if all(rows[key][1] >= DAY_MINUTES for key in leftover_keys):
        return failed(
            "A session that nobody used for days is still there.",
            "`.seconds` leaves out whole days. Compare timedeltas, or use total_seconds().",
        )
    if observation["deleted"] == [key for key in rows if key in expired_keys][:1]:
        return failed(message, "Did it stop after the first? Go through all records, then return.")
    session_counts = Counter(row[0] for row in rows.values())
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
            "It takes a key. delete_unchanged(record) takes the record.",
        )
    if observation["first"]["value"] in {expired_count, expired_count + len(observation["used"])}:
        return failed(
            "The expired sessions were counted, but none of them was deleted.",
            "Delete each one too: await self.store.delete_unchanged(record).",
        )
    if observation["loaded"]:
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
    over_keys: set[str], all_keys: set[str], observation: dict[str, Any]
) -> Finding | None:
    """What is wrong with a number that was returned; the right sessions are gone."""
    gone_count = len(all_keys - set(observation["remaining"]))
    second_gone_count = len(set(observation["remaining"]) - set(observation["in_the_end"]))
    count, second_count = observation["first"]["value"], observation["second"].get("value")
    if count is None:
        return failed(
            f"{gone_count} sessions went, and clean_up() returned None.",
            "Return how many you deleted, so that somebody can see that it works.",
        )
    if isinstance(count, list):
        return failed(
            f"clean_up() returned a list: {show_value(count)}.",
            "How many were they? Return a number: len(...).",
        )
    if isinstance(count, int) and not isinstance(count, bool):
        if count == len(all_keys) - gone_count:
            return failed(
                f"clean_up() returned {count}: that is how many are left.",
                f"Return how many you deleted: here {gone_count}.",
            )
        if gone_count < count <= len(over_keys):
            return failed(
                f"{gone_count} sessions went; clean_up() returned {count}: you counted what you "
                "meant to delete.",
                "Count what the store deleted: not who came back meanwhile, nor what it could "
                "not delete. delete_unchanged returns True or False.",
            )
    if (count, second_count) == (gone_count, second_gone_count) and not isinstance(count, bool):
        return None
    if "raised" in observation["second"]:
        return None
    return failed(
        f"{gone_count} sessions went; clean_up() returned {count!r}. The second time it was "
        f"{second_gone_count}; it returned {second_count!r}.",
        "Count from 0 in each call, and add 1 for each session that is gone.",
    )
