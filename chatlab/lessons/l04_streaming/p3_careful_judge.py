"""Part 04.3: a server that hangs up when it is stopped, and lets itself be stopped."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p1_streaming_judge import stream_wrong
from chatlab.lessons.support.dialogue import explain_unmade

__all__ = ["judge"]

_LEFT_OPEN = "Your loop ended, the model's did not; use `aclosing`."


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The reply streams; stopped midway, nothing stays open and nothing goes on."""
    if "unmade" in seen:
        return [explain_unmade("CarefulServer", seen["unmade"])]
    called = f"send({inputs['message']!r})"
    whole = seen["whole"]
    if wrong := _not_closable(whole["raised"]) or stream_wrong(called, inputs["reply"], "", whole):
        return [wrong]
    between, cancelled, waiting = seen["between"], seen["cancelled"], seen["waiting"]
    if wrong := _talked_on(between) or _talked_on(cancelled) or _talked_on(waiting):
        return [wrong]
    if between["open"]:
        return [_left_open(inputs, cancelled, waiting)]
    if not cancelled["cancelled"]:
        return [
            failed(
                "Cancellation was swallowed: your server was told to stop, and it went on as if "
                "nothing had happened.",
                "Tidy up in `finally` (`aclosing` does). If you catch CancelledError, `raise` it "
                "again.",
            )
        ]
    if not waiting["stopped"]:
        return [failed("Stop was pressed, and it did not come back.", "Let cancellation through.")]
    if cancelled["open"] or waiting["open"]:
        said = "Stopped while it waited for the model, it left the model's connection open."
        return [failed(_LEFT_OPEN, said)]
    if whole["open"]:
        return [
            failed(_LEFT_OPEN, "Even a reply that was read to its end left the connection open.")
        ]
    return [passed(3, "Whenever it is stopped, the model's connection closes first.")]


def _left_open(
    inputs: dict[str, Any], cancelled: dict[str, Any], waiting: dict[str, Any]
) -> Finding:
    said = f"Stopped after {inputs['stop_at']} pieces, the model's connection is still open."
    if cancelled["open"] or waiting["open"]:
        return failed(_LEFT_OPEN, said)
    return failed(
        _LEFT_OPEN,
        f"{said} At a `yield`, a stop is GeneratorExit: `except CancelledError` does not see it.",
    )


def _not_closable(why: dict[str, Any] | None) -> Finding | None:
    message = "" if why is None else why["message"]
    if "context manager" in message and "async_generator" in message:
        return failed(
            "A stream is no context manager, so `async with` cannot hold it by itself.",
            "Put it in one: async with aclosing(self.model.stream(...)) as pieces:",
        )
    if "context manager" in message and "aclosing" in message:
        return failed("`aclosing` closes by waiting.", "Write `async with`, not `with`.")
    if "no attribute 'aclose'" in message:
        return failed(
            f"There is nothing to close there: {message}.",
            "The stream is what has to be closed: aclosing(self.model.stream(...)).",
        )
    if "no attribute 'close'" in message:
        return failed(
            "`closing` is for what closes at once; a stream closes with `await`.",
            "Use `aclosing`, with `async with`.",
        )
    return None


def _talked_on(seen: dict[str, Any]) -> Finding | None:
    why = seen["raised"]
    if why is None:
        return None
    if "ignored GeneratorExit" in why["message"]:
        return failed(
            "Your server was stopped, and it yielded once more: nobody listens by then.",
            "In `finally` and `except`, tidy up and do not `yield`.",
        )
    line = f"Your line {why['number']}: {why['line']}" if why.get("line") else ""
    return failed(f"When it was stopped, it raised {why['type']}: {why['message']}", line)
