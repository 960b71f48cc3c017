"""Judge what a turn of lesson 10 showed of its tool, and whether its reply came in pieces."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.scenarios_judge import tool_statuses
from chatlab.lessons.support.explain import show_value

__all__ = ["pieces_wrong", "tool_output_wrong", "tool_status_wrong"]


def tool_status_wrong(called: str, turn: dict[str, Any], tool: str) -> Finding | None:
    """The turn must show this tool alone, running and then completed, before its answer."""
    statuses = tool_statuses(turn)
    if not statuses:
        return failed(
            f"{called}: it was done, but nobody saw the tool at work.",
            f"Yield ToolStatus(tool={tool!r}, status='running'), then 'completed'.",
        )
    if {name for name, _ in statuses} != {tool}:
        return failed(
            f"{called}: the tool seen is {statuses[0][0]!r}; expected {tool!r}.",
            "The specification names the tools.",
        )
    if [status for _, status in statuses] != ["running", "completed"]:
        return failed(
            f"{called}: the tool went through {[status for _, status in statuses]}.",
            "A chip shows 'running' until you yield 'completed' or 'failed'.",
        )
    kinds = [event["type"] for event in turn["events"]]
    last_tool = len(kinds) - kinds[::-1].index("tool_status")
    if "assistant_message" in kinds[:last_tool]:
        return failed(
            f"{called}: the answer came before the tool was done.", "The reply comes last."
        )
    return None


def tool_output_wrong(called: str, turn: dict[str, Any], task_ids: list[int]) -> Finding | None:
    """The output of the completed tool must be this task; of more than one, the list of them."""
    outputs = [
        event.get("output")
        for event in turn["events"]
        if event["type"] == "tool_status" and event["status"] == "completed"
    ]
    output = outputs[-1] if outputs else None
    if output is None:
        return failed(
            f"{called}: the completed tool has no output.",
            "Later, 'it' is found there: ToolStatus(..., output=task.model_dump()).",
        )
    if len(task_ids) > 1:
        if isinstance(output, list) and [_task_id(one) for one in output] == task_ids:
            return None
        return failed(
            f"{called}: the tool's output is {show_value(output)}.",
            "For the list, the output is a list of the tasks: [task.model_dump() for task in "
            "tasks].",
        )
    if isinstance(output, str):
        return failed(
            f"{called}: the tool's output is a sentence, {show_value(output)}.",
            "`detail` is for people; `output` is for whoever needs the number later: "
            "task.model_dump().",
        )
    if _task_id(output) != task_ids[0]:
        return failed(
            f"{called}: the tool's output is {show_value(output)}; expected the task, with the id "
            f"{task_ids[0]}.",
            "ToolStatus(..., output=task.model_dump())",
        )
    return None


def _task_id(output: Any) -> Any:
    """The id in the output for a task, as a number; None without one."""
    task_id = output.get("id") if isinstance(output, dict) else None
    return int(task_id) if isinstance(task_id, str) and task_id.isdecimal() else task_id


def pieces_wrong(called: str, turn: dict[str, Any]) -> Finding | None:
    """A reply of more than one word must come in more than one piece."""
    pieces = [event for event in turn["events"] if event["type"] == "assistant_message"]
    if len(pieces) > 1 or len(turn["reply"].split()) < 2:
        return None
    return failed(
        f"{called}: the reply came in one piece.",
        "Whoever reads it waits for the whole text, and cannot stop it. Yield it word by word: "
        "async for piece in say(text): yield piece",
    )
