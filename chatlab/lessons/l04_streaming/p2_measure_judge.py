"""Part 04.2: when did the first text come, and when was it all over?; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p2_measure import SLOW
from chatlab.lessons.support.explain import explain_exception

__all__ = ["judge"]

_CLOSE = 0.0011


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """The three numbers are right, whatever comes first."""
    for name, script in inputs["turns"].items():
        waits = inputs["slow"] if name == SLOW else 0
        if wrong := _wrong(name, script, inputs["began"], waits, seen[name]):
            return [wrong]
    return [passed(2, "First text, total and number of events are right, with a tool or without.")]


def _expected(
    script: list[list[Any]], waits: float
) -> tuple[list[float], float | None, float, int]:
    """When each event came, when the first text, when the end, and how many events there were."""
    came: list[float] = []
    now = waits * 100
    for _, pause in script:
        now += pause
        came.append(now / 100)
    texts = [at for at, (kind, _) in zip(came, script, strict=True) if kind in {"piece", "at once"}]
    kinds = ["text" if kind in {"piece", "at once", "empty"} else kind for kind, _ in script]
    messages = sum(
        kind == "text" and (n == 0 or kinds[n - 1] != "text") for n, kind in enumerate(kinds)
    )
    from_server = 3 + messages + kinds.count("completed")
    return came, texts[0] if texts else None, now / 100, len(script) + from_server


def _wrong(
    name: str, script: list[list[Any]], began: int, waits: float, one: dict[str, Any]
) -> Finding | None:
    called = f"measure(a turn with {name}, clock)"
    if "raised" in one:
        return _raised(called, name, one["raised"])
    got = one["value"]
    if "kind" in got:
        if got["kind"] == "NoneType":
            return failed(f"{called} gave back None.", "Return a StreamStats at the end.")
        return failed(
            f"{called} gave back a {got['kind']}.",
            "Return StreamStats(first_text=..., total=..., events=...).",
        )
    came, first, total, events = _expected(script, waits)
    if wrong := _no_seconds(called, got, began):
        return wrong
    if not _near(got["total"], total):
        return _wrong_total(called, total, waits or came[0], got)
    if first is None:
        if got["first_text"] is None:
            return _wrong_count(called, events, script, got)
        return failed(
            f"{called}: there was no text, so first_text is None; got {got['first_text']!r}.",
            "Begin with first_text = None, and set it when the first text comes.",
        )
    if not _near(got["first_text"], first):
        return _wrong_first(called, first, script, came, got["first_text"])
    return _wrong_count(called, events, script, got)


def _near(got: Any, expected: float) -> bool:
    return isinstance(got, int | float) and abs(got - expected) < _CLOSE


def _raised(called: str, name: str, error: dict[str, Any]) -> Finding:
    if name == "no text at all" and error["type"] in {"UnboundLocalError", "TypeError"}:
        return failed(
            f"{called} raised {error['type']}: no text ever came.",
            "Begin with first_text = None; then there is something to return.",
        )
    if "'Turn' object is not iterable" in error["message"]:
        return failed(f"{called}: a turn is an async stream.", "Read it with `async for`.")
    return explain_exception(called, error)


def _no_seconds(called: str, got: dict[str, Any], began: int) -> Finding | None:
    total = got["total"]
    if not isinstance(total, int | float) or isinstance(got["first_text"], str):
        return failed(
            f"{called}: times are seconds, as a float; got {got['first_text']!r} and {total!r}.",
            "clock.monotonic() gives seconds; clock.now() gives a date.",
        )
    if total >= began:
        return failed(
            f"{called}: total is {total:g}: that is what the clock shows, not how long it took.",
            "Note clock.monotonic() before the first wait, and subtract it.",
        )
    if 0 <= total < 0.1:
        return failed(
            f"{called}: total is {total:.4f}, and the turn took longer on the clock it was given.",
            "Ask `clock.monotonic()`, not the `time` module: in a check, time is made up.",
        )
    return None


def _wrong_total(called: str, total: float, began: float, got: dict[str, Any]) -> Finding:
    said = f"{called}: total is {total:g} seconds, got {got['total']:g}."
    if _near(got["total"], total - began):
        return failed(
            said, "Start counting before the first wait, not when the first event is there."
        )
    return failed(said, "Look at the clock again when the stream has ended.")


def _wrong_first(
    called: str, first: float, script: list[list[Any]], came: list[float], got: Any
) -> Finding:
    said = f"{called}: first_text is {first:g} seconds, got {got!r}."
    if not isinstance(got, int | float):
        return failed(said, "Look for `assistant_message` events with some content.")
    empty = [at for at, (kind, _) in zip(came, script, strict=True) if kind == "empty"]
    if empty and _near(got, empty[0]):
        return failed(said, "An empty piece shows nobody anything: wait for one with content.")
    if first == 0:
        return failed(said, "0.0 counts as false in Python. Ask `first_text is None` instead.")
    if _near(got, 0) or _near(got, came[0]):
        return failed(said, "That was the first event. Wait for the first *text*.")
    if _near(got, came[-1]):
        return failed(said, "That is when the last text came. Set it once, while it is still None.")
    return failed(
        said, "Note the time at the first assistant_message with content, from the start."
    )


def _wrong_count(
    called: str, events: int, script: list[list[Any]], got: dict[str, Any]
) -> Finding | None:
    if got["events"] == events:
        return None
    said = f"{called}: {events} events came, got {got['events']!r}."
    if got["events"] in {len(script), sum(kind == "piece" for kind, _ in script)}:
        return failed(said, "Count every event, also those that the server adds: started, done.")
    return failed(said, "Count one for each time round the loop, whatever the event is.")
