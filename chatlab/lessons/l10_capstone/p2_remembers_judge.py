"""Part 10.2, judged: which task `it` was taken for, in each thread."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p2_remembers import OTHER_PRIORITY, QUESTION, REMARK_COUNT
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_scenarios,
    reply_wrong,
)

__all__ = ["judge"]


def _pronoun_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """`it` must be the task of this thread; in a thread without one, no task."""
    own_priority, other_priority = inputs["priority"], OTHER_PRIORITY[inputs["priority"]]
    called = f'"{QUESTION}"'
    if wrong := reply_wrong(called, observation["asked"], []):
        return wrong
    answer = observation["asked"]["reply"].lower()
    if own_priority not in answer and other_priority in answer:
        return failed(
            f"{called} was answered with the priority of another thread's task.",
            "Look in this thread for the last tool item that names a task; keep nothing on self.",
        )
    if wrong := reply_wrong(called, observation["asked"], [own_priority]):
        return wrong
    if [task["done"] for task in observation["tasks"]] != [True, False]:
        return failed(
            "'Complete it' in the first thread: afterwards the tasks are done="
            f"{[task['done'] for task in observation['tasks']]}.",
            "`it` means the same for every command: find its number first.",
        )
    if wrong := reply_wrong(f"{called} in a new thread", observation["empty"], []):
        return wrong
    if any(
        word in observation["empty"]["reply"].lower() for word in (own_priority, other_priority)
    ):
        return failed(
            f"{called} in a new thread was answered with {observation['empty']['reply'][:60]!r}.",
            "No task has come up in this thread. Ask which one is meant.",
        )
    return _after_tools_wrong(own_priority, observation)


def _after_tools_wrong(own_priority: str, observation: dict[str, Any]) -> Finding | None:
    """`it` must be the task that the last tool was about, whichever tool it was."""
    if wrong := reply_wrong(f'"{QUESTION}" after a list', observation["listed"], []):
        return wrong
    for said, turn in observation["tools"]:
        called = f'Two tasks, then {said!r}, then "{QUESTION}"'
        if wrong := reply_wrong(called, turn, []):
            return wrong
        if own_priority not in turn["reply"].lower():
            return failed(
                f"{called}: the answer was {turn['reply'][:60]!r}.",
                "Every tool names a task, not only create_task: take the newest tool item "
                "that has a task in its output.",
            )
    return None


def _long_history_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """The task must be found behind more items than `history` holds."""
    called = f'"{QUESTION}", {2 * REMARK_COUNT} items later'
    if wrong := reply_wrong(called, observation["asked"], []):
        return wrong
    other_priority = OTHER_PRIORITY[inputs["priority"]]
    if other_priority in observation["asked"]["reply"].lower():
        return failed(
            f"{called}, was answered for another task, whose number was only mentioned.",
            "A number in a sentence may be anything. The tool items name the tasks: their "
            "`output` has the `id`.",
        )
    if inputs["priority"] not in observation["asked"]["reply"].lower():
        return failed(
            f"{called}, was answered with {observation['asked']['reply'][:60]!r}.",
            "thread.history holds the newest 50 items. The store has them all: read on, page by "
            "page, newest first.",
        )
    return None


def _branch_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """`it` must be the first task in the branch, and still the second in the old thread."""
    first_priority, second_priority = inputs["priority"], OTHER_PRIORITY[inputs["priority"]]
    for where, turn, expected in (
        ("in a branch from before the second task", observation["there"], first_priority),
        ("in the old thread", observation["here"], second_priority),
    ):
        called = f'"{QUESTION}" {where}'
        if wrong := reply_wrong(called, turn, []):
            return wrong
        if expected not in turn["reply"].lower():
            return failed(
                f"{called} was answered with {turn['reply'][:60]!r}.",
                "A branch has its own items, with new ids. What it was about is in them, and "
                "nowhere else.",
            )
    if not observation["untouched"]:
        return failed("The old thread changed when the branch was used.", "Write to `thread` only.")
    return None


_SCENARIOS = (
    Scenario("'its' is understood", 2, _pronoun_wrong),
    Scenario("A long history", 2, _long_history_wrong),
    Scenario("A branch", 1, _branch_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_scenarios(_SCENARIOS, inputs, observation)
