"""Parts 07.2 and 07.3: a time-out that slides, and clearing away; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions_judge import broken

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
