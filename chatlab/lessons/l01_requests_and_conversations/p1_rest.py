"""Part 01.1: call the routes of the learner's REST API, as a client does."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from random import Random
from typing import Any, cast
from uuid import uuid4

from chatlab.course.checking.as_data import attempt

__all__ = ["body_field", "inputs", "observe"]

_THINGS = (
    "groceries",
    "the plants",
    "the bank",
    "the bike",
    "Zoë's letter",
    "the oven",
    "the rent",
)


def inputs(random: Random) -> dict[str, Any]:
    """Three titles, two priorities, and a blank title of 1 to 4 spaces."""
    return {
        "titles": [f"{thing} {random.randint(2, 99)}" for thing in random.sample(_THINGS, 3)],
        "priorities": [random.choice(("low", "high")), random.choice(("low", "high"))],
        "blank": " " * random.randint(1, 4),
    }


async def observe(create_app: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Make two apps, call every route of the first, and see whether they share their tasks.

    Returns:
        The responses by what was asked for, each as `_call` records it; or `{"unmade": error}` if
        `create_app` raised or returned something that cannot be called.
    """
    async with AsyncExitStack() as stack:
        apps: list[Any] = []
        creation = await attempt(lambda: apps.append(create_app()))
        if "raised" not in creation:
            creation = await attempt(lambda: apps.append(create_app()))
        if "raised" in creation:
            return {"unmade": creation["raised"]}
        if not all(callable(app) for app in apps):
            return {"unmade": {"type": "NoApp", "message": type(apps[0]).__name__}}
        first_client, other_client = [await _open_client(stack, app) for app in apps]
        responses = await _call_routes(first_client, inputs)
        title, priority = inputs["titles"][2], inputs["priorities"][1]
        responses["other, before"] = await _call(other_client, "GET", "/api/tasks")
        await _call(other_client, "POST", "/api/tasks", {"title": title, "priority": priority})
        responses["list, at last"] = await _call(first_client, "GET", "/api/tasks")
        return responses


async def _open_client(stack: AsyncExitStack, app: Any) -> Any:
    """Enter the app's lifespan, if it has one, and a client for it; `stack` closes both."""
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    if hasattr(app, "router"):
        await stack.enter_async_context(app.router.lifespan_context(app))
    return await stack.enter_async_context(client_for(app))


async def _call_routes(client: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Create two tasks, list and read them, and send what the API has to refuse."""
    (first_title, second_title, _), (priority, _) = inputs["titles"], inputs["priorities"]
    responses = {
        "list, at first": await _call(client, "GET", "/api/tasks"),
        "create": await _call(client, "POST", "/api/tasks", {"title": first_title}),
        "create with priority": await _call(
            client, "POST", "/api/tasks", {"title": second_title, "priority": priority}
        ),
        "list": await _call(client, "GET", "/api/tasks"),
    }
    ids = [body_field(responses[name], "id") for name in ("create", "create with priority")]
    responses["read"] = await _call(client, "GET", f"/api/tasks/{ids[0]}")
    responses["read with priority"] = await _call(client, "GET", f"/api/tasks/{ids[1]}")
    responses["read unknown"] = await _call(client, "GET", f"/api/tasks/{_unknown_id(ids)}")
    responses["no title"] = await _call(client, "POST", "/api/tasks", {"priority": priority})
    responses["empty title"] = await _call(client, "POST", "/api/tasks", {"title": ""})
    responses["blank title"] = await _call(client, "POST", "/api/tasks", {"title": inputs["blank"]})
    return responses


def _unknown_id(ids: list[Any]) -> str:
    """An id of the same kind as `ids` that no task has."""
    if all(str(id).isdecimal() for id in ids):
        return str(sum(int(id) for id in ids) + 1000)
    return str(uuid4())


async def _call(client: Any, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Send one request: `{"called", "status", "body"}`, or `{"called", "raised"}` if it failed.

    `called` is the request as text, for the feedback.
    """

    async def send_request() -> dict[str, Any]:
        response = await client.request(method, path, json=body)
        try:
            content = response.json()
        except ValueError:
            content = response.text
        return {"status": response.status_code, "body": content}

    outcome = await attempt(send_request)
    body_text = "" if body is None else f" {body}"
    return {"called": f"{method} {path}{body_text}", **(outcome.get("value") or outcome)}


def body_field(response: Any, name: str) -> Any:
    """The field of that name in a response's JSON body; None if the body is not an object."""
    body = response.get("body")
    return cast("Mapping[str, Any]", body).get(name) if isinstance(body, Mapping) else None
