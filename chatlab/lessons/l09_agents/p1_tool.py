"""Part 09.1: a tool that knows who asks, whatever the model says."""

import copy
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.lessons.l09_agents.agent_harness import RunContext, bench, missing_requirement
from chatlab.lessons.support.dialogue import NAMES
from chatlab.taskbook import TaskBook

__all__ = ["inputs", "missing_requirement", "observe"]

_CHORES = ("water the plants", "buy milk", "call the bank", "fix the bike", "feed the cat")


def inputs(random: Random) -> dict[str, Any]:
    """Three calls for two people; the model says each time that it is for somebody else."""
    one, two, third = random.sample(NAMES, 3)
    titles = [f"{chore} {random.randint(2, 99)}" for chore in random.sample(_CHORES, 3)]
    priorities = [None, *random.sample(["low", "high"], 2)]
    return {
        "calls": [
            {"user": user, "title": title, "priority": priority}
            for user, title, priority in zip((one, two, one), titles, priorities, strict=True)
        ],
        "claimed": third,
        "first_id": random.randint(200, 900),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """A real run for each call: what the tool gave back, and what is in the book afterwards."""
    from agents import FunctionTool
    from agents.tool import set_function_tool_failure_error_function

    if not isinstance(subject, FunctionTool):
        return {"kind": type(subject).__name__, "callable": callable(subject)}
    raising: list[Exception] = []

    def note(_: object, error: Exception) -> str:
        raising.append(error)
        return "It failed."

    tool = set_function_tool_failure_error_function(copy.copy(subject), note)
    properties = list(tool.params_json_schema.get("properties", {}))
    book = TaskBook(inputs["first_id"])
    runs: list[dict[str, Any]] = []
    for call in inputs["calls"]:
        arguments = dict.fromkeys(properties, inputs["claimed"])
        arguments |= {"title": call["title"], "priority": call["priority"] or "normal"}
        if call["priority"] is None:
            del arguments["priority"]
        context = RunContext(RequestContext(user_id=call["user"]), book)
        runs.append(await _run(tool, arguments, context, raising))
    users = {call["user"] for call in inputs["calls"]} | {inputs["claimed"]}
    tasks = [to_plain_json(task) for user in sorted(users) for task in await book.list(user)]
    about = {"name": tool.name, "description": tool.description, "properties": properties}
    return about | {"runs": runs, "tasks": tasks}


async def _run(
    tool: Any, arguments: dict[str, Any], context: RunContext, raising: list[Exception]
) -> dict[str, Any]:
    from agents import Runner

    from chatlab.adapters.agents import Call

    raising.clear()
    stage = bench([Call(tool.name, arguments), "Done."])
    stage.agent.tools.append(tool)
    try:
        result = await Runner.run(stage.agent, "Please", context=context)
    except Exception as error:  # noqa: BLE001 - it is what was observed
        raising.append(error)
        outputs: list[Any] = []
    else:
        outputs = [one.output for one in result.new_items if one.type == "tool_call_output_item"]
    if raising and isinstance(raising[0], NotStarted):
        raise raising[0]
    return {
        "arguments": arguments,
        "output": str(outputs[0]) if outputs else "",
        "raised": exception_as_data(raising[0]) if raising else None,
    }
