"""Part 01.2: over REST, the client has to know what "its" means."""

import asyncio
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import shorten

__all__ = ["its_inputs", "its_judged", "its_seen"]

_TITLES = ("groceries", "the plants", "the bank", "the bike", "the oven", "the rent")


def its_inputs(random: Random) -> dict[str, Any]:
    """Three tasks, each with another priority, and the id of the first."""
    priorities = random.sample(("low", "normal", "high"), 3)
    return {
        "tasks": list(map(list, zip(random.sample(_TITLES, 3), priorities, strict=True))),
        "first_id": random.randint(10, 900),
    }


async def its_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
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


def its_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """With an id the priority comes back; without one, LookupError."""
    one, two, none, again = seen["calls"]
    first, priorities = inputs["first_id"], [priority for _, priority in inputs["tasks"]]
    for id, call, wanted in (
        (first, one, priorities[0]),
        (first + 1, two, priorities[1]),
    ):
        if wrong := _priority_wrong(f"priority_of_it(client, {id})", call, wanted):
            return [wrong]
    if wrong := _without_wrong(none, priorities):
        return [passed(1, "With an id, the priority comes back."), wrong]
    if wrong := _priority_wrong(f"priority_of_it(client, {first})", again, priorities[0]):
        return [wrong]
    return [passed(2, "The client carries the id, since the server remembers nothing.")]


def _priority_wrong(called: str, seen: dict[str, Any], wanted: str) -> Finding | None:
    if "raised" in seen:
        return _raised_wrong(called, seen["raised"])
    got = seen["value"]
    if got == wanted:
        return None
    if got is None:
        return failed(f"{called} gave back None.", "`print` shows; `return` gives back.")
    if isinstance(got, dict):
        return failed(
            f"{called} gave back {shorten(str(got))}.",
            'Of the task, only the priority is asked for: ["priority"].',
        )
    if not seen["paths"]:
        return failed(
            f"{called}: expected {wanted!r}, got {shorten(str(got))}, and the server was not"
            " asked.",
            "The tasks are on the server: await client.get(...).",
        )
    return failed(
        f"{called}: expected {wanted!r}, got {shorten(str(got))}.",
        'GET /api/tasks/{id} gives you the task; response.json()["priority"] is its priority.',
    )


def _raised_wrong(called: str, why: dict[str, Any]) -> Finding:
    kind, message = why["type"], why["message"]
    if "coroutine" in message:
        return failed(
            f"{called} raised {kind}: {message}",
            "The answer is not there yet: response = await client.get(...), then response.json().",
        )
    if kind in {"ConnectError", "ConnectTimeout"}:
        return failed(
            f"{called} tried to call another server.",
            "Use the `client` that you are given; the path begins with /api.",
        )
    if kind == "KeyError":
        return failed(
            f"{called} raised KeyError: {message}",
            "Look at what the server answers: print(response.status_code, response.json()).",
        )
    return failed(
        f"{called} raised {kind}: {message.splitlines()[0][:120] if message else ''}",
        f"Your line {why['number']}: {why['line']}" if why.get("line") else "",
    )


def _without_wrong(seen: dict[str, Any], priorities: list[str]) -> Finding | None:
    called = "priority_of_it(client)"
    if "raised" in seen and seen["raised"]["type"] == "LookupError":
        return None
    if (got := seen.get("value")) in priorities:
        return _guessed(called, got, priorities)
    if asked := [path for path in seen["paths"] if not path.endswith("/api/tasks")]:
        return failed(
            f"{called} asked the server for {asked[0]}, which is no task.",
            "Without an id there is nothing to ask for: raise LookupError before you ask.",
        )
    if "raised" in seen:
        return _wrong_error(called, seen["raised"])
    return failed(
        f"{called}: there is no id, so expected a LookupError; got {shorten(str(got))}.",
        "An answer that is none looks like one. Say it loud: raise LookupError(...).",
    )


def _wrong_error(called: str, why: dict[str, Any]) -> Finding | None:
    if why["type"] in {"KeyError", "IndexError"}:
        return None
    if why["type"] == "TypeError" and "argument" in why["message"]:
        return failed(
            f"{called} raised TypeError: {why['message']}",
            "The id may be missing: give it a default, task_id=None.",
        )
    return failed(
        f"{called}: expected a LookupError, got {why['type']}.",
        "Whoever calls it waits for LookupError: raise that one.",
    )


def _guessed(called: str, got: str, priorities: list[str]) -> Finding:
    which = ("first", "one that was asked for before", "newest")[priorities.index(got)]
    if which.startswith("one"):
        return failed(
            f"{called} answered {got!r}: your function remembers the last id it was given.",
            "Many clients call it. Keep nothing between two calls.",
        )
    return failed(
        f"{called} answered {got!r}: that is a guess, the {which} task in the list.",
        "Somebody else may have created it. Without an id, raise LookupError.",
    )
