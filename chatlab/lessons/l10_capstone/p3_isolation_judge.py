"""Part 10.3: two customers, forged keys, and a delete that asks first; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p3_isolation import MAY_DELETE, confirming
from chatlab.lessons.l10_capstone.scenarios_judge import Scenario, judge_all, missing_words
from chatlab.lessons.support.dialogue import explain_exception

__all__ = ["judge"]


def two_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """Each has their own task; another one's number is like one that never was."""
    first, second = inputs["titles"][:2]
    one, two = inputs["names"]
    for turn in (seen["slow"], seen["quick"]):
        if wrong := missing_words("Two customers at once", turn, []):
            return wrong
    titles = [[task["title"] for task in book] for book in seen["books"]]
    if titles != [[first], [second]]:
        return failed(
            f"{one} and {two} spoke at once; their books hold {titles[0]} and {titles[1]}.",
            "One server serves everybody: what belongs to a turn is in its parameters, not on "
            "self.",
        )
    if second.lower() in seen["slow"]["reply"].lower():
        return failed(f"{one} was told of the task of {two}.", "Keep nothing of a turn on self.")
    [task] = seen["books"][0]
    if task["done"] or task["priority"] != "normal":
        return failed(
            f"{two} changed a task of {one}.", "Look tasks up for context.user_id, always."
        )
    for theirs, unknown in seen["tried"]:
        if wrong := missing_words(f"{two}, asking for the task of {one}", theirs, []):
            return wrong
        if _told(theirs, seen["theirs"]) != _told(unknown, 999_999):
            return failed(
                f"{two} can tell a task of {one} from one that never was: "
                f"{theirs['reply'][:40]!r}, {unknown['reply'][:40]!r}.",
                "The same words for both: there is no such task.",
            )
    return None


def _told(turn: dict[str, Any], number: int) -> list[str]:
    """All that a customer can see of the turn, without the number they asked for."""
    shown = [str(event.get("detail") or event.get("content") or "") for event in turn["events"]]
    kinds = [f"{event['type']} {event.get('status', '')}" for event in turn["events"]]
    return [text.replace(str(number), "N") for text in ("".join(shown), *kinds)]


def forged_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """The good ones are badges; all others get one and the same error."""
    good, weak, *bad = seen.values()
    if "raised" in good:
        error = good["raised"]
        return failed(f"A good session key: {error['type']}: {error['message'][:80]}", _line(error))
    badge = good["value"]
    if not isinstance(badge, dict) or badge.get("user_id") != inputs["names"][0]:
        return failed(
            f"A good session key gave {str(badge)[:60]!r}.",
            "RequestContext(user_id=claims['sub'], permissions=...)",
        )
    if badge.get("permissions") != [MAY_DELETE]:
        return failed(
            f"The key grants {[MAY_DELETE]}; the badge has {badge.get('permissions')}.",
            "permissions=frozenset(claims.get('permissions', ()))",
        )
    if "raised" in weak or (weak["value"] or {}).get("permissions") != []:
        said = weak["raised"]["type"] if "raised" in weak else str(weak["value"])[:60]
        return failed(
            f"A good session key that grants no permissions at all gave {said}.",
            "It is a badge with none: permissions=frozenset(claims.get('permissions', ()))",
        )
    for what, one in list(seen.items())[2:]:
        if "value" in one:
            return failed(
                f"A session key that is {what} was accepted.",
                "jwt.decode with the secret, algorithms=['HS256'] and the audience refuses it. "
                "Compare `exp` with self.clock.",
            )
    told = {(one["raised"]["type"], one["raised"]["message"]) for one in bad}
    if len(told) > 1:
        first, second = sorted(told)[:2]
        return failed(
            f"Bad keys can be told apart: {first[0]}, {second[0]}.",
            "Catch jwt.PyJWTError and raise SessionNotFound, whatever was wrong.",
        )
    if next(iter(told))[0] != "SessionNotFound":
        return failed(f"A bad key raised {next(iter(told))[0]}.", "Raise SessionNotFound.")
    return None


def _line(error: dict[str, Any]) -> str:
    return f"Your line {error['number']}: {error['line']}" if error.get("line") else ""


def delete_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """Nothing goes without the permission and the click; with both it does, once."""
    number = inputs["first_id"]
    called = f"'Delete {number}'"
    if wrong := missing_words(f"{called} without the permission", seen["may_not"], []):
        return wrong
    if confirming(seen["may_not"]) is not None:
        return failed(
            f"{called} without the permission was given a button.",
            f"First context.require({MAY_DELETE!r}); it raises PermissionDenied.",
        )
    if seen["left"] != 1:
        return failed(
            f"{called}: the task was gone before anybody confirmed.",
            "Only ask: yield a Widget with a button. Delete in action().",
        )
    if seen["asked"]["raised"] is not None:
        return explain_exception(f"{called} with the permission", seen["asked"]["raised"])
    if "click" not in seen:
        return failed(
            f"{called} with the permission: there was no button to confirm with.",
            "Yield a Widget whose first button confirms.",
        )
    if seen["still"] != 1:
        return failed(
            "A click of somebody who may not delete it made the task go.",
            "Users can send any action: check the permission and the owner in action(), too.",
        )
    if (error := seen["click"]["raised"]) is not None or seen["gone"] != 0:
        said = f"raised {error['type']}: {error['message'][:80]}" if error else "changed nothing"
        return failed(f"The click on the confirming button {said}.", "action() deletes the task.")
    for what in ("weak", "other", "click", "again"):
        if wrong := missing_words("A click on the confirming button", seen[what], []):
            return wrong
    return None


_SCENARIOS = (
    Scenario("Two customers at once", 2, two_wrong),
    Scenario("Session keys", 2, forged_wrong),
    Scenario("Delete asks first", 1, delete_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_all(_SCENARIOS, inputs, observation)
