"""Part 10.2: the TaskManager remembers what this thread spoke of; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p2_remembers import ASK, OTHER, REMARKS
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_all,
    missing_words,
)

__all__ = ["judge"]


def its_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """`it` is the task of this thread; where there is none, the TaskManager asks."""
    mine, other = inputs["priority"], OTHER[inputs["priority"]]
    called = f'"{ASK}"'
    if wrong := missing_words(called, seen["asked"], []):
        return wrong
    answer = seen["asked"]["reply"].lower()
    if mine not in answer and other in answer:
        return failed(
            f"{called} was answered with the priority of another thread's task.",
            "Look in this thread for the last tool item that names a task; keep nothing on self.",
        )
    if wrong := missing_words(called, seen["asked"], [mine]):
        return wrong
    if [task["done"] for task in seen["tasks"]] != [True, False]:
        return failed(
            "'Complete it' in the first thread: afterwards the tasks are done="
            f"{[task['done'] for task in seen['tasks']]}.",
            "`it` means the same for every command: find its number first.",
        )
    if wrong := missing_words(f"{called} in a new thread", seen["empty"], []):
        return wrong
    if any(word in seen["empty"]["reply"].lower() for word in (mine, other)):
        return failed(
            f"{called} in a new thread was answered with {seen['empty']['reply'][:60]!r}.",
            "This thread has spoken of no task. Ask which one is meant.",
        )
    return None


def long_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """It is still known."""
    called = f'"{ASK}", {2 * REMARKS} items later'
    if wrong := missing_words(called, seen["asked"], []):
        return wrong
    if inputs["priority"] not in seen["asked"]["reply"].lower():
        return failed(
            f"{called}, was answered with {seen['asked']['reply'][:60]!r}.",
            "thread.history holds the newest 50 items. The store has them all: read on, page by "
            "page, newest first.",
        )
    return None


def branch_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """In the branch it is the first task; in the old thread still the second."""
    first, second = inputs["priority"], OTHER[inputs["priority"]]
    for where, turn, wanted in (
        ("in a branch from before the second task", seen["there"], first),
        ("in the old thread", seen["here"], second),
    ):
        called = f'"{ASK}" {where}'
        if wrong := missing_words(called, turn, []):
            return wrong
        if wanted not in turn["reply"].lower():
            return failed(
                f"{called} was answered with {turn['reply'][:60]!r}.",
                "A branch has its own items, with new ids. What was spoken of is in them, and "
                "nowhere else.",
            )
    if not seen["untouched"]:
        return failed("The old thread changed when the branch was used.", "Write to `thread` only.")
    return None


_SCENARIOS = (
    Scenario("'its' is understood", 2, its_wrong),
    Scenario("A long history", 2, long_wrong),
    Scenario("A branch", 1, branch_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_all(_SCENARIOS, inputs, observation)
