"""Part 11.3, judged: which events were yielded and when, and which cursors were asked for."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.p3_reconnect import BREAK_DESCRIPTIONS, MAX_REQUESTS
from chatlab.lessons.support.explain import shorten, source_line

__all__ = ["judge"]

_ASYNC_GENERATOR_ADVICE = "Write `async def`, and `yield` each event as soon as you have it."
_YIELD_AT_ONCE_ADVICE = (
    'Yield each event as it comes: `async with client.stream("GET", ...) as response`. '
    "client.get() waits for the end."
)


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Every event must come once, in order and at once; an unknown turn must raise an error."""
    events = [event for _, event in inputs["events"]]
    middle_cursor = observation["middle"]["cursor"]
    later_events = [event for seq, event in inputs["events"] if seq > middle_cursor]
    for called, expected, reading in (
        ("reconnect(client, turn_url, 0)", events, observation["whole"]),
        (f"reconnect(client, turn_url, {middle_cursor})", later_events, observation["middle"]),
    ):
        if wrong := _reading_wrong(called, inputs, expected, reading):
            return [wrong]
    if wrong := _unknown_turn_wrong(observation["unknown"]):
        return [wrong]
    return [
        passed(3, "Five times the connection broke. Every word came once, and as soon as it could.")
    ]


def _reading_wrong(
    called: str, inputs: dict[str, Any], expected: list[Any], reading: dict[str, Any]
) -> Finding | None:
    """What is wrong with one run of `reconnect`, which should have yielded `expected`."""
    if reading["kind"] != "async_generator" and not reading["asked"]:
        return failed(
            f"{called} returned a {reading['kind']}, and asked for nothing.",
            _ASYNC_GENERATOR_ADVICE,
        )
    if str(reading["kind"]).startswith("coroutine"):
        return failed(
            f"{called} is a {reading['kind']}: no event before the end.", _ASYNC_GENERATOR_ADVICE
        )
    if reading["wrong_paths"]:
        return failed(
            f"{called} asked for {reading['wrong_paths'][0]}; "
            "the events are at turn_url + '/events'.",
            'client.stream("GET", f"{turn_url}/events", params={"cursor": cursor})',
        )
    if reading["raised"]:
        return _explain_error(called, inputs, reading)
    sent = [event for _, event in inputs["events"]]
    if unknown_events := [event for event in reading["got"] if event not in sent]:
        return failed(
            f"{called} yielded {shorten(str(unknown_events[0]))}, which is not an event of the "
            "turn.",
            'Yield json.loads(frame.data), but never the frame "end".',
        )
    if wrong := _events_wrong(called, inputs, expected, reading):
        return wrong
    return _timing_wrong(called, reading)


def _timing_wrong(called: str, reading: dict[str, Any]) -> Finding | None:
    """What is wrong when events were yielded too late, or a request was repeated too soon."""
    if not any(yielded for _, yielded in reading["at_breaks"]):
        return failed(
            f"{called}: nothing was yielded before the whole reply was there.",
            _YIELD_AT_ONCE_ADVICE,
        )
    late_counts = [sent for sent, yielded in reading["at_breaks"] if sent > 1 and not yielded]
    if late_counts:
        return failed(
            f"{called}: a response had brought {late_counts[0]} events, but none had been "
            "yielded yet.",
            _YIELD_AT_ONCE_ADVICE,
        )
    if reading["at_once"]:
        return failed(
            f"{called}: nobody answered, and it asked again in the same moment.",
            "Wait a moment first: await asyncio.sleep(0.01). It lets others run; time.sleep() "
            "does not.",
        )
    return None


def _explain_error(called: str, inputs: dict[str, Any], reading: dict[str, Any]) -> Finding:
    error = reading["raised"]
    kind = error["type"]
    line = source_line(error)
    break_text = _describe_last_break(inputs, reading)
    if kind == "TooManyRequests" and error["message"] == "caught":
        return _explain_caught_stop(called)
    if kind == "TooManyRequests":
        return failed(
            f"{called} asked {MAX_REQUESTS} times, and did not stop even when the reply was over.",
            'After the last event comes a frame of the type "end": then return.',
        )
    if kind in {"ReadError", "ConnectError", "RemoteProtocolError"}:
        return failed(
            f"{called}: {break_text}, and reconnect() broke off with it.",
            "Catch httpx.TransportError around the request and its reading, and ask again.",
        )
    if kind == "JSONDecodeError":
        return failed(
            f"{called}: half a frame was read as an event.",
            "Only an empty line ends a frame: without one, it was cut off. frames() takes care "
            "of that.",
        )
    if kind == "ValueError" and "int()" in error["message"]:
        return failed(
            f"{called}: a frame without an id was read as an event. {line}".strip(),
            'The frame "end" has none: look for frame.event == "end" first, and return.',
        )
    if "context manager protocol" in error["message"]:
        return failed(f"{called} raised {kind}: {error['message']}", f"Write `async with`. {line}")
    return failed(f"{called} raised {kind}: {error['message'][:140]}", line)


def _explain_caught_stop(called: str) -> Finding:
    return failed(
        f"{called} was to be stopped, caught that too, and went on asking.",
        "A bare `except:` or `except BaseException:` catches even a stop. Catch only "
        "httpx.TransportError.",
    )


def _events_wrong(
    called: str, inputs: dict[str, Any], expected: list[Any], reading: dict[str, Any]
) -> Finding | None:
    got = reading["got"]
    if got == expected:
        return None
    seqs = [event.get("seq") for event in got]
    expected_seqs = [event["seq"] for event in expected]
    if seqs == expected_seqs[: len(seqs)]:
        return _explain_early_end(called, inputs, expected, reading)
    if expected_seqs[0] > 2 and seqs and seqs[0] < expected_seqs[0]:
        return failed(
            f"{called} began with event {seqs[0]}: the reader has that one already.",
            'The first request needs the cursor, too: params={"cursor": cursor}.',
        )
    if len(set(seqs)) < len(seqs):
        return _explain_duplicate(called, reading, seqs)
    lost_seq = next((seq for seq in expected_seqs if seq not in seqs), None)
    if lost_seq is None:
        return failed(
            f"{called}: the order of the events is {seqs[:9]}.", "Yield each as it comes."
        )
    text = next(event for event in expected if event["seq"] == lost_seq).get("content", "")
    return failed(
        f"{called}: event {lost_seq} never came ({shorten(text)}).",
        "Keep the id of each complete frame. Do not count, and do not sort out what "
        "looks alike: people say the same word twice.",
    )


def _explain_early_end(
    called: str, inputs: dict[str, Any], expected: list[Any], reading: dict[str, Any]
) -> Finding:
    break_text = _describe_last_break(inputs, reading)
    message = f"{called} ended after {len(reading['got'])} of {len(expected)} events"
    if break_text:
        return failed(
            f"{message}: {break_text}.",
            'The end of a response is not the end of the reply. Without a frame "end", ask again.',
        )
    return failed(f"{message}.", "Yield every event, including the last one; then return.")


def _describe_last_break(inputs: dict[str, Any], reading: dict[str, Any]) -> str:
    """How the response to the last request broke, in words; "" if it did not break."""
    request_count = len(reading["asked"])
    if request_count > len(inputs["breaks"]):
        return ""
    return BREAK_DESCRIPTIONS[inputs["breaks"][request_count - 1][0]]


def _explain_duplicate(called: str, reading: dict[str, Any], seqs: list[Any]) -> Finding:
    repeated_seq = next(seq for index, seq in enumerate(seqs) if seq in seqs[:index])
    message = f"{called}: event {repeated_seq} came more than once."
    cursors = reading["asked"]
    if all(cursor is None for cursor in cursors):
        return failed(
            f"{message} None of the {len(cursors)} requests said where to go on.",
            'params={"cursor": cursor}, and the server replays what came after it.',
        )
    if len(set(cursors)) == 1:
        return failed(
            f"{message} All {len(cursors)} requests had the cursor {cursors[0]!r}.",
            "With each event that you yield, the cursor moves on: cursor = frame.id.",
        )
    return failed(
        f"{message} The requests had the cursors {cursors[:4]}.",
        "The cursor is the id of the last complete frame, not a number of events.",
    )


def _unknown_turn_wrong(reading: dict[str, Any]) -> Finding | None:
    called = "reconnect() to a turn that is not there (404)"
    if (reading["raised"] or {}).get("message") == "caught":
        return _explain_caught_stop(called)
    if len(reading["asked"]) > 1:
        return failed(
            f"{called} asked {len(reading['asked'])} times.",
            "A 404 is an answer, not a broken connection. Call response.raise_for_status(); what "
            "it "
            "raises let through, and catch only httpx.TransportError.",
        )
    if reading["raised"] is None:
        return failed(
            f"{called} ended like a reply that is over.",
            "Call response.raise_for_status(): the caller has to know.",
        )
    return None
