"""Part 01.1: a small REST API, called as a client calls it."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from random import Random
from typing import Any, cast
from uuid import uuid4

from chatlab.course.checking.observe import attempt

__all__ = ["field", "inputs", "observe"]

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
    """Three titles, two priorities, and a blank that is not empty."""
    return {
        "titles": [f"{thing} {random.randint(2, 99)}" for thing in random.sample(_THINGS, 3)],
        "priorities": [random.choice(("low", "high")), random.choice(("low", "high"))],
        "blank": " " * random.randint(1, 4),
    }


async def observe(create_app: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Make two apps; create, read and refuse in the first one, and look at the second."""
    async with AsyncExitStack() as stack:
        apps: list[Any] = []
        made: dict[str, Any] = await attempt(lambda: apps.append(create_app()))
        made = made if "raised" in made else await attempt(lambda: apps.append(create_app()))
        if "raised" in made:
            return {"unmade": made["raised"]}
        if not all(callable(app) for app in apps):
            return {"unmade": {"type": "NoApp", "message": type(apps[0]).__name__}}
        one, two = [await _client(stack, app) for app in apps]
        seen = await _used(one, inputs)
        title, priority = inputs["titles"][2], inputs["priorities"][1]
        seen["other, before"] = await _call(two, "GET", "/api/tasks")
        await _call(two, "POST", "/api/tasks", {"title": title, "priority": priority})
        seen["list, at last"] = await _call(one, "GET", "/api/tasks")
        return seen


async def _client(stack: AsyncExitStack, app: Any) -> Any:
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    if hasattr(app, "router"):
        await stack.enter_async_context(app.router.lifespan_context(app))
    return await stack.enter_async_context(client_for(app))


async def _used(client: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    (first, second, _), (priority, _) = inputs["titles"], inputs["priorities"]
    seen = {
        "list, at first": await _call(client, "GET", "/api/tasks"),
        "create": await _call(client, "POST", "/api/tasks", {"title": first}),
        "create with priority": await _call(
            client, "POST", "/api/tasks", {"title": second, "priority": priority}
        ),
        "list": await _call(client, "GET", "/api/tasks"),
    }
    ids = [field(seen[name], "id") for name in ("create", "create with priority")]
    seen["read"] = await _call(client, "GET", f"/api/tasks/{ids[0]}")
    seen["read with priority"] = await _call(client, "GET", f"/api/tasks/{ids[1]}")
    seen["read unknown"] = await _call(client, "GET", f"/api/tasks/{_unknown(ids)}")
    seen["no title"] = await _call(client, "POST", "/api/tasks", {"priority": priority})
    seen["empty title"] = await _call(client, "POST", "/api/tasks", {"title": ""})
    seen["blank title"] = await _call(client, "POST", "/api/tasks", {"title": inputs["blank"]})
    return seen


def _unknown(ids: list[Any]) -> str:
    """An id that looks like the others and is nobody's."""
    if all(str(id).isdecimal() for id in ids):
        return str(sum(int(id) for id in ids) + 1000)
    return str(uuid4())


async def _call(client: Any, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """One exchange as data, with `called` to name it."""

    async def exchange() -> dict[str, Any]:
        response = await client.request(method, path, json=body)
        try:
            content = response.json()
        except ValueError:
            content = response.text
        return {"status": response.status_code, "body": content}

    seen = await attempt(exchange)
    sent = "" if body is None else f" {body}"
    return {"called": f"{method} {path}{sent}", **(seen.get("value") or seen)}


def field(seen: Any, name: str) -> Any:
    """What the JSON object in a response has under the name; None if it is no such object."""
    body = seen.get("body")
    return cast("Mapping[str, Any]", body).get(name) if isinstance(body, Mapping) else None
