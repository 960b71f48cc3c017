"""Judge part 01.2: `priority_of_it` returns the task's priority; without an id, LookupError."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """A point for the calls with an id, a point for the call without one."""
    first_call, second_call, call_without_id, repeated_call = observation["calls"]
    first_id, priorities = inputs["first_id"], [priority for _, priority in inputs["tasks"]]
    for id, call, expected in (
        (first_id, first_call, priorities[0]),
        (first_id + 1, second_call, priorities[1]),
    ):
        if wrong := _priority_wrong(f"priority_of_it(client, {id})", call, expected):
            return [wrong]
    if wrong := _missing_id_wrong(call_without_id, priorities):
        return [passed(1, "With an id, the priority comes back."), wrong]
    if wrong := _priority_wrong(
        f"priority_of_it(client, {first_id})", repeated_call, priorities[0]
    ):
        return [wrong]
    return [passed(2, "The client carries the id, since the server remembers nothing.")]


def _priority_wrong(called: str, call: dict[str, Any], expected: str) -> Finding | None:
    if "raised" in call:
        return _explain_error(called, call)
    got = call["value"]
    if got == expected:
        return None
    if got is None:
        return failed(
            f"{called} returned None.",
            "`print` only shows a value; `return` hands it to the caller.",
        )
    if isinstance(got, dict):
        return failed(
            f"{called} returned {shorten(str(got))}.",
            'Return the priority and nothing else: ["priority"].',
        )
    if not call["paths"]:
        return failed(
            f"{called}: expected {expected!r}, got {shorten(str(got))}, and the server was not"
            " asked.",
            "The tasks are on the server: await client.get(...).",
        )
    return failed(
        f"{called}: expected {expected!r}, got {shorten(str(got))}.",
        'GET /api/tasks/{id} gives you the task; response.json()["priority"] is its priority.',
    )


def _explain_error(called: str, call: dict[str, Any]) -> Finding:
    error = call["raised"]
    kind, message = error["type"], error["message"]
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
    if kind == "IndexError":
        return failed(
            f"{called} looked for the task by its position in a list, and found none there.",
            "An id is a name, not a position. Ask for the one task that has it: "
            'client.get(f"/api/tasks/{task_id}").',
        )
    if kind == "KeyError" and call["paths"]:
        return failed(
            f"{called} asked the server for {call['paths'][-1]}, and the answer has no {message}.",
            'The id that you are given goes into the path: client.get(f"/api/tasks/{task_id}").',
        )
    if kind == "KeyError":
        return failed(
            f"{called} raised KeyError: {message}",
            "Look at what the server answers: print(response.status_code, response.json()).",
        )
    return failed(
        f"{called} raised {kind}: {message.splitlines()[0][:120] if message else ''}",
        source_line(error),
    )


def _missing_id_wrong(call: dict[str, Any], priorities: list[str]) -> Finding | None:
    """What is wrong with the call without an id; it should have raised LookupError."""
    called = "priority_of_it(client)"
    if "raised" in call and call["raised"]["type"] == "LookupError":
        return None
    if (got := call.get("value")) in priorities:
        return _explain_guess(called, got, priorities)
    if task_paths := [path for path in call["paths"] if not path.endswith("/api/tasks")]:
        return failed(
            f"{called} asked the server for {task_paths[0]}, which is not a task.",
            "Without an id there is nothing to ask for: raise LookupError before you ask.",
        )
    if "raised" in call:
        return _error_type_wrong(called, call["raised"])
    return failed(
        f"{called}: there is no id, so expected a LookupError; got {shorten(str(got))}.",
        "Callers cannot tell that from a real answer. Say it out loud: raise LookupError(...).",
    )


def _error_type_wrong(called: str, error: dict[str, Any]) -> Finding | None:
    """What is wrong with the exception; KeyError and IndexError are LookupErrors, too."""
    if error["type"] in {"KeyError", "IndexError"}:
        return None
    if error["type"] == "TypeError" and "argument" in error["message"]:
        return failed(
            f"{called} raised TypeError: {error['message']}",
            "The id may be missing: give it a default, task_id=None.",
        )
    return failed(
        f"{called}: expected a LookupError, got {error['type']}.",
        "Whoever calls it waits for LookupError: raise that one.",
    )


def _explain_guess(called: str, got: str, priorities: list[str]) -> Finding:
    """What to try when a priority came back though no id was given."""
    task_place = ("first", "one that was asked for before", "newest")[priorities.index(got)]
    if task_place.startswith("one"):
        return failed(
            f"{called} answered {got!r}: your function remembers the last id it was given.",
            "Many clients call it. Keep nothing between two calls.",
        )
    return failed(
        f"{called} answered {got!r}: that is a guess, the {task_place} task in the list.",
        "Somebody else may have created it. Without an id, raise LookupError.",
    )
