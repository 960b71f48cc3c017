"""An exception that came out of a learner's code, in plain words and with the next move."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed

__all__ = ["explain_exception", "explain_validation", "source_line"]


def explain_exception(called: str, why: dict[str, Any]) -> Finding:
    """The thought behind an exception that came out of `respond()`."""
    kind, message = why["type"], why["message"]
    if kind == "RespondError":
        return _no_stream(called, message)
    if "'NoneType' object has no attribute 'content'" in message:
        return failed(
            f"{called}: the input was None, and None has no content.",
            "Nobody has spoken yet; check for None first.",
        )
    if "object Turn can't be used in 'await'" in message:
        return failed(
            f"{called}: a turn is a stream of events, and no single value to await.",
            f"Read it to its end: `async for event in turn: ...`. {source_line(why)}".strip(),
        )
    if "async_generator" in message:
        return failed(
            f"{called} raised {kind}: {message}",
            f"Read it with `async for`. {source_line(why)}".strip(),
        )
    if "coroutine" in message:
        return failed(
            f"{called} raised {kind}: {message}",
            f"A coroutine is only a promise; put `await` before it. {source_line(why)}".strip(),
        )
    if kind == "ValidationError":
        return failed(f"{called}: {explain_validation(message)}", source_line(why))
    first = message.splitlines()[0] if message else ""
    return failed(
        f"{called} raised {kind}: {first}", f"{_thought(message)}{source_line(why)}".strip()
    )


def explain_validation(message: str) -> str:
    """In one sentence, what pydantic says of the first field that does not fit."""
    lines = [line.strip() for line in message.splitlines()]
    model = lines[0].rpartition(" for ")[2]
    if len(lines) < 3:
        return f"{model} cannot be made of that."
    complaint = lines[2].partition(" [type=")[0].partition(" [")[0]
    return f"{model}({lines[1]}=...): {complaint}."


def _thought(message: str) -> str:
    """What to try, where the message alone says too little."""
    for pattern, thought in _THOUGHTS.items():
        if re.search(pattern, message):
            return f"{thought} "
    return ""


_THOUGHTS = {
    r"__init__\(\) takes 1 positional argument": "Give it by name: AssistantMessage(content=...).",
    r"(respond|action)\(\) takes \d+ positional": "A method begins with `self`.",
    r"'UserMessageItem' object has no attribute": "`input` is an item; its text is input.content.",
    r"'tuple' object has no attribute": "A page is not its items: loop over `.data`.",
    r"^tuple index out of range": "`history` is what was said before, and it may be empty.",
    r"'Action' object has no attribute": "An action has a `type` and a `payload`, a dictionary.",
    r"'ThreadMetadata' object has no": "The order is respond(self, thread, input, context).",
    r"object has no attribute 'content'": "Not every event has content: look at its `type` first.",
}


def _no_stream(called: str, message: str) -> Finding:
    got = re.search(r"got an? (.*?)\. ", message + " ")
    what = got[1] if got else "something else"
    if what == "coroutine":
        return failed(
            f"{called}: You made a coroutine; the server needs events.",
            "`return` ends the turn; `yield` sends and goes on. Yield an AssistantMessage.",
        )
    if what in {"list", "tuple"} and "Yield AssistantMessage," in message:
        return failed(
            f"{called}: respond() yielded a {what}, and a {what} is no event.",
            "Yield the events one by one, each with a `yield` of its own.",
        )
    if what in {"list", "tuple"}:
        return failed(
            f"{called}: respond() returned a {what}; the server needs events, one by one.",
            "Write `async def`, and `yield` each event.",
        )
    if what == "generator":
        return failed(
            f"{called}: respond() is an ordinary generator, so it can never wait for anything.",
            "Write `async def` instead of `def`.",
        )
    if what == "NoneType" and "Yield AssistantMessage," in message:
        return failed(
            f"{called}: respond() yielded None, and None is no event.",
            "To say nothing, yield nothing: let the method end.",
        )
    if what == "NoneType":
        return failed(
            f"{called}: respond() gave the server None.",
            "`print` shows it to you; `yield AssistantMessage(content=...)` sends it.",
        )
    return failed(f"{called}: {message.partition('. ')[0]}.", message.partition(". ")[2])


def source_line(why: dict[str, Any]) -> str:
    """The learner's own line in which it was raised, if it is known."""
    return f"Your line {why['number']}: {why['line']}" if why.get("line") else ""
