"""Part 10.3: two customers, forged keys, and a delete that asks first."""

from datetime import timedelta
from typing import Any

import jwt

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.items import Action
from chatlab.lessons.l10_capstone.scenarios import Room, Scenario, names_no
from chatlab.lessons.support.dialogue import explain_exception

__all__ = ["SAFE"]

_MAY_DELETE = "tasks:delete"


async def two_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """Their turns overlap; then the second tries the first one's number, and one that never was."""
    one, two = (RequestContext(user_id=name) for name in inputs["names"])
    first, second = inputs["titles"][:2]
    slow = room.manager.send(f"Create a task: {first}", one)
    opening: list[Any] = []
    async for event in slow:
        opening.append(to_plain_json(event))
        if event.type == "tool_status":
            break
    quick = await room.say(f"Create a task: {second}", two)
    rest = await room.whole(slow)
    theirs = next((task["id"] for task in await room.tasks(one.user_id)), inputs["first_id"])
    tried = [
        [await room.say(text.format(n), two, quick["thread_id"]) for n in (theirs, 999_999)]
        for text in ("Complete {}", "What's the priority of {}?", "Set {} to high")
    ]
    return {
        "slow": rest | {"events": opening + rest["events"]},
        "quick": quick,
        "theirs": theirs,
        "tried": tried,
        "books": [await room.tasks(who.user_id) for who in (one, two)],
    }


def two_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """Each has their own task; another one's number is like one that never was."""
    first, second = inputs["titles"][:2]
    one, two = inputs["names"]
    for turn in (seen["slow"], seen["quick"]):
        if wrong := names_no("Two customers at once", turn, []):
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
        if wrong := names_no(f"{two}, asking for the task of {one}", theirs, []):
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


async def forged_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two good keys, and seven that are not."""
    manager: Any = room.manager
    now = manager.clock.now()
    good = {
        "sub": inputs["names"][0],
        "aud": "taskmanager",
        "exp": now + timedelta(minutes=5),
        "permissions": [_MAY_DELETE],
    }
    secret = room.secret
    signed = jwt.encode(good, secret, algorithm="HS256")
    head, body, mark = signed.split(".")
    keys = {
        "a good one": signed,
        "good, without permissions": jwt.encode(
            {name: claim for name, claim in good.items() if name != "permissions"}, secret
        ),
        "signed with another secret": jwt.encode(good, secret[::-1], algorithm="HS256"),
        "expired": jwt.encode(good | {"exp": now - timedelta(minutes=5)}, secret, "HS256"),
        "for another audience": jwt.encode(good | {"aud": "bank"}, secret, "HS256"),
        "unsigned": jwt.encode(good, "", algorithm="none"),
        "without a user": jwt.encode({k: v for k, v in good.items() if k != "sub"}, secret),
        "changed": ".".join([head, body[:-2] + ("AA" if body[-2:] != "AA" else "BB"), mark]),
        "no key at all": "hello",
    }
    return {
        what: await attempt(lambda key=key: manager.authenticate(key)) for what, key in keys.items()
    }


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
    if badge.get("permissions") != [_MAY_DELETE]:
        return failed(
            f"The key grants {[_MAY_DELETE]}; the badge has {badge.get('permissions')}.",
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


async def delete_played(room: Room, inputs: dict[str, Any]) -> dict[str, Any]:
    """Without the permission; with it; a click of somebody without, of somebody else, the real."""
    one, two = inputs["names"]
    plain_one = RequestContext(user_id=one)
    strong_one = RequestContext(user_id=one, permissions=frozenset({_MAY_DELETE}))
    strong_two = RequestContext(user_id=two, permissions=frozenset({_MAY_DELETE}))
    number = inputs["first_id"]
    thread = (await room.say(f"Create a task: {inputs['titles'][0]}", plain_one))["thread_id"]
    may_not = await room.say(f"Delete {number}", plain_one, thread)
    asked = await room.say(f"Delete {number}", strong_one, thread)
    left = len(await room.tasks(one))
    seen: dict[str, Any] = {"may_not": may_not, "asked": asked, "left": left}
    if (found := confirming(asked)) is None:
        return seen
    item_id, said = found
    action = Action.model_validate(said)
    other = (await room.say("Hello", strong_two))["thread_id"]
    seen["weak"] = await room.whole(room.manager.act(action, plain_one, thread, item_id))
    seen["other"] = await room.whole(room.manager.act(action, strong_two, other))
    seen["still"] = len(await room.tasks(one))
    seen["click"] = await room.whole(room.manager.act(action, strong_one, thread, item_id))
    seen["gone"] = len(await room.tasks(one))
    seen["again"] = await room.whole(room.manager.act(action, strong_one, thread, item_id))
    return seen


def confirming(turn: dict[str, Any]) -> tuple[str, Any] | None:
    """The first button of the turn's widget: its item and its action."""
    for event in turn["events"]:
        if event["type"] == "widget" and (found := _first_button(event["root"])) is not None:
            return event["item_id"], found
    return None


def _first_button(node: dict[str, Any]) -> Any:
    if node["type"] == "button":
        return node["action"]
    found = (_first_button(child) for child in node.get("children", ()))
    return next((action for action in found if action is not None), None)


def delete_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """Nothing goes without the permission and the click; with both it does, once."""
    number = inputs["first_id"]
    called = f"'Delete {number}'"
    if wrong := names_no(f"{called} without the permission", seen["may_not"], []):
        return wrong
    if confirming(seen["may_not"]) is not None:
        return failed(
            f"{called} without the permission was given a button.",
            f"First context.require({_MAY_DELETE!r}); it raises PermissionDenied.",
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
        if wrong := names_no("A click on the confirming button", seen[what], []):
            return wrong
    return None


SAFE = (
    Scenario("Two customers at once", 2, two_played, two_wrong),
    Scenario("Session keys", 2, forged_played, forged_wrong),
    Scenario("Delete asks first", 1, delete_played, delete_wrong),
)
"""What 10.3 is checked by."""
