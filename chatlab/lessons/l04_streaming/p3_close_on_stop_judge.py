"""Judge part 04.3: however a turn is stopped, the model's connection is closed."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p1_streaming_judge import stream_wrong
from chatlab.lessons.support.explain import explain_no_server, source_line

__all__ = ["judge"]

_LEFT_OPEN_MESSAGE = "Your loop ended, the model's did not; use `aclosing`."


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """3 points if the reply streams, and no stopped turn goes on or leaves a connection open."""
    if "unmade" in observation:
        return [explain_no_server("CarefulServer", observation["unmade"])]
    called = f"send({inputs['message']!r})"
    whole = observation["whole"]
    if wrong := _closing_wrong(whole["raised"]) or stream_wrong(called, inputs["reply"], "", whole):
        return [wrong]
    between, cancelled, waiting = (
        observation[name] for name in ("between", "cancelled", "waiting")
    )
    if wrong := _stop_wrong(between) or _stop_wrong(cancelled) or _stop_wrong(waiting):
        return [wrong]
    if between["open"]:
        return [_explain_open_connection(inputs, cancelled, waiting)]
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
        next_step = "Stopped while it waited for the model, it left the model's connection open."
        return [failed(_LEFT_OPEN_MESSAGE, next_step)]
    if whole["open"]:
        return [
            failed(
                _LEFT_OPEN_MESSAGE,
                "Even a reply that was read to its end left the connection open.",
            )
        ]
    return [passed(3, "Whenever it is stopped, the model's connection closes first.")]


def _explain_open_connection(
    inputs: dict[str, Any], cancelled: dict[str, Any], waiting: dict[str, Any]
) -> Finding:
    next_step = f"Stopped after {inputs['stop_at']} pieces, the model's connection is still open."
    if cancelled["open"] or waiting["open"]:
        return failed(_LEFT_OPEN_MESSAGE, next_step)
    return failed(
        _LEFT_OPEN_MESSAGE,
        f"{next_step} And `except CancelledError` does not see it: at a `yield`, a stop is "
        "GeneratorExit.",
    )


def _closing_wrong(error: dict[str, Any] | None) -> Finding | None:
    """What is wrong when `aclosing` was used wrongly, or something else in its place."""
    message = "" if error is None else error["message"]
    if "context manager" in message and "async_generator" in message:
        return failed(
            "A stream is not a context manager, so `async with` cannot hold it by itself.",
            "Wrap it in one: async with aclosing(self.model.stream(...)) as pieces:",
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


def _stop_wrong(turn: dict[str, Any]) -> Finding | None:
    """What is wrong when the server raised because it was stopped."""
    error = turn["raised"]
    if error is None:
        return None
    if "ignored GeneratorExit" in error["message"]:
        return failed(
            "Your server was stopped, and it yielded once more: by then nobody is listening.",
            "In `finally` and `except`, tidy up and do not `yield`.",
        )
    return failed(
        f"When it was stopped, it raised {error['type']}: {error['message']}", source_line(error)
    )
