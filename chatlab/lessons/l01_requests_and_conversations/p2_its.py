"""Part 01.2: over REST, the client has to know what "its" means."""

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt

__all__ = ["inputs", "observe"]

_TITLES = ("groceries", "the plants", "the bank", "the bike", "the oven", "the rent")


def inputs(random: Random) -> dict[str, Any]:
    """Three tasks, each with another priority, and the id of the first."""
    priorities = random.sample(("low", "normal", "high"), 3)
    return {
        "tasks": list(map(list, zip(random.sample(_TITLES, 3), priorities, strict=True))),
        "first_id": random.randint(10, 900),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask for the first task and the second, then for none, then for the first again."""
    app, paths = await _app_with(inputs)
    first = inputs["first_id"]
    asked: list[tuple[Any, ...]] = [(first,), (first + 1,), (), (first,)]
    calls: list[dict[str, Any]] = []
    for arguments in asked:
        paths.clear()
        calls.append({**await _called(subject, app, arguments), "paths": list(paths)})
    return {"calls": calls}


async def _app_with(inputs: dict[str, Any]) -> tuple[Callable[..., Any], list[str]]:
    """An app that has the tasks, and the paths that it is asked for."""
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for, rest_app

    app = rest_app(inputs["first_id"])
    async with client_for(app) as client:
        for title, priority in inputs["tasks"]:
            await client.post("/api/tasks", json={"title": title, "priority": priority})
    paths: list[str] = []

    async def noted(scope: Any, receive: Any, send: Any) -> None:
        paths.append(f"{scope['method']} {scope['path']}")
        await app(scope, receive, send)

    return noted, paths


async def _called(subject: Any, app: Any, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Call it with the client that it can use: an async one, unless it is an ordinary function."""
    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    if not inspect.iscoroutinefunction(subject):
        waits = False

        def call() -> Any:
            nonlocal waits
            with _sync_client(app) as client:
                value = subject(client, *arguments)
            waits = inspect.isawaitable(value)
            if inspect.iscoroutine(value):
                value.close()
            return None if waits else value

        seen = await attempt(call)
        if not waits:
            return seen
    async with client_for(app) as client:
        return await attempt(lambda: subject(client, *arguments))


def _sync_client(app: Any) -> Any:
    """The same app for those who write no `await`: each request runs in a loop of its own."""
    import httpx

    from chatlab.lessons.l01_requests_and_conversations.rest_api import client_for

    async def answer(request: Any) -> Any:
        async with client_for(app) as client:
            got = await client.request(
                request.method, request.url, headers=request.headers, content=request.content
            )
        return httpx.Response(got.status_code, headers=got.headers, content=got.content)

    def handle(request: Any) -> Any:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, answer(request)).result()

    return httpx.Client(transport=httpx.MockTransport(handle), base_url="http://taskmanager")
