"""Part 10.4, judged: what was stored and answered after a stop, a failing tool, and a restart."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p4_survives import SECRET_PATH
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_scenarios,
    reply_wrong,
    tool_statuses,
)
from chatlab.lessons.support.explain import explain_exception

__all__ = ["judge"]


def _stop_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """The partial reply must be stored, each tool run once, and the next question answered."""
    if not observation["pieces"]:
        return failed("Nothing was said that could be stopped.", "Yield the reply in pieces.")
    if observation["pieces_of_a_whole"] < 2:
        return failed(
            "The reply came in one piece: there was nothing to stop in the middle of.",
            "Yield it word by word.",
        )
    roles = [item["role"] for item in observation["items"]]
    if roles == ["user", "assistant"]:
        return failed(
            "The customer stopped you at your first word, but the tool had not run yet.",
            "The tool first, then the reply: then customers have their task even if they stop "
            "you while you speak.",
        )
    if observation["raised"]:
        return failed(
            f"You were stopped, and went on: {observation['raised']}.",
            "Let a stop through: catch no CancelledError and no GeneratorExit, use no bare except.",
        )
    if roles != ["user", "tool", "assistant"] or observation["items"][-1]["status"] != "incomplete":
        return failed(
            f"After the stop the thread holds {roles}, the last one "
            f"{observation['items'][-1]['status'] if observation['items'] else 'missing'}.",
            "What was said before the stop is kept as it is: yield each piece once, and store "
            "nothing yourself.",
        )
    if observation["tasks"] != 2:
        return failed(
            f"Two tasks were asked for; there are {observation['tasks']}.", "Create a task once."
        )
    return reply_wrong(
        '"What\'s its priority?" after the stop', observation["asked"], [inputs["priority"]]
    )


def _failing_tool_wrong(_inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """The tool must show as failed; the reply must explain it and keep the exception's text out."""
    for said, turn, mended in zip(
        observation["said"], observation["failed"], observation["mended"], strict=True
    ):
        if wrong := _failed_turn_wrong(f"{said!r} with a book that fails", turn, mended):
            return wrong
    return None


def _failed_turn_wrong(called: str, turn: dict[str, Any], mended: dict[str, Any]) -> Finding | None:
    if turn["raised"] is not None and turn["raised"]["type"] != "OSError":
        return explain_exception(called, turn["raised"])
    if turn["raised"] is not None:
        return failed(
            f"{called}: respond() raised {turn['raised']['type']}, and the chat broke off.",
            "Catch what the tool raises: yield 'failed', then explain in words.",
        )
    statuses = [status for _, status in tool_statuses(turn)]
    if statuses != ["running", "failed"]:
        return failed(
            f"{called}: the tool went through {statuses}.",
            "running, then failed: a chip must not stay on running, and must not lie.",
        )
    if wrong := reply_wrong(called, turn, []):
        return wrong
    if SECRET_PATH in str(turn["events"]):
        return failed(
            f"{called}: the customer was shown {SECRET_PATH!r}.",
            "What an exception says is for your log. Say in your own words what happened.",
        )
    if wrong := reply_wrong("The same once more, after it was mended", mended, []):
        return wrong
    if turn["reply"] == mended["reply"]:
        return failed(
            f"{called}: the reply is {turn['reply'][:60]!r}, the same as when it worked.",
            "Nothing was changed, and the customer has to know: explain that it did not work.",
        )
    return None


def _restart_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """`it` and the button must still work after the restart."""
    if wrong := reply_wrong('"What\'s its priority?" after a restart', observation["its"], []):
        return wrong
    if inputs["priority"] not in observation["its"]["reply"].lower():
        return failed(
            f'After a restart, "its" was not known: {observation["its"]["reply"][:60]!r}.',
            "Another process has another self. What the conversation was about is in the thread.",
        )
    if observation["asked"]["raised"] is not None:
        return explain_exception("Asking to delete", observation["asked"]["raised"])
    if "click" not in observation:
        return failed("There was no button to click after the restart.", "See 'Delete asks first'.")
    if wrong := reply_wrong("The click after a restart", observation["click"], []):
        return wrong
    if observation["left"] != 0:
        return failed(
            "The confirming button did nothing after a restart.",
            "The action's payload must say everything that action() needs: the task's number.",
        )
    return None


_SCENARIOS = (
    Scenario("Stopped midway", 2, _stop_wrong),
    Scenario("A failing tool", 2, _failing_tool_wrong),
    Scenario("A restart in the middle", 1, _restart_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_scenarios(_SCENARIOS, inputs, observation)
