"""Part 09.1: a tool that knows who is asking, whatever the model says."""

import copy
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.lessons.l09_agents.agent_harness import (
    RunContext,
    make_agent_fixture,
    missing_requirement,
)
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.taskbook import TaskBook

__all__ = ["inputs", "missing_requirement", "observe"]

_CHORES = ("water the plants", "buy milk", "call the bank", "fix the bike", "feed the cat")


def inputs(random: Random) -> dict[str, Any]:
    """Three calls by two users; every other argument that the model gives names a third user."""
    first_user, second_user, other_user = random.sample(USER_NAMES, 3)
    titles = [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 3)]
    priorities = [None, *random.sample(["low", "high"], 2)]
    return {
        "calls": [
            {"user": user, "title": title, "priority": priority}
            for user, title, priority in zip(
                (first_user, second_user, first_user), titles, priorities, strict=True
            )
        ],
        "claimed": other_user,
        "first_id": random.randint(200, 900),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run an agent for each call.

    Returns the tool's name, description and parameters, each run's output or error, and the
    tasks in the book afterwards; for what is no tool, its type.
    """
    from agents import FunctionTool
    from agents.tool import set_function_tool_failure_error_function

    if not isinstance(subject, FunctionTool):
        return {"kind": type(subject).__name__, "callable": callable(subject)}
    errors: list[Exception] = []

    def record_error(_: object, error: Exception) -> str:
        errors.append(error)
        return "It failed."

    tool = set_function_tool_failure_error_function(copy.copy(subject), record_error)
    properties = list(tool.params_json_schema.get("properties", {}))
    book = TaskBook(inputs["first_id"])
    runs: list[dict[str, Any]] = []
    for call in inputs["calls"]:
        arguments = dict.fromkeys(properties, inputs["claimed"])
        arguments |= {"title": call["title"], "priority": call["priority"] or "normal"}
        if call["priority"] is None:
            del arguments["priority"]
        context = RunContext(RequestContext(user_id=call["user"]), book)
        runs.append(await _run_tool(tool, arguments, context, errors))
    users = {call["user"] for call in inputs["calls"]} | {inputs["claimed"]}
    tasks = [to_plain_json(task) for user in sorted(users) for task in await book.list(user)]
    description = {"name": tool.name, "description": tool.description, "properties": properties}
    return description | {"runs": runs, "tasks": tasks}


async def _run_tool(
    tool: Any, arguments: dict[str, Any], context: RunContext, errors: list[Exception]
) -> dict[str, Any]:
    """Run an agent whose model calls the tool once: `{"arguments", "output", "raised"}`."""
    from agents import Runner

    from chatlab.adapters.agents import Call

    errors.clear()
    fixture = make_agent_fixture([Call(tool.name, arguments), "Done."])
    fixture.agent.tools.append(tool)
    try:
        result = await Runner.run(fixture.agent, "Please", context=context)
    except Exception as error:  # noqa: BLE001 - it is what was observed
        errors.append(error)
        outputs: list[Any] = []
    else:
        outputs = [item.output for item in result.new_items if item.type == "tool_call_output_item"]
    if errors and isinstance(errors[0], NotStarted):
        raise errors[0]
    return {
        "arguments": arguments,
        "output": str(outputs[0]) if outputs else "",
        "raised": exception_as_data(errors[0]) if errors else None,
    }
