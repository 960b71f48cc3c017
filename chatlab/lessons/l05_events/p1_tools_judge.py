"""Part 05.1: a tool at work, and how it ended, for everybody to see; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l05_events.recording import (
    broke_off,
    late,
    mark_of,
    same_words,
)
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Running before the tool, how it ended after it, and the reply last."""
    if "unmade" in seen:
        return [explain_unmade("VisibleTools", seen["unmade"])]
    (one, two), titles, turns = inputs["names"], inputs["titles"], seen["turns"]
    number = inputs["first_id"]
    good: list[tuple[str, str, int, dict[str, Any]]] = []
    for place, (who, title, turn) in enumerate(zip((one, two, one), titles, turns, strict=True)):
        if place != inputs["fails"]:
            good.append((who, title, number, turn))
            number += 1
    for who, title, id, turn in good:
        called = f"send({title!r})"
        wrong = _tool_wrong(called, who, title, turn, "completed")
        if wrong := wrong or _reply_wrong(called, title, id, turn):
            return [wrong]
    bad = turns[inputs["fails"]]
    title = titles[inputs["fails"]]
    called = f"send({title!r}), when the tool fails"
    who = (one, two, one)[inputs["fails"]]
    wrong = _tool_wrong(called, who, title, bad, "failed")
    if wrong := wrong or _excuse_wrong(called, bad, reply_text(good[0][3])):
        return [wrong]
    return [passed(3, "Everybody sees the tool start and end, and the reply comes last.")]


def _tool_wrong(
    called: str, who: str, title: str, turn: dict[str, Any], ending: str
) -> Finding | None:
    raised = turn["raised"]
    if raised and raised["type"] == "ConnectionError":
        return broke_off(called, "tool", "its chip")
    wrong = turn_problem(called, turn) or _calls_wrong(called, who, title, turn["calls"])
    return wrong or _chip_wrong(called, turn, ending) or _order_wrong(called, turn)


def _calls_wrong(called: str, who: str, title: str, calls: list[Any]) -> Finding | None:
    if not calls:
        return failed(
            f"{called}: the tool was never called.",
            "Between running and completed: await self.create_task(context.user_id, ...).",
        )
    if len(calls) > 1:
        return failed(f"{called}: the tool was called {len(calls)} times.", "Once is enough.")
    if calls[0] != [who, title]:
        return failed(
            f"{called}: the tool was called with {shorten(str(tuple(calls[0])))}.",
            "It wants the one who asks, context.user_id, and the title, input.content.",
        )
    return None


def _tools(turn: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    events = enumerate(turn["events"])
    return [(place, event) for place, event in events if event["type"] == "tool_status"]


def _chip_wrong(called: str, turn: dict[str, Any], ending: str) -> Finding | None:
    tools = _tools(turn)
    if not tools:
        return failed(
            f"{called}: no ToolStatus came, so nobody saw the tool at work.",
            'Yield ToolStatus(tool="create_task", status="running", detail=...) before the call.',
        )
    statuses = [event["status"] for _, event in tools]
    if "running" not in statuses:
        return failed(
            f"{called}: it said {statuses[0]}, and never running.",
            "While the tool works, the user looks at nothing. Say running before you call it.",
        )
    ends = [status for status in statuses if status != "running"]
    if not ends:
        return failed(
            f"{called}: running was never followed by {ending}: the chip is stuck.",
            f'Yield a second ToolStatus when you know how it ended: status="{ending}".',
        )
    if len(ends) > 1:
        return failed(
            f"{called}: one call ended {len(ends)} times: {', '.join(ends)}.",
            "A call ends once. try/except/else keeps the two ends apart; `finally` mixes them.",
        )
    if ends[0] != ending:
        return failed(
            f"{called}: the chip says {ends[0]}.",
            "The tool is what decides: no exception is completed, an exception is failed.",
        )
    if len(statuses) > 2 or len({event["item_id"] for _, event in tools}) > 1:
        return failed(
            f"{called}: that is more than one chip, and one of them stays on running.",
            "Use the same `tool` in both events (and the same `call_id`, if you give one).",
        )
    if silent := [event["status"] for _, event in tools if not event["detail"].strip()]:
        return failed(
            f"{called}: {silent[0]} has no detail.",
            'It is the line that people see: detail="Creating task...".',
        )
    return None


def _order_wrong(called: str, turn: dict[str, Any]) -> Finding | None:
    (start, _), (end, event) = sorted(_tools(turn), key=lambda one: one[1]["status"] != "running")
    began, ended = mark_of(turn, "began"), mark_of(turn, "ended")
    if began is not None and start >= began:
        return failed(
            f"{called}: running came when the tool had already been called.",
            "By then the wait is over. Yield running first, then call the tool.",
        )
    if ended is None or end < ended:
        return failed(
            f"{called}: {event['status']} came before the tool had ended.",
            "You cannot know that yet. Await the tool first, then say how it ended.",
        )
    if not late(turn, end).strip():
        return _no_reply(called, turn, event["status"])
    return None


def _no_reply(called: str, turn: dict[str, Any], ending: str) -> Finding:
    if reply_text(turn).strip():
        return failed(
            f"{called}: the reply came before {ending}.",
            "It promises what is not known yet. The reply comes last.",
        )
    if ending == "failed":
        return failed(
            f"{called}: the chip says failed, and then there is silence.",
            "A failure that is swallowed leaves people waiting: say what happened, in a message.",
        )
    return failed(
        f"{called}: no reply came.", "A chip is no answer. Yield an AssistantMessage, too."
    )


def _reply_wrong(called: str, title: str, id: int, turn: dict[str, Any]) -> Finding | None:
    got = reply_text(turn)
    if title in got and str(id) in got:
        return None
    return failed(
        f"{called}: the reply names {title!r} and the id {id}; got {shorten(got)}.",
        "`await self.create_task(...)` gives you the task: it has a title and an id.",
    )


def _excuse_wrong(called: str, turn: dict[str, Any], usual: str) -> Finding | None:
    if not same_words(reply_text(turn), usual):
        return None
    return failed(
        f"{called}: the reply is {shorten(reply_text(turn))}, as if it had worked.",
        "There is no task. Say so, in the except branch.",
    )
