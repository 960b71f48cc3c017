"""Part 01.2: over REST, the client has to know what "its" means; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
