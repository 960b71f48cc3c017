"""Part 09.1, judged: whose task the tool makes, and what it tells the model."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Each task must belong to the user of the request; the output must name its id and title."""
    if "kind" in observation:
        return [_explain_no_tool(observation)]
    if "title" not in observation["properties"]:
        return [
            failed(
                f"The model is asked for {', '.join(observation['properties']) or 'nothing'}.",
                "It should be asked for a `title`, and it may give a `priority`.",
            )
        ]
    for call, run in zip(inputs["calls"], observation["runs"], strict=True):
        called = (
            f"{observation['name']}({', '.join(f'{k}={v!r}' for k, v in run['arguments'].items())})"
        )
        if run["raised"] is not None:
            return [_explain_error(called, run["raised"])]
        if wrong := _task_wrong(
            called, call, run["output"], inputs["claimed"], observation["tasks"]
        ):
            return [wrong]
    if not observation["description"].strip():
        return [
            failed(
                "The tool has no description, but the model has nothing else to choose it by.",
                "Write a docstring: one sentence for the model.",
            )
        ]
    return [passed(2, "Each task belongs to whoever is asking, whatever the model says.")]


def _explain_no_tool(observation: dict[str, Any]) -> Finding:
    if observation["callable"]:
        return failed(
            f"You made a {observation['kind']}. A model can only call what is described to it.",
            "Write `@function_tool` above it: that makes a tool from the function.",
        )
    return failed(
        f"create_task_tool is a {observation['kind']}, not a tool.",
        "Write an async function, and `@function_tool` above it.",
    )


def _explain_error(called: str, error: dict[str, Any]) -> Finding:
    message = error["message"].splitlines()[0] if error["message"] else ""
    line = source_line(error)
    if "'str' object has no attribute" in message:
        return failed(
            f"{called}: your first parameter was filled in by the model, with a string.",
            "Write its type, and the SDK hands over the run's context: RunContextWrapper.",
        )
    if "has no attribute 'user_id'" in message or "has no attribute 'request_context'" in message:
        return failed(
            f"{called} raised {error['type']}: {message}",
            "The user is one step further in: run.context.request_context.user_id.",
        )
    if "has no attribute 'book'" in message:
        return failed(
            f"{called} raised {error['type']}: {message}", "The book is run.context.book."
        )
    if "coroutine" in message:
        return failed(f"{called} raised {error['type']}: {message}", f"`await` the book. {line}")
    return failed(f"{called} raised {error['type']}: {message}", line)


def _task_wrong(
    called: str, call: dict[str, Any], output: str, claimed: str, tasks: list[dict[str, Any]]
) -> Finding | None:
    """What is wrong with the task that a call made, or with the tool's output."""
    matching_tasks = [task for task in tasks if task["title"] == call["title"]]
    if not matching_tasks and "coroutine" in output:
        return failed(
            f"{called}: the tool returned {shorten(output)}.", "`await` what the book does."
        )
    if not matching_tasks:
        return failed(
            f"{called}: {call['user']} asked, and has no such task afterwards.",
            "Create it in `run.context.book`, for `run.context.request_context.user_id`.",
        )
    (task, *duplicates) = matching_tasks
    if duplicates:
        return failed(
            f"{called}: the task is there {len(matching_tasks)} times.", "Create it once."
        )
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
            "Pass the model's `priority` on to the book; it is `normal` when there is none.",
        )
    if str(task["id"]) not in output or task["title"] not in output:
        return failed(
            f"{called} returned {shorten(output)}.",
            "A model only knows what a tool returns: say the task's id and its title.",
        )
    return None
