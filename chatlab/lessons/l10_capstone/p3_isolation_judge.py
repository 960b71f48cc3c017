"""Part 10.3, judged: what customers saw of each other, which keys were good, who could delete."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p3_isolation import DELETE_PERMISSION, find_button
from chatlab.lessons.l10_capstone.scenarios_judge import (
    Scenario,
    judge_scenarios,
    reply_wrong,
    tool_statuses,
)
from chatlab.lessons.l10_capstone.session_keys_judge import session_keys_wrong
from chatlab.lessons.l10_capstone.tools_judge import tool_status_wrong
from chatlab.lessons.support.explain import explain_exception

__all__ = ["judge"]


def _two_customers_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """Each must have their own task; another's id must be answered like an unknown one."""
    first_title, second_title = inputs["titles"][:2]
    first_user, second_user = inputs["names"]
    for turn in (observation["slow"], observation["quick"]):
        if wrong := reply_wrong("Two customers at once", turn, []):
            return wrong
    titles = [[task["title"] for task in book] for book in observation["books"]]
    if titles != [[first_title], [second_title]]:
        return failed(
            f"{first_user} and {second_user} spoke at once; their books hold {titles[0]} "
            f"and {titles[1]}.",
            "One server serves everybody: what belongs to a turn is in its parameters, not on "
            "self.",
        )
    if second_title.lower() in observation["slow"]["reply"].lower():
        return failed(
            f"{first_user} was told of the task of {second_user}.",
            "Keep nothing about a turn on self.",
        )
    [task] = observation["books"][0]
    if task["done"] or task["priority"] != "normal":
        return failed(
            f"{second_user} changed a task of {first_user}.",
            "Look tasks up for context.user_id, always.",
        )
    for other_turn, unknown_turn in observation["tried"]:
        if find_button(other_turn) is not None and not other_turn["reply"].strip():
            return failed(
                f"{second_user}, who asked to delete the task of {first_user}, was shown a button "
                "and told nothing.",
                "There is nothing to confirm: say that there is no such task, as for the others.",
            )
        if wrong := reply_wrong(
            f"{second_user}, asking for the task of {first_user}", other_turn, []
        ):
            return wrong
        if _visible_text(other_turn, observation["theirs"]) != _visible_text(unknown_turn, 999_999):
            return failed(
                f"{second_user} can tell a task of {first_user} from one that never existed: "
                f"{other_turn['reply'][:40]!r}, {unknown_turn['reply'][:40]!r}.",
                "The same words for both: there is no such task.",
            )
    return None


def _visible_text(turn: dict[str, Any], task_id: int) -> list[str]:
    """All that a customer can see of the turn; the id they asked for is replaced by N."""
    shown = [str(event.get("detail") or event.get("content") or "") for event in turn["events"]]
    kinds = [f"{event['type']} {event.get('status', '')}" for event in turn["events"]]
    return [text.replace(str(task_id), "N") for text in ("".join(shown), *kinds)]


def _confirmed_delete_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """Only a click of the owner with the permission may delete, and a second one do no harm."""
    task_id = inputs["first_id"]
    called = f"'Delete {task_id}'"
    if wrong := reply_wrong(f"{called} without the permission", observation["may_not"], []):
        return wrong
    if find_button(observation["may_not"]) is not None:
        return failed(
            f"{called} without the permission was given a button.",
            f"First context.require({DELETE_PERMISSION!r}); it raises PermissionDenied.",
        )
    if observation["left"] != 1:
        return failed(
            f"{called}: the task was gone before anybody confirmed.",
            "Only ask: yield a Widget with a button. Delete in action().",
        )
    if observation["asked"]["raised"] is not None:
        return explain_exception(f"{called} with the permission", observation["asked"]["raised"])
    if "click" not in observation:
        return failed(
            f"{called} with the permission: there was no button to confirm with.",
            "Yield a Widget whose first button confirms.",
        )
    if observation["still"] != 1:
        return failed(
            "A click by somebody who may not delete the task deleted it.",
            "Users can send any action: check the permission and the owner in action(), too.",
        )
    if (error := observation["click"]["raised"]) is not None or observation["gone"] != 0:
        outcome = f"raised {error['type']}: {error['message'][:80]}" if error else "changed nothing"
        return failed(
            f"The click on the first button {outcome}.",
            "The first button has to be the one that confirms; action() then deletes the task.",
        )
    for click in ("weak", "other", "click", "again"):
        if wrong := reply_wrong("A click on the confirming button", observation[click], []):
            return wrong
    return _click_shown_wrong(observation)


def _click_shown_wrong(observation: dict[str, Any]) -> Finding | None:
    """The tool is seen when a click deletes, and who may not is told so."""
    if ("delete_task", "completed") in tool_statuses(observation["asked"]):
        return failed(
            "'Delete' showed delete_task as completed, but nothing is deleted before the click.",
            "Show the tool in action(), where it is used.",
        )
    if wrong := tool_status_wrong("The confirming click", observation["click"], "delete_task"):
        return wrong
    for click in ("weak", "other"):
        turn = observation[click]
        if ("delete_task", "completed") in tool_statuses(turn):
            return failed(
                "A click by somebody who may not delete the task shows delete_task as completed.",
                "A chip must not lie: check first, and show a tool only when it is used.",
            )
        if turn["reply"] == observation["click"]["reply"]:
            return failed(
                f"A click of somebody who may not delete it is answered {turn['reply'][:50]!r}, "
                "as if it had been done.",
                "Whoever may not do it is told so, in words.",
            )
    return None


_SCENARIOS = (
    Scenario("Two customers at once", 2, _two_customers_wrong),
    Scenario("Session keys", 2, session_keys_wrong),
    Scenario("Delete asks first", 1, _confirmed_delete_wrong),
)


def judge(inputs: dict[str, Any], observation: list[Any]) -> list[Finding]:
    """A finding for each scenario."""
    return judge_scenarios(_SCENARIOS, inputs, observation)
