"""Part 05.3: a click is answered, and only with what is the clicker's own; the verdict."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.p3_clicks import click_plan
from chatlab.lessons.l05_events.recording import same_words
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """First what happened to the tasks, then what was said about it."""
    if "unmade" in seen:
        return [explain_unmade("ClickableServer", seen["unmade"])]
    for turn in seen["opened"]:
        if wrong := turn_problem("send('Show my tasks')", turn):
            return [wrong]
    wrong = _tasks_wrong(inputs, seen["clicks"]) or _replies_wrong(inputs, seen["clicks"])
    return [wrong or passed(3, "A click completes what is the clicker's own, and nothing else.")]


def _tasks_wrong(inputs: dict[str, Any], clicks: list[Any]) -> Finding | None:
    id, (one, two) = inputs["first_id"], inputs["names"]
    looks: list[tuple[set[int], Callable[[str, set[int]], Finding]]] = [
        ({id + 1}, _own_wrong(one, id + 1)),
        ({id + 1}, _other_wrong(one, two)),
        ({id + 1}, _forged_wrong(one, two)),
        ({id + 1}, _unknown_wrong),
        ({id + 1}, _snooze_wrong),
        ({id + 1, id + 3}, _own_wrong(two, id + 3)),
    ]
    for (who, action), click, (wanted, say) in zip(click_plan(inputs), clicks, looks, strict=True):
        called = f"{who} clicks {action.type} {action.payload}"
        if set(click["done"]) != wanted:
            return _trouble(called, click) or say(called, set(click["done"]))
        if action.type != "snooze" and (wrong := _trouble(called, click)):
            return wrong
    return None


def _trouble(called: str, click: dict[str, Any]) -> Finding | None:
    raised = click["raised"]
    if raised and raised["type"] == "NotImplementedError":
        return failed(
            f"{called}: there is no action() to answer with.",
            "Is it spelled `action`, and indented below the class?",
        )
    if raised and raised["type"] == "NotFoundError":
        return failed(
            f"{called}: the turn ended in an error, where it should have ended in an answer.",
            "Catch NotFoundError around your call, and say in a message: there is no such task.",
        )
    if wrong := turn_problem(called, click):
        said, next = (
            text.replace("respond()", "action()") for text in (wrong.message, wrong.next_step)
        )
        return replace(wrong, message=said, next_step=next)
    return None


def _own_wrong(who: str, id: int) -> Callable[[str, set[int]], Finding]:
    def say(called: str, done: set[int]) -> Finding:
        if id in done:
            return failed(
                f"{called}: other tasks are done now, too: {sorted(done)}.",
                "Only the one whose button was clicked: its id is in action.payload.",
            )
        return failed(
            f"{called}: task {id} is {who}'s, and it is still open.",
            'Call await self.book.complete(context.user_id, action.payload["id"]).',
        )

    return say


def _other_wrong(one: str, two: str) -> Callable[[str, set[int]], Finding]:
    def say(called: str, _done: set[int]) -> Finding:
        return failed(
            f"{called}: that task is {two}'s, and now it is done.",
            f"An id in a click is only what {one} sent. Ask for context.user_id's own task.",
        )

    return say


def _forged_wrong(one: str, two: str) -> Callable[[str, set[int]], Finding]:
    def say(called: str, _done: set[int]) -> Finding:
        return failed(
            f"{called}: your server believed it, and {two}'s task is done.",
            f"{one} wrote that payload. Who clicks is in the context, and nowhere else.",
        )

    return say


def _unknown_wrong(called: str, done: set[int]) -> Finding:
    return failed(
        f"{called}: there is no such task, and now {sorted(done)} are done.", "Leave them."
    )


def _snooze_wrong(called: str, _done: set[int]) -> Finding:
    return failed(
        f"{called}: it asked for something else, and the task is done.",
        "Every click of the thread comes to action(): look at action.type first.",
    )


def _replies_wrong(inputs: dict[str, Any], clicks: list[Any]) -> Finding | None:
    done, other, forged, unknown, _, _ = map(reply_text, clicks)
    (one, two), titles = inputs["names"], inputs["titles"]
    if titles[1] not in done:
        return failed(
            f"{one} completes {titles[1]!r}, and the reply is {shorten(done)}.",
            "`complete` gives you the task: name its title in a message.",
        )
    for what, got in ((f"{two}'s task", other), ("a task that is not there", unknown)):
        if not got.strip():
            return failed(
                f"{one} clicks on {what}, and nothing is said.",
                "Silence looks broken. Say that there is no such task.",
            )
        if titles[3] in got:
            return failed(
                f"{one} clicks on {two}'s task and reads its title: {shorten(got)}.",
                "What is not theirs does not exist for them: say that there is no such task.",
            )
        if same_words(got, done):
            return failed(
                f"{one} clicks on {what}, and the reply is {shorten(got)}, as if it had worked.",
                "Nothing was completed. Say that there is no such task.",
            )
    if not (same_words(other, unknown) and same_words(forged, unknown)):
        return failed(
            f"{two}'s task gets {shorten(other)}, an unknown one {shorten(unknown)}.",
            f"Whoever compares the two knows what {two} has. Give both the same answer.",
        )
    return None
