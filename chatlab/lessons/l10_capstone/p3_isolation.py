"""Part 10.3: two customers, forged keys, and a delete that asks first."""

from datetime import datetime, timedelta
from inspect import isawaitable
from random import Random
from typing import Any

import jwt

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt, to_plain_json
from chatlab.items import Action
from chatlab.lessons.l10_capstone.scenarios import Fixture, random_inputs, run_scenarios
from chatlab.testing import FixedClock

__all__ = ["DELETE_PERMISSION", "find_button", "inputs", "observe"]

DELETE_PERMISSION = "tasks:delete"

_YEARS = timedelta(days=3 * 365)
"""How far the clock is moved, so that only `self.clock` tells what time it is."""


async def _run_two_customers(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two customers' turns overlap; then the second one names the first one's task.

    Each attempt is made with that task's id and with one that does not exist.
    """
    first_context, second_context = (RequestContext(user_id=name) for name in inputs["names"])
    first_title, second_title = inputs["titles"][:2]
    slow_turn = fixture.manager.send(f"Create a task: {first_title}", first_context)
    first_events: list[Any] = []
    async for event in slow_turn:
        first_events.append(to_plain_json(event))
        if event.type == "tool_status":
            break
    quick_turn = await fixture.say(f"Create a task: {second_title}", second_context)
    slow_record = await fixture.finish_turn(slow_turn)
    other_task_id = next(
        (task["id"] for task in await fixture.tasks(first_context.user_id)), inputs["first_id"]
    )
    attempts = [
        [
            await fixture.say(text.format(task_id), second_context, quick_turn["thread_id"])
            for task_id in (other_task_id, 999_999)
        ]
        for text in ("Complete {}", "What's the priority of {}?", "Set {} to high")
    ]
    may_delete = RequestContext(
        user_id=second_context.user_id, permissions=frozenset({DELETE_PERMISSION})
    )
    attempts.append(
        [
            await fixture.say(f"Delete {task_id}", may_delete, quick_turn["thread_id"])
            for task_id in (other_task_id, 999_999)
        ]
    )
    return {
        "slow": slow_record | {"events": first_events + slow_record["events"]},
        "quick": quick_turn,
        "theirs": other_task_id,
        "tried": attempts,
        "books": [
            await fixture.tasks(context.user_id) for context in (first_context, second_context)
        ],
    }


async def _run_session_keys(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """What `authenticate` does with good keys and with bad ones, by their description.

    The good ones come first. `badge` says whether the value is a RequestContext.
    """
    manager: Any = fixture.manager
    now = manager.clock.now()
    claims = {
        "sub": inputs["names"][0],
        "aud": "taskmanager",
        "exp": now + timedelta(minutes=5),
        "permissions": [DELETE_PERMISSION],
    }
    secret = fixture.secret
    signed = jwt.encode(claims, secret, algorithm="HS256")
    head, body, signature = signed.split(".")
    keys = {
        "a good one": signed,
        "good, without permissions": jwt.encode(
            {name: claim for name, claim in claims.items() if name != "permissions"}, secret
        ),
        "signed with another secret": jwt.encode(claims, secret[::-1], algorithm="HS256"),
        "expired": jwt.encode(claims | {"exp": now - timedelta(minutes=5)}, secret, "HS256"),
        "for another audience": jwt.encode(claims | {"aud": "bank"}, secret, "HS256"),
        "unsigned": jwt.encode(claims, "", algorithm="none"),
        "signed with HS512": jwt.encode(claims, secret, "HS512"),
        "without an expiry (exp)": jwt.encode(
            {name: claim for name, claim in claims.items() if name != "exp"}, secret
        ),
        "without an audience (aud)": jwt.encode(
            {name: claim for name, claim in claims.items() if name != "aud"}, secret
        ),
        "without a user": jwt.encode({k: v for k, v in claims.items() if k != "sub"}, secret),
        "changed": ".".join([head, body[:-2] + ("AA" if body[-2:] != "AA" else "BB"), signature]),
        "no key at all": "hello",
    }
    outcomes = {description: await _attempt_key(manager, key) for description, key in keys.items()}
    outcomes["over, by self.clock"] = await _attempt_key(manager, signed, now + _YEARS)
    text_key = jwt.encode(claims | {"permissions": DELETE_PERMISSION}, secret, "HS256")
    outcomes["signed with a text as its permissions"] = await _attempt_key(manager, text_key)
    past_key = jwt.encode(claims | {"exp": now - _YEARS + timedelta(minutes=5)}, secret, "HS256")
    return {
        "good on another clock": await _attempt_key(manager, past_key, now - _YEARS),
        **outcomes,
    }


async def _attempt_key(manager: Any, key: str, now: datetime | None = None) -> dict[str, Any]:
    """The outcome of `authenticate(key)`, at this time if one is given."""
    clock, is_context = manager.clock, False
    if now is not None:
        manager.clock = FixedClock(now)

    async def call() -> Any:
        nonlocal is_context
        value: Any = manager.authenticate(key)
        if isawaitable(value):
            value = await value
        is_context = isinstance(value, RequestContext)
        return value

    try:
        outcome = await attempt(call)
    finally:
        manager.clock = clock
    return outcome | {"badge": is_context} if "value" in outcome else outcome


async def _run_delete(fixture: Fixture, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask for a delete without and with the permission, then click the button that confirms it.

    The clicks come from the owner without the permission, from another customer, and twice from
    the owner with it. Without a button, only the first three entries are recorded.
    """
    owner_id, other_id = inputs["names"]
    owner = RequestContext(user_id=owner_id)
    owner_may_delete = RequestContext(user_id=owner_id, permissions=frozenset({DELETE_PERMISSION}))
    other_may_delete = RequestContext(user_id=other_id, permissions=frozenset({DELETE_PERMISSION}))
    task_id = inputs["first_id"]
    thread_id = (await fixture.say(f"Create a task: {inputs['titles'][0]}", owner))["thread_id"]
    refused_turn = await fixture.say(f"Delete {task_id}", owner, thread_id)
    confirm_turn = await fixture.say(f"Delete {task_id}", owner_may_delete, thread_id)
    task_count = len(await fixture.tasks(owner_id))
    observation: dict[str, Any] = {
        "may_not": refused_turn,
        "asked": confirm_turn,
        "left": task_count,
    }
    if (button := find_button(confirm_turn)) is None:
        return observation
    item_id, action_data = button
    action = Action.model_validate(action_data)
    other_thread_id = (await fixture.say("Hello", other_may_delete))["thread_id"]
    observation["weak"] = await fixture.finish_turn(
        fixture.manager.act(action, owner, thread_id, item_id)
    )
    observation["other"] = await fixture.finish_turn(
        fixture.manager.act(action, other_may_delete, other_thread_id)
    )
    observation["still"] = len(await fixture.tasks(owner_id))
    observation["click"] = await fixture.finish_turn(
        fixture.manager.act(action, owner_may_delete, thread_id, item_id)
    )
    observation["gone"] = len(await fixture.tasks(owner_id))
    observation["again"] = await fixture.finish_turn(
        fixture.manager.act(action, owner_may_delete, thread_id, item_id)
    )
    return observation


def find_button(turn: dict[str, Any]) -> tuple[str, Any] | None:
    """The id of the item and the action of the first button that the turn showed, if any."""
    for event in turn["events"]:
        if event["type"] == "widget" and (action := _find_action(event["root"])) is not None:
            return event["item_id"], action
    return None


def _find_action(node: dict[str, Any]) -> Any:
    if node["type"] == "button":
        return node["action"]
    actions = (_find_action(child) for child in node.get("children", ()))
    return next((action for action in actions if action is not None), None)


def inputs(random: Random) -> dict[str, Any]:
    """People, titles, a secret, the number that tasks begin with, and small talk."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> list[Any]:
    """What happened in each of the three scenarios."""
    return await run_scenarios(
        (_run_two_customers, _run_session_keys, _run_delete), subject, inputs
    )
