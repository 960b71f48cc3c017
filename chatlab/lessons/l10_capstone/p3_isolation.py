"""Part 10.3: two customers, forged keys, and a delete that asks first."""

from datetime import timedelta
from random import Random
from typing import Any

import jwt

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.items import Action
from chatlab.lessons.l10_capstone.scenarios import Fixture, play_all, random_inputs

__all__ = ["MAY_DELETE", "confirming", "inputs", "observe"]

MAY_DELETE = "tasks:delete"


async def two_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
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


async def forged_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two good keys, and seven that are not."""
    manager: Any = room.manager
    now = manager.clock.now()
    good = {
        "sub": inputs["names"][0],
        "aud": "taskmanager",
        "exp": now + timedelta(minutes=5),
        "permissions": [MAY_DELETE],
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


async def delete_played(room: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Without the permission; with it; a click of somebody without, of somebody else, the real."""
    one, two = inputs["names"]
    plain_one = RequestContext(user_id=one)
    strong_one = RequestContext(user_id=one, permissions=frozenset({MAY_DELETE}))
    strong_two = RequestContext(user_id=two, permissions=frozenset({MAY_DELETE}))
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


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """Play all three scenarios."""
    return await play_all((two_played, forged_played, delete_played), subject, inputs)
