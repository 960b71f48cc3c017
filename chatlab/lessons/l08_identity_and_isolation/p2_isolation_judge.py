"""Part 08.2: four leaks closed, and everything that belongs to the one who asks still there."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p2_isolation import todo
from chatlab.lessons.support.dialogue import (
    explain_exception,
    explain_unmade,
    shorten,
)

__all__ = ["judge"]

_TOOLS = {
    "thread": "recap",
    "task": "show_task",
    "argument": "list_tasks",
    "existence": "complete_task",
}


_REFUSALS = {"NotFoundError", "PermissionDenied"}


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """A point for each leak that is closed; what belongs to the asker has to work."""
    if "unmade" in seen:
        return [explain_unmade("SafeTaskServer", seen["unmade"])]
    if (why := seen["first"].get("raised")) is not None:
        return [explain_exception(f"send({inputs['said']!r})", why)]
    tools = seen["tools"]
    return [_judged(leak, inputs, tools) for leak in _TOOLS]


def _judged(leak: str, inputs: dict[str, Any], tools: dict[str, Any]) -> Finding:
    tool, name = tools[leak], _TOOLS[leak]
    if todo(tool):
        return failed(f"{name}() is not started.", "Write it where it says TODO.")
    if wrong := _crashed(tool, inputs) or _leaked(leak, tool, inputs):
        return wrong
    if wrong := _own_wrong(leak, tool, inputs):
        return wrong
    if leak == "existence" and (wrong := _told(inputs, tools)):
        return wrong
    return passed(1, f"{name}() keeps {inputs['owner']}'s things for {inputs['owner']}.")


def _crashed(tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    for who, one in (("own", "owner"), ("theirs", "other"), ("none", "other")):
        why = tool[who]["raised"]
        if why is not None and why["type"] not in _REFUSALS:
            what = tool["words"] if who != "none" else f"{tool['words']} (an unknown one)"
            return explain_exception(f"{inputs[one]} said {what!r}: it", why)
    return None


def _leaked(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, other, theirs = inputs["owner"], inputs["other"], tool["theirs"]
    out = any(canary in theirs["events"] for canary in inputs["canaries"])
    match leak:
        case "thread" if out:
            return failed(
                f"{other} knew the id of {owner}'s thread, and read what was said there.",
                "Ids get shared; check the owner: await self.thread(thread_id, context) does.",
            )
        case "task" if out:
            return failed(
                f"{other} said 'Show task {tool['its']}' and saw a task of {owner}.",
                f"We know who {other} is, not what they may do. Ask the book for a task of "
                "context.user_id.",
            )
        case "argument" if out:
            return failed(
                f"{other} said 'List tasks of {owner}' and got them.",
                "The name comes from whoever types it. Only the badge says who asks: "
                "context.user_id.",
            )
        case "argument" if owner in theirs["left"]:
            return failed(
                f"{other} said 'List tasks of {owner}'. You loaded them, then threw them away: "
                f"{owner}'s rows have already left the database.",
                "Ask only for what this user may see: self.book.list(context.user_id).",
            )
        case "existence" if theirs["done"]:
            return failed(
                f"{other} said 'Complete task {tool['its']}', and {owner}'s task is done now.",
                "We know who they are, not what they may do: complete(context.user_id, ...) looks.",
            )
        case _:
            return None


def _own_wrong(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, own = inputs["owner"], tool["own"]
    said, *titles = inputs["canaries"]
    wanted = {"thread": [said], "task": titles[:1], "argument": titles, "existence": []}[leak]
    if wanted and f"'{tool['its']}'" in own["answer"] and leak == "task":
        return failed(
            f"{owner} said {shorten(tool['words'])} and heard {shorten(own['answer'])}.",
            "The argument is a text, the book counts in numbers: int(task_id).",
        )
    if missing := [canary for canary in wanted if canary not in own["answer"]]:
        return failed(
            f"{owner} said {shorten(tool['words'])} and got {shorten(own['answer'])}: "
            f"{missing[0]} is missing.",
            "What is the asker's own must still be there.",
        )
    if leak == "existence" and not own["done"]:
        return failed(
            f"{owner} said {shorten(tool['words'])}, and her or his own task is not done.",
            "Complete it for context.user_id.",
        )
    if leak == "argument" and inputs["others_title"] not in tool["mine"].get("answer", ""):
        return failed(
            f"{inputs['other']} listed their own tasks and got "
            f"{shorten(tool['mine'].get('answer', ''))}.",
            "List the tasks of context.user_id.",
        )
    return None


def _told(inputs: dict[str, Any], tools: dict[str, Any]) -> Finding | None:
    """Whether any answer differs between somebody's thing and nobody's."""
    for tool in tools.values():
        if todo(tool):
            continue
        theirs, none = tool["theirs"], tool["none"]
        if any(canary in theirs["events"] for canary in inputs["canaries"]):
            continue
        if (theirs["alike"], _kind(theirs)) != (none["alike"], _kind(none)):
            return failed(
                f"{inputs['other']} said {shorten(tool['words'])} and heard "
                f"{shorten(theirs['answer'])}. For one that nobody has: {shorten(none['answer'])}.",
                "'Forbidden' confirms that it exists. Let both end in the same words.",
            )
    return None


def _kind(one: dict[str, Any]) -> str | None:
    return None if one["raised"] is None else str(one["raised"]["type"])
