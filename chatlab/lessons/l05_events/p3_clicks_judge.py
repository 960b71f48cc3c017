"""Judges part 05.3: which tasks are done after each click, and what the replies say."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.p3_clicks import planned_clicks
from chatlab.lessons.l05_events.recording import is_same_wording
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """First which tasks were completed, then what was replied."""
    if "unmade" in observation:
        return [explain_no_server("ClickableServer", observation["unmade"])]
    for turn in observation["opened"]:
        if wrong := turn_wrong("send('Show my tasks')", turn):
            return [wrong]
    clicks = observation["clicks"]
    wrong = _tasks_wrong(inputs, clicks) or _replies_wrong(inputs, clicks)
    return [wrong or passed(3, "A click completes the clicker's own task, and nothing else.")]


def _tasks_wrong(inputs: dict[str, Any], clicks: list[Any]) -> Finding | None:
    first_id, (first_user, second_user) = inputs["first_id"], inputs["names"]
    expectations: list[tuple[set[int], Callable[[str, set[int]], Finding]]] = [
        ({first_id + 1}, _own_task_explainer(first_user, first_id + 1)),
        ({first_id + 1}, _other_task_explainer(first_user, second_user)),
        ({first_id + 1}, _forged_user_explainer(first_user, second_user)),
        ({first_id + 1}, _explain_unknown_task),
        ({first_id + 1}, _explain_snooze),
        ({first_id + 1, first_id + 3}, _own_task_explainer(second_user, first_id + 3)),
    ]
    for (user_id, action), click, (expected_done, explain) in zip(
        planned_clicks(inputs), clicks, expectations, strict=True
    ):
        called = f"{user_id} clicks {action.type} {action.payload}"
        if set(click["done"]) != expected_done:
            return _turn_wrong(called, click) or explain(called, set(click["done"]))
        if action.type != "snooze" and (wrong := _turn_wrong(called, click)):
            return wrong
    return None


def _turn_wrong(called: str, click: dict[str, Any]) -> Finding | None:
    error = click["raised"]
    if error and error["type"] == "NotImplementedError":
        return failed(
            f"{called}: there is no action() to answer with.",
            "Is it spelled `action`, and indented below the class?",
        )
    if error and error["type"] == "NotFoundError":
        return failed(
            f"{called}: the turn ended in an error, where it should have ended in an answer.",
            "Catch NotFoundError around your call, and say in a message: there is no such task.",
        )
    if wrong := turn_wrong(called, click):
        message, next_step = (
            text.replace("respond()", "action()") for text in (wrong.message, wrong.next_step)
        )
        return replace(wrong, message=message, next_step=next_step)
    return None


# Each of these makes the finding for a click after which the wrong tasks are done.


def _own_task_explainer(user_id: str, task_id: int) -> Callable[[str, set[int]], Finding]:
    def explain(called: str, done: set[int]) -> Finding:
        if task_id in done:
            return failed(
                f"{called}: other tasks are done now, too: {sorted(done)}.",
                "Only the one whose button was clicked: its id is in action.payload.",
            )
        return failed(
            f"{called}: task {task_id} is {user_id}'s, and it is still open.",
            'Call await self.book.complete(context.user_id, action.payload["id"]).',
        )

    return explain


def _other_task_explainer(user_id: str, owner: str) -> Callable[[str, set[int]], Finding]:
    def explain(called: str, _done: set[int]) -> Finding:
        return failed(
            f"{called}: that task is {owner}'s, and now it is done.",
            f"An id in a click is only what {user_id} sent. Ask for context.user_id's own task.",
        )

    return explain


def _forged_user_explainer(user_id: str, owner: str) -> Callable[[str, set[int]], Finding]:
    def explain(called: str, _done: set[int]) -> Finding:
        return failed(
            f"{called}: your server believed it, and {owner}'s task is done.",
            f"{user_id} wrote that payload. Who clicks is in the context, and nowhere else.",
        )

    return explain


def _explain_unknown_task(called: str, done: set[int]) -> Finding:
    return failed(
        f"{called}: there is no such task, but now {sorted(done)} are done.", "Leave them."
    )


def _explain_snooze(called: str, _done: set[int]) -> Finding:
    return failed(
        f"{called}: it asked for something else, but the task is done now.",
        "Every click of the thread comes to action(): look at action.type first.",
    )


def _replies_wrong(inputs: dict[str, Any], clicks: list[Any]) -> Finding | None:
    own_reply, other_reply, forged_reply, unknown_reply, _, _ = map(reply_text, clicks)
    (first_user, second_user), titles = inputs["names"], inputs["titles"]
    if titles[1] not in own_reply:
        return failed(
            f"{first_user} completes {titles[1]!r}, and the reply is {shorten(own_reply)}.",
            "`complete` gives you the task: name its title in a message.",
        )
    targets = {f"{second_user}'s task": other_reply, "a task that is not there": unknown_reply}
    for target, reply in targets.items():
        if not reply.strip():
            return failed(
                f"{first_user} clicks on {target}, and nothing is said.",
                "Silence looks broken. Say that there is no such task.",
            )
        if titles[3] in reply:
            return failed(
                f"{first_user} clicks on {second_user}'s task and reads its title: "
                f"{shorten(reply)}.",
                "What is not theirs does not exist for them: say that there is no such task.",
            )
        if is_same_wording(reply, own_reply):
            return failed(
                f"{first_user} clicks on {target}, and the reply is {shorten(reply)}, as if it had "
                "worked.",
                "Nothing was completed. Say that there is no such task.",
            )
    if not (
        is_same_wording(other_reply, unknown_reply) and is_same_wording(forged_reply, unknown_reply)
    ):
        return failed(
            f"{second_user}'s task gets {shorten(other_reply)}, an unknown one "
            f"{shorten(unknown_reply)}.",
            f"Anybody who compares the two knows what {second_user} has. Give both the same "
            "answer.",
        )
    return None
