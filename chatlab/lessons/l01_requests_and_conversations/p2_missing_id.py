"""Part 01.2: call the learner's `priority_of_it`, with a task's id and without one.

Over REST, the client has to know what "its" means.
"""

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt

__all__ = ["inputs", "observe"]

_TITLES = ("groceries", "the plants", "the bank", "the bike", "the oven", "the rent")


def inputs(random: Random) -> dict[str, Any]:
    """Three tasks as `[title, priority]`, no priority twice, and the id of the first task."""
    priorities = random.sample(("low", "normal", "high"), 3)
    return {
        "tasks": list(map(list, zip(random.sample(_TITLES, 3), priorities, strict=True))),
        "first_id": random.randint(10, 900),
    }


async def observe(priority_of_it: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Call it for the first task and the second, then without an id, then for the first again.

    Returns:
        `{"calls": [...]}`: each call's outcome, as `attempt` records it, and the `paths` that it
        requested, such as `"GET /api/tasks/42"`.
    """
    app, paths = await _make_recording_app(inputs)
    first_id = inputs["first_id"]
    argument_lists: list[tuple[Any, ...]] = [(first_id,), (first_id + 1,), (), (first_id,)]
    calls: list[dict[str, Any]] = []
    for arguments in argument_lists:
        paths.clear()
        calls.append(
            {**await _call_with_client(priority_of_it, app, arguments), "paths": list(paths)}
        )
    return {"calls": calls}


async def _make_recording_app(inputs: dict[str, Any]) -> tuple[Callable[..., Any], list[str]]:
    """An ASGI app that has the tasks, and the list to which it adds each requested path."""
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for, rest_app

    app = rest_app(inputs["first_id"])
    async with client_for(app) as client:
        for title, priority in inputs["tasks"]:
            await client.post("/api/tasks", json={"title": title, "priority": priority})
    paths: list[str] = []

    async def recording_app(scope: Any, receive: Any, send: Any) -> None:
        paths.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    return recording_app, paths


async def _call_with_client(function: Any, app: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Call `function(client, *arguments)` with a client that it can use.

    An `async def` gets an async client. A `def` gets a synchronous one first; if it returns an
    awaitable, it is called again with the async client.
    """
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    if not inspect.iscoroutinefunction(function):
        is_awaitable = False

        def call() -> Any:
            nonlocal is_awaitable
            with _sync_client(app) as client:
                value = function(client, *arguments)
            is_awaitable = inspect.isawaitable(value)
            if inspect.iscoroutine(value):
                value.close()
            return None if is_awaitable else value

        outcome = await attempt(call)
        if not is_awaitable:
            return outcome
    async with client_for(app) as client:
        return await attempt(lambda: function(client, *arguments))


def _sync_client(app: Any) -> Any:
    """A synchronous client for the app: each request runs in an event loop on another thread."""
    import httpx

    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    async def forward(request: Any) -> Any:
        async with client_for(app) as client:
            response = await client.request(
                request.method, request.url, headers=request.headers, content=request.content
            )
        return httpx.Response(
            response.status_code, headers=response.headers, content=response.content
        )

    def handle(request: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, forward(request)).result()

    return httpx.Client(transport=httpx.MockTransport(handle), base_url="http://taskmanager")
