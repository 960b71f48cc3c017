"""Judges part 07.2: which calls of `resume` gave a context, and which raised."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions_judge import (
    explain_session_error,
    resume_wrong,
    unknown_key_wrong,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """The time-out runs from the last use, and an expired session stays expired."""
    minutes = inputs["minutes"]
    active_user, idle_user = inputs["users"]
    situation = f"{0.6 * minutes:.0f} minutes after its last use"
    if wrong := _active_session_wrong(active_user, observation["first_use"], situation):
        return [wrong]
    second_use = observation["second_use"]
    if "raised" in second_use and second_use["raised"]["type"] == "SessionExpired":
        return [
            failed(
                f"{active_user} used it every {0.6 * minutes:.0f} minutes, and was thrown out "
                f"(time-out: {minutes}).",
                "It slides: count from the last use. Save the record with a new last_used.",
            )
        ]
    if wrong := _active_session_wrong(active_user, second_use, "used twice within the time-out"):
        return [wrong]
    idle_owner = f"{idle_user}, idle for {1.2 * minutes:.0f} minutes"
    absent_owner = f"{active_user}, away for longer than the time-out"
    wrong = _expired_session_wrong(observation["idle"], idle_owner)
    if wrong := wrong or _expired_session_wrong(observation["late_use"], absent_owner):
        return [wrong]
    if "value" in observation["late_retry"]:
        return [
            failed(
                "An expired session worked at the second try.",
                "Look at the time first; note the new last_used only when the session is alive.",
            )
        ]
    if wrong := unknown_key_wrong(observation["unknown"]):
        return [wrong]
    return [passed(3, "Whoever keeps using it stays; whoever leaves it must log in again.")]


def _active_session_wrong(user: str, result: dict[str, Any], situation: str) -> Finding | None:
    if "raised" in result:
        error = result["raised"]
        if error["type"] == "SessionExpired":
            return failed(
                f"resume() raised SessionExpired for {user}, {situation}.",
                "Ask self.clock what time it is, and compare with last_used + self.time_out.",
            )
        return explain_session_error(f"resume(), {situation},", error)
    return resume_wrong(user, result, f", {situation}")


def _expired_session_wrong(result: dict[str, Any], owner: str) -> Finding | None:
    if "value" in result:
        context = "a badge" if result["value"] else repr(result["value"])
        return failed(
            f"resume() gave {context} to {owner}.",
            "Raise SessionExpired when the time-out has passed since the last use.",
        )
    error = result["raised"]
    if error["type"] == "SessionExpired":
        return None
    if error["type"] == "SessionNotFound":
        return failed(
            f"resume() raised SessionNotFound for {owner}.",
            "The session was there, and is over: that is SessionExpired.",
        )
    return explain_session_error(f"resume() for {owner}", error)
