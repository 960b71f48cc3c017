"""Part 10.1: the TaskManager works, and shows its tools at work; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_all,
    missing_words,
    tools_of,
)

__all__ = ["judge", "visible_wrong"]


def create_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """It is in the book; the tool was seen; the answer names it."""
    title, number, turn = inputs["titles"][0], inputs["first_id"], seen["turn"]
    called = f"'Create a task: {title} ({inputs['priority']})'"
    if wrong := missing_words(called, turn, []):
        return wrong
    kept = [(task["title"], task["priority"]) for task in seen["tasks"]]
    if kept != [(title, inputs["priority"])]:
        return failed(
            f"{called}: the book of {inputs['names'][0]} holds {kept}.",
            "self.book.create(context.user_id, command.title, command.priority), once.",
        )
    return visible_wrong(called, turn, "create_task") or missing_words(
        called, turn, [title, str(number)]
    )


def visible_wrong(called: str, turn: dict[str, Any], tool: str) -> Finding | None:
    """What is wrong with how the tool was shown."""
    tools = tools_of(turn)
    if not tools:
        return failed(
            f"{called}: it was done, but nobody saw the tool at work.",
            f"Yield ToolStatus(tool={tool!r}, status='running'), then 'completed'.",
        )
    if {name for name, _ in tools} != {tool}:
        return failed(
            f"{called}: the tool seen is {tools[0][0]!r}; expected {tool!r}.",
            "The specification names the tools.",
        )
    if [status for _, status in tools] != ["running", "completed"]:
        return failed(
            f"{called}: the tool went through {[status for _, status in tools]}.",
            "A chip shows 'running' until you yield 'completed' or 'failed'.",
        )
    kinds = [event["type"] for event in turn["events"]]
    last_tool = len(kinds) - kinds[::-1].index("tool_status")
    if "assistant_message" in kinds[:last_tool]:
        return failed(
            f"{called}: the answer came before the tool was done.", "The reply comes last."
        )
    return None


def everyday_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """Both are listed; the right one is done."""
    first, second = inputs["titles"][:2]
    called = "'List my tasks'"
    if wrong := missing_words(called, seen["listed"], [first, second]):
        return wrong
    if wrong := visible_wrong(called, seen["listed"], "list_tasks"):
        return wrong
    called = f"'Complete {inputs['first_id']}'"
    if wrong := missing_words(called, seen["completed"], [first]):
        return wrong
    if [task["done"] for task in seen["tasks"]] != [True, False]:
        return failed(
            f"{called}: afterwards the tasks are done={[task['done'] for task in seen['tasks']]}.",
            "self.book.complete(context.user_id, the number that was asked for)",
        )
    return visible_wrong(called, seen["completed"], "complete_task")


def more_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """It is set and told; small talk gets help; an opened chat does not break."""
    number, priority = inputs["first_id"], inputs["priority"]
    if seen["opened"]["raised"] is not None:
        return failed(
            "Somebody opened the chat and said nothing: respond() raised "
            f"{seen['opened']['raised']['type']}.",
            "`input` is None then. Check for it first.",
        )
    called = f"'Set {number} to {priority}'"
    if wrong := missing_words(called, seen["set"], []):
        return wrong
    if [task["priority"] for task in seen["tasks"]] != [priority]:
        return failed(
            f"{called}: the book holds {[(t['id'], t['priority']) for t in seen['tasks']]}.",
            "self.book.set_priority(context.user_id, number, command.priority)",
        )
    if wrong := visible_wrong(called, seen["set"], "set_priority"):
        return wrong
    if wrong := missing_words(f'"What\'s the priority of {number}?"', seen["asked"], [priority]):
        return wrong
    called = f"{inputs['chatter'][0]!r}"
    if wrong := missing_words(called, seen["chatter"], []):
        return wrong
    if tools_of(seen["chatter"]):
        return failed(f"{called} is no command, and a tool ran.", "understand() gives None: help.")
    return None


_SCENARIOS = (
    Scenario("A task is created", 2, create_wrong),
    Scenario("Tasks are listed and completed", 2, everyday_wrong),
    Scenario("Priorities, and small talk", 1, more_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_all(_SCENARIOS, inputs, observation)
