"""Judges part 05.1: the calls of the tool, its ToolStatus events, and the reply after them."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.recording import (
    count_events_before,
    explain_escaped_failure,
    is_same_wording,
    text_after,
)
from chatlab.lessons.support.explain import explain_no_server, shorten, turn_wrong
from chatlab.lessons.support.server_turns import reply_text

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Running comes before the tool runs, its end after it, and the reply last."""
    if "unmade" in observation:
        return [explain_no_server("VisibleTools", observation["unmade"])]
    first_user, second_user = inputs["names"]
    senders = (first_user, second_user, first_user)
    titles, turns = inputs["titles"], observation["turns"]
    next_task_id = inputs["first_id"]
    successes: list[tuple[str, str, int, dict[str, Any]]] = []
    for index, (user_id, title, turn) in enumerate(zip(senders, titles, turns, strict=True)):
        if index != inputs["fails"]:
            successes.append((user_id, title, next_task_id, turn))
            next_task_id += 1
    for user_id, title, task_id, turn in successes:
        called = f"send({title!r})"
        wrong = _tool_wrong(called, user_id, title, turn, "completed")
        if wrong := wrong or _reply_wrong(called, title, task_id, turn):
            return [wrong]
    failing_turn = turns[inputs["fails"]]
    title = titles[inputs["fails"]]
    called = f"send({title!r}), when the tool fails"
    user_id = senders[inputs["fails"]]
    wrong = _tool_wrong(called, user_id, title, failing_turn, "failed")
    if wrong := wrong or _failure_reply_wrong(called, failing_turn, reply_text(successes[0][3])):
        return [wrong]
    return [passed(3, "Everybody sees the tool start and end, and the reply comes last.")]


def _tool_wrong(
    called: str, user_id: str, title: str, turn: dict[str, Any], final_status: str
) -> Finding | None:
    error = turn["raised"]
    if error and error["type"] == "ConnectionError":
        return explain_escaped_failure(called, "tool", "its chip")
    wrong = turn_wrong(called, turn) or _calls_wrong(called, user_id, title, turn["calls"])
    return wrong or _chip_wrong(called, turn, final_status) or _order_wrong(called, turn)


def _calls_wrong(called: str, user_id: str, title: str, calls: list[Any]) -> Finding | None:
    if not calls:
        return failed(
            f"{called}: the tool was never called.",
            "Between running and completed: await self.create_task(context.user_id, ...).",
        )
    if len(calls) > 1:
        return failed(f"{called}: the tool was called {len(calls)} times.", "Once is enough.")
    if calls[0] != [user_id, title]:
        return failed(
            f"{called}: the tool was called with {shorten(str(tuple(calls[0])))}.",
            "It takes the user who is asking, context.user_id, and the title, input.content.",
        )
    return None


def _indexed_tool_events(turn: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """The ToolStatus events of the turn, each with its index among all events."""
    events = enumerate(turn["events"])
    return [(index, event) for index, event in events if event["type"] == "tool_status"]


def _chip_wrong(called: str, turn: dict[str, Any], final_status: str) -> Finding | None:
    tool_events = _indexed_tool_events(turn)
    if not tool_events:
        return failed(
            f"{called}: no ToolStatus came, so nobody saw the tool at work.",
            'Yield ToolStatus(tool="create_task", status="running", detail=...) before the call.',
        )
    statuses = [event["status"] for _, event in tool_events]
    if "running" not in statuses:
        return failed(
            f"{called}: it said {statuses[0]}, and never running.",
            "While the tool works, the user looks at nothing. Say running before you call it.",
        )
    final_statuses = [status for status in statuses if status != "running"]
    if not final_statuses:
        return failed(
            f"{called}: running was never followed by {final_status}: the chip is stuck.",
            f'Yield a second ToolStatus when you know how it ended: status="{final_status}".',
        )
    if len(final_statuses) > 1:
        return failed(
            f"{called}: one call ended {len(final_statuses)} times: {', '.join(final_statuses)}.",
            "A call ends once. try/except/else keeps the two ends apart; `finally` mixes them.",
        )
    if final_statuses[0] != final_status:
        return failed(
            f"{called}: the chip says {final_statuses[0]}.",
            "The tool decides: without an exception it is completed, with one it has failed.",
        )
    if len(statuses) > 2 or len({event["item_id"] for _, event in tool_events}) > 1:
        return failed(
            f"{called}: that is more than one chip, and one of them stays on running.",
            "Use the same `tool` in both events (and the same `call_id`, if you give one).",
        )
    bare_statuses = [event["status"] for _, event in tool_events if not event["detail"].strip()]
    if bare_statuses:
        return failed(
            f"{called}: {bare_statuses[0]} has no detail.",
            'It is the line that people see: detail="Creating task...".',
        )
    return None


def _order_wrong(called: str, turn: dict[str, Any]) -> Finding | None:
    """Takes turns in which `_chip_wrong` found nothing: one running event and one final one."""
    (running_index, _), (final_index, final_event) = sorted(
        _indexed_tool_events(turn), key=lambda pair: pair[1]["status"] != "running"
    )
    events_before_start = count_events_before(turn, "began")
    events_before_end = count_events_before(turn, "ended")
    if events_before_start is not None and running_index >= events_before_start:
        return failed(
            f"{called}: running came when the tool had already been called.",
            "By then the wait is over. Yield running first, then call the tool.",
        )
    if events_before_end is None or final_index < events_before_end:
        return failed(
            f"{called}: {final_event['status']} came before the tool had ended.",
            "You cannot know that yet. Await the tool first, then say how it ended.",
        )
    if not text_after(turn, final_index).strip():
        return _explain_missing_reply(called, turn, final_event["status"])
    return None


def _explain_missing_reply(called: str, turn: dict[str, Any], final_status: str) -> Finding:
    if reply_text(turn).strip():
        return failed(
            f"{called}: the reply came before {final_status}.",
            "It promises something that is not known yet. The reply comes last.",
        )
    if final_status == "failed":
        return failed(
            f"{called}: the chip says failed, and then there is silence.",
            "A failure that is swallowed leaves people waiting: say what happened, in a message.",
        )
    return failed(
        f"{called}: no reply came.", "A chip is not an answer. Yield an AssistantMessage too."
    )


def _reply_wrong(called: str, title: str, task_id: int, turn: dict[str, Any]) -> Finding | None:
    got = reply_text(turn)
    if title in got and str(task_id) in got:
        return None
    return failed(
        f"{called}: the reply names {title!r} and the id {task_id}; got {shorten(got)}.",
        "`await self.create_task(...)` gives you the task: it has a title and an id.",
    )


def _failure_reply_wrong(called: str, turn: dict[str, Any], success_reply: str) -> Finding | None:
    if not is_same_wording(reply_text(turn), success_reply):
        return None
    return failed(
        f"{called}: the reply is {shorten(reply_text(turn))}, as if it had worked.",
        "No task was created. Say so, in the except branch.",
    )
