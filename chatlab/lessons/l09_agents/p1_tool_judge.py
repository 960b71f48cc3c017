"""Part 09.1: a tool that knows who asks, whatever the model says; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each task belongs to who asks, and the model is told what was made."""
    if "kind" in seen:
        return [_no_tool(seen)]
    if "title" not in seen["properties"]:
        return [
            failed(
                f"The model is asked for {', '.join(seen['properties']) or 'nothing'}.",
                "It should be asked for a `title`, and it may give a `priority`.",
            )
        ]
    for call, run in zip(inputs["calls"], seen["runs"], strict=True):
        called = f"{seen['name']}({', '.join(f'{k}={v!r}' for k, v in run['arguments'].items())})"
        if run["raised"] is not None:
            return [_raised(called, run["raised"])]
        if wrong := _wrong(called, call, run["output"], inputs["claimed"], seen["tasks"]):
            return [wrong]
    if not seen["description"].strip():
        return [
            failed(
                "The tool has no description, and the model has nothing else to choose it by.",
                "Write a docstring: one sentence for the model.",
            )
        ]
    return [passed(2, "Each task belongs to the one who asks, whatever the model says.")]


def _no_tool(seen: dict[str, Any]) -> Finding:
    if seen["callable"]:
        return failed(
            f"You made a {seen['kind']}. A model can only call what is described to it.",
            "Write `@function_tool` above it: that makes a tool from the function.",
        )
    return failed(
        f"create_task_tool is a {seen['kind']}, not a tool.",
        "Write an async function, and `@function_tool` above it.",
    )


def _raised(called: str, why: dict[str, Any]) -> Finding:
    message = why["message"].splitlines()[0] if why["message"] else ""
    line = f"Your line {why['number']}: {why['line']}" if why.get("line") else ""
    if "'str' object has no attribute" in message:
        return failed(
            f"{called}: your first parameter was filled in by the model, with a text.",
            "Write its type, and the SDK hands over the run's context: RunContextWrapper.",
        )
    if "has no attribute 'user_id'" in message or "has no attribute 'request_context'" in message:
        return failed(
            f"{called} raised {why['type']}: {message}",
            "Who asks is one step further in: run.context.request_context.user_id.",
        )
    if "has no attribute 'book'" in message:
        return failed(f"{called} raised {why['type']}: {message}", "The book is run.context.book.")
    if "coroutine" in message:
        return failed(f"{called} raised {why['type']}: {message}", f"`await` the book. {line}")
    return failed(f"{called} raised {why['type']}: {message}", line)


def _wrong(
    called: str, call: dict[str, Any], output: str, claimed: str, tasks: list[dict[str, Any]]
) -> Finding | None:
    found = [task for task in tasks if task["title"] == call["title"]]
    if not found and "coroutine" in output:
        return failed(
            f"{called}: the tool gave back {shorten(output)}.", "`await` what the book does."
        )
    if not found:
        return failed(
            f"{called}: {call['user']} asked, and has no such task afterwards.",
            "Create it in `run.context.book`, for `run.context.request_context.user_id`.",
        )
    (task, *more) = found
    if more:
        return failed(f"{called}: the task is there {len(found)} times.", "Create it once.")
    if task["user_id"] == claimed:
        return failed(
            f"{called}: {call['user']} asked, and {claimed} got the task.",
            "A model can be talked into any argument. Take the user from `run.context`.",
        )
    if task["user_id"] != call["user"]:
        return failed(
            f"{called}: {call['user']} asked, and {task['user_id']} got the task.",
            "One tool serves everybody: ask `run.context.request_context` each time.",
        )
    if task["priority"] != (call["priority"] or "normal"):
        return failed(
            f"{called}: the task's priority is {task['priority']}.",
            "Hand the model's `priority` on to the book; it is `normal` when there is none.",
        )
    if str(task["id"]) not in output or task["title"] not in output:
        return failed(
            f"{called} gave back {shorten(output)}.",
            "A model only knows what a tool returns: say the task's id and its title.",
        )
    return None
