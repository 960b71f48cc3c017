"""Part 10.1, judged: what the tools did, what they showed, and what was answered."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_scenarios,
    reply_wrong,
    tool_statuses,
)
from chatlab.lessons.l10_capstone.tools_judge import (
    pieces_wrong,
    tool_output_wrong,
    tool_status_wrong,
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
    return (
        tool_status_wrong(called, turn, "create_task")
        or tool_output_wrong(called, turn, [task_id])
        or reply_wrong(called, turn, [title, str(task_id)])
        or pieces_wrong(called, turn)
    )


def _list_and_complete_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """Both tasks must be listed, and the one that was asked for must be done."""
    first_title, second_title = inputs["titles"][:2]
    listed, completed = observation["listed"], observation["completed"]
    task_ids = [task["id"] for task in observation["tasks"]]
    if len(task_ids) != 2:
        return failed(
            f"Two tasks were asked for; the book of {inputs['names'][0]} holds {task_ids}.",
            "A task belongs to whoever asks: create(context.user_id, ...).",
        )
    called = "'List my tasks'"
    if wrong := (
        reply_wrong(called, listed, [first_title, second_title])
        or tool_status_wrong(called, listed, "list_tasks")
        or tool_output_wrong(called, listed, task_ids)
        or pieces_wrong(called, listed)
    ):
        return wrong
    called = f"'Complete {inputs['first_id']}'"
    if wrong := reply_wrong(called, completed, [first_title]):
        return wrong
    if (done := [task["done"] for task in observation["tasks"]]) != [True, False]:
        return failed(
            f"{called}: afterwards the tasks are done={done}.",
            "self.book.complete(context.user_id, the number that was asked for)",
        )
    return (
        tool_status_wrong(called, completed, "complete_task")
        or tool_output_wrong(called, completed, task_ids[:1])
        or pieces_wrong(called, completed)
    )


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
    if wrong := _tool_turn_wrong(called, observation["set"], "set_priority", task_id, priority):
        return wrong
    question = f'"What\'s the priority of {task_id}?"'
    if wrong := _tool_turn_wrong(question, observation["asked"], "get_task", task_id, priority):
        return wrong
    called = f"{inputs['chatter'][0]!r}"
    if wrong := reply_wrong(called, observation["chatter"], []):
        return wrong
    if tool_statuses(observation["chatter"]):
        return failed(
            f"{called} is not a command, but a tool ran.",
            "understand() returns None: answer with help.",
        )
    return None


def _tool_turn_wrong(
    called: str, turn: dict[str, Any], tool: str, task_id: int, priority: str
) -> Finding | None:
    """The turn must show the tool with the task, and name the priority, in pieces."""
    return (
        reply_wrong(called, turn, [priority])
        or tool_status_wrong(called, turn, tool)
        or tool_output_wrong(called, turn, [task_id])
        or pieces_wrong(called, turn)
    )


_SCENARIOS = (
    Scenario("A task is created", 2, _create_wrong),
    Scenario("Tasks are listed and completed", 2, _list_and_complete_wrong),
    Scenario("Priorities, and small talk", 1, _priority_and_small_talk_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_scenarios(_SCENARIOS, inputs, observation)
