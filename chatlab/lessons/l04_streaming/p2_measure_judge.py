"""Judge part 04.2: `measure` returns the first text's time, the total time and the event count."""

from itertools import groupby
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p2_measure import SLOW_STORE
from chatlab.lessons.support.explain import explain_exception

__all__ = ["judge"]

_TOLERANCE_SECONDS = 0.0011


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """2 points, or the finding on the first turn that was measured wrongly."""
    for name, script in inputs["turns"].items():
        store_delay = inputs["slow"] if name == SLOW_STORE else 0
        if wrong := _measurement_wrong(
            name, script, inputs["began"], store_delay, observation[name]
        ):
            return [wrong]
    return [passed(2, "First text, total and number of events are right, with a tool or without.")]


def _expected_stats(
    script: list[list[Any]], store_delay: float
) -> tuple[list[float], float | None, float, int]:
    """The time of each scripted event, of the first text, and of the end, and the event count.

    Times are seconds from the start of the turn; the first text's is None if there is none. The
    count includes the events that the server adds.
    """
    event_times: list[float] = []
    now = store_delay * 100
    for _, pause in script:
        now += pause
        event_times.append(now / 100)
    text_times = [
        time
        for time, (kind, _) in zip(event_times, script, strict=True)
        if kind in {"piece", "at once"}
    ]
    kinds = [kind for kind, _ in script]
    runs = groupby(kinds, lambda kind: kind not in {"running", "completed"})
    messages = sum(is_text and set(run) != {"empty"} for is_text, run in runs)
    server_events = 3 + messages + kinds.count("completed")
    return (
        event_times,
        text_times[0] if text_times else None,
        now / 100,
        len(script) + server_events,
    )


def _measurement_wrong(
    case: str,
    script: list[list[Any]],
    clock_start: int,
    store_delay: float,
    measurement: dict[str, Any],
) -> Finding | None:
    called = f"measure(a turn with {case}, clock)"
    if "raised" in measurement:
        return _explain_error(called, case, measurement["raised"])
    got = measurement["value"]
    if "kind" in got:
        if got["kind"] == "NoneType":
            return failed(f"{called} returned None.", "Return a StreamStats at the end.")
        return failed(
            f"{called} returned a {got['kind']}.",
            "Return StreamStats(first_text=..., total=..., events=...).",
        )
    event_times, first_text, total, event_count = _expected_stats(script, store_delay)
    if wrong := _milliseconds_wrong(called, got, first_text, total) or _units_wrong(
        called, got, clock_start
    ):
        return wrong
    if not _is_close(got["total"], total):
        return _explain_total(called, total, store_delay or event_times[0], got)
    if first_text is None:
        if got["first_text"] is None:
            return _count_wrong(called, event_count, script, got)
        return failed(
            f"{called}: there was no text, so first_text is None; got {got['first_text']!r}.",
            "Begin with first_text = None, and set it when the first text comes.",
        )
    if not _is_close(got["first_text"], first_text):
        return _explain_first_text(called, first_text, script, event_times, got["first_text"])
    return _count_wrong(called, event_count, script, got)


def _is_close(got: Any, expected: float) -> bool:
    return isinstance(got, int | float) and abs(got - expected) < _TOLERANCE_SECONDS


def _explain_error(called: str, case: str, error: dict[str, Any]) -> Finding:
    if case == "no text at all" and error["type"] in {"UnboundLocalError", "TypeError"}:
        return failed(
            f"{called} raised {error['type']}: no text ever came.",
            "Begin with first_text = None; then there is something to return.",
        )
    if "'Turn' object is not iterable" in error["message"]:
        return failed(f"{called}: a turn is an async stream.", "Read it with `async for`.")
    return explain_exception(called, error)


def _milliseconds_wrong(
    called: str, got: dict[str, Any], first_text: float | None, total: float
) -> Finding | None:
    for name, expected in (("total", total), ("first_text", first_text)):
        value = got[name]
        if expected and isinstance(value, int | float) and abs(value - 1000 * expected) < 1:
            return failed(
                f"{called}: {name} is {expected:g} seconds, got {value:g}: those are milliseconds.",
                "clock.monotonic() counts in seconds, and so does StreamStats.",
            )
    return None


def _units_wrong(called: str, got: dict[str, Any], clock_start: int) -> Finding | None:
    """What is wrong when the times are no durations in seconds on the clock that was given."""
    total = got["total"]
    if not isinstance(total, int | float) or isinstance(got["first_text"], str):
        return failed(
            f"{called}: times are seconds, as a float; got {got['first_text']!r} and {total!r}.",
            "clock.monotonic() gives seconds; clock.now() gives a date.",
        )
    if total >= clock_start:
        return failed(
            f"{called}: total is {total:g}: that is what the clock shows, not how long it took.",
            "Note clock.monotonic() before you read the first event, and subtract it.",
        )
    if 0 <= total < 0.1:
        return failed(
            f"{called}: total is {total:.4f}, and the turn took longer on the clock it was given.",
            "Ask `clock.monotonic()`, not the `time` module: in a check, time is made up.",
        )
    return None


def _explain_total(called: str, total: float, delay: float, got: dict[str, Any]) -> Finding:
    message = f"{called}: total is {total:g} seconds, got {got['total']:g}."
    if _is_close(got["total"], total - delay):
        return failed(message, "Start counting before you read, not when the first event is there.")
    return failed(message, "Look at the clock again when the stream has ended.")


def _explain_first_text(
    called: str, first_text: float, script: list[list[Any]], event_times: list[float], got: Any
) -> Finding:
    got_text = f"{got:g}" if isinstance(got, int | float) else repr(got)
    message = f"{called}: first_text is {first_text:g} seconds, got {got_text}."
    if not isinstance(got, int | float):
        return failed(message, "Look for `assistant_message` events with some content.")
    empty_times = [
        time for time, (kind, _) in zip(event_times, script, strict=True) if kind == "empty"
    ]
    if empty_times and _is_close(got, empty_times[0]):
        return failed(
            message, "There is nothing to read in an empty piece: wait for one with content."
        )
    if first_text == 0:
        return failed(message, "0.0 counts as false in Python. Ask `first_text is None` instead.")
    if _is_close(got, 0) or _is_close(got, event_times[0]):
        return failed(message, "That was the first event. Wait for the first *text*.")
    if _is_close(got, event_times[-1]):
        return failed(
            message, "That is when the last text came. Set it once, while it is still None."
        )
    return failed(
        message, "Note the time at the first assistant_message with content, from the start."
    )


def _count_wrong(
    called: str, event_count: int, script: list[list[Any]], got: dict[str, Any]
) -> Finding | None:
    if got["events"] == event_count:
        return None
    message = f"{called}: {event_count} events came, got {got['events']!r}."
    if got["events"] in {len(script), sum(kind == "piece" for kind, _ in script)}:
        return failed(
            message,
            "Count every event, including those that the server adds: thread_created, item_done, "
            "thread_updated.",
        )
    return failed(message, "Count one for each time round the loop, whatever the event is.")
