"""Parts 07.2 and 07.3: a time-out that slides, and clearing away; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions_judge import broken, resumed_wrong, unknown_wrong

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
