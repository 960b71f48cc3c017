"""Part 10.4: the TaskManager survives a stop, a tool that fails, and a restart; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p4_survives import SECRET_PATH
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_all,
    missing_words,
    tools_of,
)
from chatlab.lessons.support.dialogue import explain_exception

__all__ = ["judge"]


def stopped_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """What was said is kept, the tool ran once, and the talk goes on."""
    if not seen["pieces"]:
        return failed("Nothing was said that could be stopped.", "Yield the reply in pieces.")
    if seen["pieces_of_a_whole"] < 2:
        return failed(
            "The reply came in one piece: there was no midway to stop at.",
            "Yield it word by word.",
        )
    roles = [item["role"] for item in seen["items"]]
    if roles != ["user", "tool", "assistant"] or seen["items"][-1]["status"] != "incomplete":
        return failed(
            f"After the stop the thread holds {roles}, the last one "
            f"{seen['items'][-1]['status'] if seen['items'] else 'missing'}.",
            "Let a stop through: catch no CancelledError and no GeneratorExit, use no bare except.",
        )
    if seen["tasks"] != 2:
        return failed(
            f"Two tasks were asked for; there are {seen['tasks']}.", "Create a task once."
        )
    return missing_words(
        '"What\'s its priority?" after the stop', seen["asked"], [inputs["priority"]]
    )


def failing_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """The chip says failed, the reply explains, nothing inside is told."""
    turn = seen["failed"]
    called = f"'Set {inputs['first_id']} to {inputs['priority']}' with a book that fails"
    if turn["raised"] is not None and turn["raised"]["type"] != "OSError":
        return explain_exception(called, turn["raised"])
    if turn["raised"] is not None:
        return failed(
            f"{called}: respond() raised {turn['raised']['type']}, and the chat broke off.",
            "Catch what the tool raises: yield 'failed', then explain in words.",
        )
    statuses = [status for _, status in tools_of(turn)]
    if statuses != ["running", "failed"]:
        return failed(
            f"{called}: the tool went through {statuses}.",
            "running, then failed: a chip must not stay on running, and must not lie.",
        )
    if wrong := missing_words(called, turn, []):
        return wrong
    if SECRET_PATH in str(turn["events"]):
        return failed(
            f"{called}: the customer was shown {SECRET_PATH!r}.",
            "What an exception says is for your log. Say in your own words what happened.",
        )
    return missing_words("The same once more, after it was mended", seen["mended"], [])


def restart_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    """The conversation and the button work on."""
    if wrong := missing_words('"What\'s its priority?" after a restart', seen["its"], []):
        return wrong
    if inputs["priority"] not in seen["its"]["reply"].lower():
        return failed(
            f'After a restart, "its" was not known: {seen["its"]["reply"][:60]!r}.',
            "Another process has another self. What was spoken of is in the thread.",
        )
    if seen["asked"]["raised"] is not None:
        return explain_exception("Asking to delete", seen["asked"]["raised"])
    if "click" not in seen:
        return failed("There was no button to click after the restart.", "See 'Delete asks first'.")
    if wrong := missing_words("The click after a restart", seen["click"], []):
        return wrong
    if seen["left"] != 0:
        return failed(
            "The confirming button did nothing after a restart.",
            "The action's payload must say everything that action() needs: the task's number.",
        )
    return None


_SCENARIOS = (
    Scenario("Stopped midway", 2, stopped_wrong),
    Scenario("A failing tool", 2, failing_wrong),
    Scenario("A restart in the middle", 1, restart_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_all(_SCENARIOS, inputs, observation)
