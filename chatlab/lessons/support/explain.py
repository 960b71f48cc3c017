"""For judges: what went wrong in a learner's code, in plain words and with what to try next."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.support.server_turns import reply_text

__all__ = [
    "AWAIT_ADVICE",
    "explain_exception",
    "explain_no_server",
    "explain_validation",
    "shorten",
    "show_value",
    "source_line",
    "turn_wrong",
]

AWAIT_ADVICE = "A coroutine has not run yet; put `await` before the call that made it."
"""What to try when something was called and not awaited."""


def explain_exception(called: str, error: dict[str, Any]) -> Finding:
    """What to try when `called`, some code of the learner's, raised this error.

    `error` is what `exception_as_data` gives.
    """
    type_name, message = error["type"], error["message"]
    if type_name == "RespondError":
        return _explain_respond_error(called, message)
    if "'NoneType' object has no attribute 'content'" in message:
        return failed(
            f"{called}: the input was None, and None has no content.",
            "Nobody has spoken yet; check for None first.",
        )
    if "object Turn can't be used in 'await'" in message:
        return failed(
            f"{called}: a turn is a stream of events, not one value to await.",
            f"Read it to its end: `async for event in turn: ...`. {source_line(error)}".strip(),
        )
    if "async_generator" in message:
        return failed(
            f"{called} raised {type_name}: {message}",
            f"Read it with `async for`. {source_line(error)}".strip(),
        )
    if "coroutine" in message:
        return failed(
            f"{called} raised {type_name}: {message}",
            f"{AWAIT_ADVICE} {source_line(error)}".strip(),
        )
    if type_name == "ValidationError" and "input_type=UserMessageItem" in message:
        return failed(
            f"{called}: a whole item was given where a text belongs.",
            f"`input` is an item; its text is `input.content`. {source_line(error)}".strip(),
        )
    if type_name == "ValidationError":
        return failed(f"{called}: {explain_validation(message)}", source_line(error))
    first_line = message.splitlines()[0] if message else ""
    return failed(
        f"{called} raised {type_name}: {first_line}",
        f"{_advice_for_message(message)}{source_line(error)}".strip(),
    )


def explain_validation(message: str) -> str:
    """In one sentence, what pydantic says of the first field that does not fit."""
    lines = [line.strip() for line in message.splitlines()]
    model = lines[0].rpartition(" for ")[2]
    if len(lines) < 3:
        return f"{model} cannot be made from that."
    complaint = lines[2].partition(" [type=")[0].partition(" [")[0]
    return f"{model}({lines[1]}=...): {complaint}."


def _advice_for_message(message: str) -> str:
    """What to try after an exception with this message, and a space; "" if nothing is known."""
    for pattern, advice in _ADVICE.items():
        if re.search(pattern, message):
            return f"{advice} "
    return ""


_ADVICE = {
    r"__init__\(\) takes 1 positional argument": "Give it by name: AssistantMessage(content=...).",
    r"(respond|action)\(\) takes \d+ positional": "A method begins with `self`.",
    r"'UserMessageItem' object has no attribute": "`input` is an item; its text is input.content.",
    r"'tuple' object has no attribute": "A page is not its items: loop over `.data`.",
    r"^tuple index out of range": "`history` is what was said before, and it may be empty.",
    r"'Action' object has no attribute": "An action has a `type` and a `payload`, a dictionary.",
    r"'ThreadMetadata' object has no": "The order is respond(self, thread, input, context).",
    r"^There is no task": "Nobody reads an exception: catch NotFoundError, and say it in words.",
    r" may not do this: it needs": "Nobody reads an exception: catch PermissionDenied, and say it "
    "in words.",
    r"object RunResultStreaming can't be": "A run begins at once: write no `await` before it.",
    r"^list indices must be integers": "That is a list, not a dictionary: look what it is first.",
    r"^cannot access local variable": "On this path nothing has set it: an exception skips what "
    "follows in its `try`.",
    r"object has no attribute 'content'": "Not every event has content: look at its `type` first.",
}


def _explain_respond_error(called: str, message: str) -> Finding:
    """What to try when `respond()` gave something else than a stream of events."""
    match = re.search(r"got an? (.*?)\. ", message + " ")
    type_name = match[1] if match else "something else"
    if type_name == "coroutine":
        return failed(
            f"{called}: You made a coroutine; the server needs events.",
            "A coroutine gives one value, once it is awaited. `return` ends the turn; `yield` "
            "sends and goes on. Yield an AssistantMessage.",
        )
    if type_name in {"list", "tuple"} and "Yield AssistantMessage," in message:
        return failed(
            f"{called}: respond() yielded a {type_name}, and a {type_name} is not an event.",
            "Yield the events one by one, each with a `yield` of its own.",
        )
    if type_name in {"list", "tuple"}:
        return failed(
            f"{called}: respond() returned a {type_name}; the server needs events, one by one.",
            "Write `async def`, and `yield` each event.",
        )
    if type_name == "async_generator":
        return failed(
            f"{called}: you yielded the whole stream as one event.",
            "Read it with `async for`, and yield each piece as an event of its own.",
        )
    if type_name == "generator":
        return failed(
            f"{called}: respond() is an ordinary generator, so it can never wait for anything.",
            "Write `async def` instead of `def`.",
        )
    if type_name == "NoneType" and "Yield AssistantMessage," in message:
        return failed(
            f"{called}: respond() yielded None, and None is not an event.",
            "To say nothing, yield nothing: let the method end.",
        )
    if type_name == "NoneType":
        return failed(
            f"{called}: respond() gave the server None.",
            "`print` shows it to you; `yield AssistantMessage(content=...)` sends it.",
        )
    return failed(f"{called}: {message.partition('. ')[0]}.", message.partition(". ")[2])


def source_line(error: dict[str, Any]) -> str:
    """The learner's own line in which it was raised, if it is known."""
    return f"Your line {error['number']}: {error['line']}" if error.get("line") else ""


def explain_no_server(name: str, error: dict[str, Any]) -> Finding:
    """What to try when `make_server` gave no server, but this error."""
    message = error["message"]
    if error["type"] == "NoServer":
        return failed(f"{name} is not a chat server.", f"Write: class {name}(ChatKitServer):")
    if error["type"] == "NoStore":
        return failed(
            f"{name}.__init__ forgets what every ChatKitServer needs.",
            "Begin it with super().__init__().",
        )
    if "abstract" in message and "respond" in message:
        return failed(
            f"{name} has no respond(), so there is nobody to answer.",
            "Is it spelled `respond`, and indented below the class?",
        )
    if error["type"] == "TypeError" and f"{name}.__init__()" in message:
        return failed(
            f"Making a {name} raised TypeError: {message}.",
            "Keep the parameters of `__init__` as they were given: the check passes all of them.",
        )
    return failed(f"Making a {name} raised {error['type']}: {message}", source_line(error))


def turn_wrong(called: str, record: dict[str, Any]) -> Finding | None:
    """What is wrong when a recorded turn raised, or stored items that it did not send."""
    if record["raised"] is not None:
        return explain_exception(called, record["raised"])
    sent_ids = {event["item"]["id"] for event in record["events"] if event["type"] == "item_done"}
    if all(item["id"] in sent_ids for item in record["saved"]):
        return None
    if reply_text(record):
        return failed(
            f"{called}: the reply is stored twice.",
            "Only yield it: the server saves what you yield.",
        )
    return failed(
        f"{called}: something was stored, and nobody was told.",
        "Yield it: the server sends it to the user and saves it.",
    )


def shorten(text: str) -> str:
    """The `repr` of the text, of its first 77 characters if it has more than 80."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


def show_value(value: Any) -> str:
    """The value in at most 80 characters; a text has quotation marks."""
    return shorten(value) if isinstance(value, str) else str(value)[:80]
