"""Part 10.1, judged: what the tools did, what they showed, and what was answered."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_scenarios,
    reply_wrong,
    tool_statuses,
)

__all__ = ["judge"]


def _create_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """The task must be in the book, the tool shown, and both title and id in the answer."""
    title, task_id, turn = inputs["titles"][0], inputs["first_id"], observation["turn"]
    called = f"'Create a task: {title} ({inputs['priority']})'"
    if wrong := reply_wrong(called, turn, []):
        return wrong
    stored = [(task["title"], task["priority"]) for task in observation["tasks"]]
    if stored != [(title, inputs["priority"])]:
        return failed(
            f"{called}: the book of {inputs['names'][0]} holds {stored}.",
            "self.book.create(context.user_id, command.title, command.priority), once.",
        )
    return _tool_status_wrong(called, turn, "create_task") or reply_wrong(
        called, turn, [title, str(task_id)]
    )


def _tool_status_wrong(called: str, turn: dict[str, Any], tool: str) -> Finding | None:
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


def _list_and_complete_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """Both tasks must be listed, and the one that was asked for must be done."""
    first_title, second_title = inputs["titles"][:2]
    called = "'List my tasks'"
    if wrong := reply_wrong(called, observation["listed"], [first_title, second_title]):
        return wrong
    if wrong := _tool_status_wrong(called, observation["listed"], "list_tasks"):
        return wrong
    called = f"'Complete {inputs['first_id']}'"
    if wrong := reply_wrong(called, observation["completed"], [first_title]):
        return wrong
    if (done := [task["done"] for task in observation["tasks"]]) != [True, False]:
        return failed(
            f"{called}: afterwards the tasks are done={done}.",
            "self.book.complete(context.user_id, the number that was asked for)",
        )
    return _tool_status_wrong(called, observation["completed"], "complete_task")


def _priority_and_small_talk_wrong(
    inputs: dict[str, Any], observation: dict[str, Any]
) -> Finding | None:
    """The priority must be set and answered; small talk runs no tool, and an empty chat works."""
    task_id, priority = inputs["first_id"], inputs["priority"]
    if observation["opened"]["raised"] is not None:
        return failed(
            "Somebody opened the chat and said nothing: respond() raised "
            f"{observation['opened']['raised']['type']}.",
            "`input` is None then. Check for it first.",
        )
    called = f"'Set {task_id} to {priority}'"
    if wrong := reply_wrong(called, observation["set"], []):
        return wrong
    if [task["priority"] for task in observation["tasks"]] != [priority]:
        return failed(
            f"{called}: the book holds {[(t['id'], t['priority']) for t in observation['tasks']]}.",
            "self.book.set_priority(context.user_id, number, command.priority)",
        )
    if wrong := _tool_status_wrong(called, observation["set"], "set_priority"):
        return wrong
    if wrong := reply_wrong(
        f'"What\'s the priority of {task_id}?"', observation["asked"], [priority]
    ):
        return wrong
    called = f"{inputs['chatter'][0]!r}"
    if wrong := reply_wrong(called, observation["chatter"], []):
        return wrong
    if tool_statuses(observation["chatter"]):
        return failed(f"{called} is no command, and a tool ran.", "understand() gives None: help.")
    return None


_SCENARIOS = (
    Scenario("A task is created", 2, _create_wrong),
    Scenario("Tasks are listed and completed", 2, _list_and_complete_wrong),
    Scenario("Priorities, and small talk", 1, _priority_and_small_talk_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_scenarios(_SCENARIOS, inputs, observation)
