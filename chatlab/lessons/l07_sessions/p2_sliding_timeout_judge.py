"""Judges part 07.2: which calls of `resume` gave a context, and which raised."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions_judge import badge_wrong, unknown_key_wrong
from chatlab.lessons.l07_sessions.session_errors_judge import (
    explain_forgotten_await,
    explain_session_error,
)
from chatlab.lessons.support.explain import show_value

__all__ = ["judge"]

_NOTED = 0.1
"""When the session was used first, in time-outs since the log-in."""


_OTHER_ERRORS = {"TimeoutError", "PermissionError", "ValueError", "Exception", "RuntimeError"}
"""What is raised by those who do not know that there is an error for it."""


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """The time-out runs from the last use, and an expired session stays expired."""
    wrong = (
        _active_session_wrong(inputs, observation)
        or _sliding_wrong(inputs, observation)
        or _expiry_wrong(inputs, observation)
        or unknown_key_wrong(observation["unknown"])
    )
    return [
        wrong
        or passed(
            3, "Whoever keeps using a session stays logged in; whoever leaves it must log in again."
        )
    ]


def _active_session_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the first two calls, which come before the time-out."""
    minutes, user = inputs["minutes"], inputs["users"][0]
    for key, share in (("first_use", 0.1), ("second_use", 0.6)):
        outcome, idle = observation[key], f"{share * minutes:.0f} minutes"
        called = f"resume(the key of {user}), {idle} after its last use"
        if "raised" not in outcome:
            if wrong := badge_wrong(called, user, outcome):
                return wrong
        elif outcome["raised"]["type"] != "SessionExpired":
            return explain_session_error(called, outcome["raised"])
        elif key == "first_use":
            return _explain_early_expiry(called, minutes, observation)
        else:
            return failed(
                f"{called}, raised SessionExpired; the time-out is {minutes} minutes here.",
                "Half an hour was only an example: compare with self.time_out.",
            )
    return None


def _explain_early_expiry(called: str, minutes: int, observation: dict[str, Any]) -> Finding:
    if "value" in observation["idle"]:
        return failed(
            f"{called}, raised SessionExpired; somebody who was away for longer was let in.",
            "The comparison is the wrong way round. It is over when "
            "self.clock.now() >= record.last_used + self.time_out.",
        )
    return failed(
        f"{called}, raised SessionExpired; the time-out is {minutes} minutes.",
        "Ask self.clock what time it is, and compare with last_used + self.time_out.",
    )


def _sliding_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """What is wrong when a use does not renew the session, or renews another one."""
    user, minutes = inputs["users"][0], inputs["minutes"]
    called, noted = f"resume(the key of {user})", observation["noted"]
    if observation["forgotten"]:
        return explain_forgotten_await(called, observation["forgotten"][0])
    if observation["renewed"]:
        return failed(
            f"{user} used a session, and the record of another customer was changed.",
            "Renew only this one: load it by its key, and save the copy that `replace` makes.",
        )
    if observation["saved"] and noted not in {None, _NOTED}:
        return failed(
            f"{called} noted a last_used that is not the time of the call.",
            "Set it to the time now, and add nothing: replace(record, last_used=self.clock.now()).",
        )
    third_use = observation["third_use"]
    if "raised" in third_use and "value" in observation["late_retry"]:
        return failed(
            f"{user} was thrown out in spite of using it, and let in after that: you note the new "
            "last_used when the session is over.",
            "The other way round: note it on the way to the badge, and never on the way to the "
            "error.",
        )
    if "raised" in third_use and third_use["raised"]["type"] == "SessionExpired":
        return failed(
            f"{user} used it every {0.6 * minutes:.0f} minutes, and was thrown out "
            f"(time-out: {minutes}).",
            "It slides: count from the last use. `replace` only makes a copy with a new last_used; "
            "save the copy.",
        )
    return badge_wrong(f"{called}, used three times within the time-out", user, third_use)


def _expiry_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """What is wrong when a session does not expire, or with another error."""
    minutes = inputs["minutes"]
    active_user, idle_user, weekend_user, _ = inputs["users"]
    outcomes = {
        "idle": f"{idle_user}, idle for {1.3 * minutes:.0f} minutes (time-out: {minutes})",
        "late_use": f"{active_user}, away for longer than the time-out",
    }
    if all(observation[key].get("badge") for key in outcomes):
        return _explain_never_expired(outcomes["idle"], observation)
    for key, owner in outcomes.items():
        if wrong := _expired_session_wrong(owner, observation[key]):
            return wrong
    if "value" in observation["late_retry"]:
        return failed(
            "An expired session worked on the second try.",
            "Look at the time first; note the new last_used only when the session is alive.",
        )
    if observation["late_retry"]["raised"]["type"] not in {"SessionExpired", "SessionNotFound"}:
        return explain_session_error(
            "resume(a key that is over), once more,", observation["late_retry"]["raised"]
        )
    if observation["weekend"].get("badge"):
        return failed(
            f"resume() gave a badge to {weekend_user}, who was away for two days.",
            "`.seconds` leaves out whole days. Compare timedeltas, or use total_seconds().",
        )
    return _expired_session_wrong(f"{weekend_user}, away for two days", observation["weekend"])


def _explain_never_expired(owner: str, observation: dict[str, Any]) -> Finding:
    """The finding when both sessions that are over were resumed."""
    if "raised" in observation["ahead"]:
        return failed(
            f"resume() gave a badge to {owner}. Your comparison is never true.",
            "`last_used - now` is the wrong way round, below zero. How long it was idle is "
            "self.clock.now() - record.last_used.",
        )
    return failed(
        f"resume() gave a badge to {owner}.",
        "Raise SessionExpired when the time-out has passed since the last use.",
    )


def _expired_session_wrong(owner: str, outcome: dict[str, Any]) -> Finding | None:
    if outcome.get("badge"):
        return failed(
            f"resume() gave a badge to {owner}.",
            "Count from this session's own last_used: at last_used + self.time_out it is over.",
        )
    if "value" in outcome:
        return failed(
            f"resume() returned {show_value(outcome['value'])} for {owner}.",
            "A return value can be overlooked; an error cannot: raise SessionExpired(session_key).",
        )
    error = outcome["raised"]
    if error["type"] == "SessionExpired":
        return None
    if error["type"] == "SessionNotFound":
        return failed(
            f"resume() raised SessionNotFound for {owner}.",
            "The session existed and is over: that is SessionExpired.",
        )
    if error["type"] in _OTHER_ERRORS:
        return failed(
            f"resume() raised {error['type']} for {owner}.",
            "Servers wait for one error that means this: raise SessionExpired(session_key).",
        )
    return explain_session_error(f"resume() for {owner}", error)
