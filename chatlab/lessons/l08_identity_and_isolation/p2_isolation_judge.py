"""Judges part 08.2: what each command told its owner, and what it told another user."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p2_isolation import is_unwritten
from chatlab.lessons.support.explain import explain_exception, explain_no_server, shorten

__all__ = ["judge"]

_COMMAND_BY_GUARD = {
    "thread": "recap",
    "task": "show_task",
    "argument": "list_tasks",
    "existence": "complete_task",
}


_REFUSAL_ERRORS = {"NotFoundError", "PermissionDenied"}


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """A point for each command that works for the owner, and gives nobody else anything."""
    if "unmade" in observation:
        return [explain_no_server("SafeTaskServer", observation["unmade"])]
    if (error := observation["first"].get("raised")) is not None:
        return [explain_exception(f"send({inputs['said']!r})", error)]
    tools = observation["tools"]
    return [_judge_tool(leak, inputs, tools) for leak in _COMMAND_BY_GUARD]


def _judge_tool(leak: str, inputs: dict[str, Any], tools: dict[str, Any]) -> Finding:
    """The finding for the command that could have this leak."""
    tool, name = tools[leak], _COMMAND_BY_GUARD[leak]
    if is_unwritten(tool):
        return failed(f"{name}() is not started.", "Write it where it says TODO.")
    if wrong := _crash_wrong(tool, inputs) or _leak_wrong(leak, tool, inputs):
        return wrong
    if wrong := _own_attempt_wrong(leak, tool, inputs):
        return wrong
    if leak == "existence" and (wrong := _existence_wrong(inputs, tools)):
        return wrong
    return passed(1, f"{name}() keeps {inputs['owner']}'s things for {inputs['owner']}.")


def _crash_wrong(tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    for attempt, sender in (("own", "owner"), ("other", "other"), ("missing", "other")):
        error = tool[attempt]["raised"]
        if error is not None and error["type"] not in _REFUSAL_ERRORS:
            command = tool["text"] if attempt != "missing" else f"{tool['text']} (an unknown one)"
            return explain_exception(f"{inputs[sender]} said {command!r}: it", error)
    return None


def _leak_wrong(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, other_user, other_attempt = inputs["owner"], inputs["other"], tool["other"]
    has_canary = any(canary in other_attempt["events"] for canary in inputs["canaries"])
    match leak:
        case "thread" if has_canary:
            return failed(
                f"{other_user} knew the id of {owner}'s thread, and read what was said there.",
                "Ids get shared; check the owner: await self.thread(thread_id, context) does.",
            )
        case "task" if has_canary:
            return failed(
                f"{other_user} said 'Show task {tool['argument']}' and saw a task of {owner}.",
                f"We know who {other_user} is, not what they may do. Ask the book for a task of "
                "context.user_id.",
            )
        case "argument" if has_canary:
            return failed(
                f"{other_user} said 'List tasks of {owner}' and got them.",
                "The name comes from whoever types it. Only the badge says who is asking: "
                "context.user_id.",
            )
        case "argument" if owner in other_attempt["rows_read_of"]:
            return failed(
                f"{other_user} said 'List tasks of {owner}'. You loaded them, then threw them "
                f"away: {owner}'s rows have already left the database.",
                "Ask only for what this user may see: self.book.list(context.user_id).",
            )
        case "existence" if has_canary:
            return failed(
                f"{other_user} said {shorten(tool['text'])} and heard "
                f"{shorten(other_attempt['answer'])}: the title of {owner}'s task.",
                "A refusal that explains itself gives away the very thing it refuses. Say what "
                "you say of a "
                "task that does not exist.",
            )
        case "existence" if other_attempt["done"]:
            return failed(
                f"{other_user} said 'Complete task {tool['argument']}', and {owner}'s task is done "
                "now.",
                "We know who they are, not what they may do: complete(context.user_id, ...) looks.",
            )
        case _:
            return None


def _own_attempt_wrong(leak: str, tool: dict[str, Any], inputs: dict[str, Any]) -> Finding | None:
    owner, own_attempt = inputs["owner"], tool["own"]
    answer = own_attempt["answer"]
    expected_canaries = {
        "thread": inputs["canaries"][:1],
        "task": inputs["canaries"][1:2],
        "argument": inputs["canaries"][1:],
        "existence": [],
    }[leak]
    if leak == "task" and f"'{tool['argument']}'" in answer:
        return failed(
            f"{owner} said {shorten(tool['text'])} and heard {shorten(answer)}.",
            "The argument is a string, but task ids are numbers: int(task_id).",
        )
    if missing_canaries := [canary for canary in expected_canaries if canary not in answer]:
        return failed(
            f"{owner} said {shorten(tool['text'])} and got {shorten(answer)}: "
            f"{missing_canaries[0]} is missing.",
            "Users must still get everything of their own.",
        )
    if leak == "existence" and not own_attempt["done"]:
        return failed(
            f"{owner} said {shorten(tool['text'])}, and their own task is not done.",
            "Complete it for context.user_id.",
        )
    if leak == "argument" and inputs["others_title"] not in tool["other_own"].get("answer", ""):
        return failed(
            f"{inputs['other']} listed their own tasks and got "
            f"{shorten(tool['other_own'].get('answer', ''))}.",
            "List the tasks of context.user_id.",
        )
    return None


def _existence_wrong(inputs: dict[str, Any], tools: dict[str, Any]) -> Finding | None:
    """What is wrong when an answer tells somebody else's thing from one that does not exist."""
    for tool in tools.values():
        if is_unwritten(tool):
            continue
        other_attempt, missing_attempt = tool["other"], tool["missing"]
        if any(canary in other_attempt["events"] for canary in inputs["canaries"]):
            continue  # what was given away is said of this tool already
        is_same_answer = other_attempt["alike"] == missing_attempt["alike"]
        if not is_same_answer or _error_type(other_attempt) != _error_type(missing_attempt):
            return _explain_existence(inputs, tool)
    return None


def _explain_existence(inputs: dict[str, Any], tool: dict[str, Any]) -> Finding:
    other_answer, missing_answer = tool["other"]["answer"], tool["missing"]["answer"]
    message = (
        f"{inputs['other']} said {shorten(tool['text'])} and heard {shorten(other_answer)}. "
        f"For one that nobody has: {shorten(missing_answer)}."
    )
    if inputs["owner"] in other_answer and inputs["owner"] not in tool["text"]:
        return failed(
            message,
            f"That it exists is told, and even whose it is: {inputs['owner']}'s. Let both "
            "end in the same words.",
        )
    if _error_type(tool["other"]) == "PermissionDenied" or "forbidden" in other_answer.lower():
        return failed(
            message, "'Forbidden' confirms that it exists. Let both end in the same words."
        )
    return failed(
        message,
        "Two different answers reveal that one of them exists. Let both end in the same words, as "
        "NotFoundError has them.",
    )


def _error_type(attempt: dict[str, Any]) -> str | None:
    return None if attempt["raised"] is None else str(attempt["raised"]["type"])
