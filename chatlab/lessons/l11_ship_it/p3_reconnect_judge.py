"""Part 11.3, judged: which events the reader had, and what it asked for."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.p3_reconnect import ENOUGH, WAYS
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Every event once, in order and as it comes; and an end when there is nothing to come."""
    events = [event for _, event in inputs["events"]]
    middle = seen["middle"]["cursor"]
    later = [event for seq, event in inputs["events"] if seq > middle]
    for called, expected, one in (
        ("reconnect(client, turn_url, 0)", events, seen["whole"]),
        (f"reconnect(client, turn_url, {middle})", later, seen["middle"]),
    ):
        if wrong := _wrong(called, inputs, expected, one):
            return [wrong]
    if wrong := _goes_on(seen["unknown"]):
        return [wrong]
    return [
        passed(3, "Five times the line broke off. Every word came once, and as soon as it could.")
    ]


def _wrong(
    called: str, inputs: dict[str, Any], expected: list[Any], one: dict[str, Any]
) -> Finding | None:
    if one["kind"] != "async_generator" and not one["asked"]:
        return failed(f"{called} gave back a {one['kind']}, and asked for nothing.", _AS_STREAM)
    if str(one["kind"]).startswith("coroutine"):
        return failed(f"{called} is a {one['kind']}: no event before the end.", _AS_STREAM)
    if one["wrong_paths"]:
        return failed(
            f"{called} asked for {one['wrong_paths'][0]}; the events are at turn_url + '/events'.",
            'client.stream("GET", f"{turn_url}/events", params={"cursor": cursor})',
        )
    if one["raised"]:
        return _raised(called, inputs, one)
    sent = [event for _, event in inputs["events"]]
    if strange := [event for event in one["got"] if event not in sent]:
        return failed(
            f"{called} yielded {shorten(str(strange[0]))}, which is no event of the turn.",
            'Yield json.loads(frame.data), and the frame "end" not at all.',
        )
    if wrong := _other_events(called, inputs, expected, one):
        return wrong
    return _late(called, one)


_AS_IT_COMES = (
    'Yield each event when it comes: `async with client.stream("GET", ...) as response`. '
    "client.get() waits for the end."
)


def _late(called: str, one: dict[str, Any]) -> Finding | None:
    """What came too late, or too soon."""
    if not any(yielded for _, yielded in one["at_breaks"]):
        return failed(
            f"{called}: nothing was yielded before the whole reply was there.",
            _AS_IT_COMES,
        )
    held = [brought for brought, yielded in one["at_breaks"] if brought > 1 and not yielded]
    if held:
        return failed(
            f"{called}: a response had brought {held[0]} events, and none was yielded yet.",
            _AS_IT_COMES,
        )
    if one["at_once"]:
        return failed(
            f"{called}: nobody answered, and it asked again in the same moment.",
            "Rest first: await asyncio.sleep(0.01). It lets others run; time.sleep() does not.",
        )
    return None


_AS_STREAM = "Write `async def`, and `yield` each event as soon as you have it."


def _raised(called: str, inputs: dict[str, Any], one: dict[str, Any]) -> Finding:
    error = one["raised"]
    kind = error["type"]
    line = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    how = WAYS[inputs["breaks"][len(one["asked"]) - 1][0]] if len(one["asked"]) <= 5 else ""
    if kind == "Enough":
        return failed(
            f"{called} asked {ENOUGH} times, and did not stop when the reply was over.",
            'After the last event comes a frame of the type "end": then return.',
        )
    if kind in {"ReadError", "ConnectError", "RemoteProtocolError"}:
        return failed(
            f"{called}: {how}, and reconnect() broke off with it.",
            "Catch httpx.TransportError around the request and its reading, and ask again.",
        )
    if kind == "JSONDecodeError":
        return failed(
            f"{called}: half a frame was read as an event.",
            "Only an empty line ends a frame: what comes without one was cut off. frames() knows.",
        )
    if kind == "ValueError" and "int()" in error["message"]:
        return failed(
            f"{called}: a frame without an id was read as an event. {line}".strip(),
            'The frame "end" has none: look for frame.event == "end" first, and return.',
        )
    if "context manager protocol" in error["message"]:
        return failed(f"{called} raised {kind}: {error['message']}", f"Write `async with`. {line}")
    return failed(f"{called} raised {kind}: {error['message'][:140]}", line)


def _other_events(
    called: str, inputs: dict[str, Any], expected: list[Any], one: dict[str, Any]
) -> Finding | None:
    got = one["got"]
    if got == expected:
        return None
    seqs = [event.get("seq") for event in got]
    wanted = [event["seq"] for event in expected]
    if seqs == wanted[: len(seqs)]:
        return _too_early(called, inputs, expected, one)
    if wanted[0] > 2 and seqs and seqs[0] < wanted[0]:
        return failed(
            f"{called} began with event {seqs[0]}: the reader has that one already.",
            'The first request needs the cursor, too: params={"cursor": cursor}.',
        )
    if len(set(seqs)) < len(seqs):
        return _doubled(called, one, seqs)
    lost = next((seq for seq in wanted if seq not in seqs), None)
    if lost is None:
        return failed(
            f"{called}: the order of the events is {seqs[:9]}.", "Yield each as it comes."
        )
    text = next(event for event in expected if event["seq"] == lost).get("content", "")
    return failed(
        f"{called}: event {lost} never came ({shorten(text)}).",
        "Keep the id of each frame that you have whole. Do not count, and do not sort out what "
        "looks alike: people say the same word twice.",
    )


def _too_early(
    called: str, inputs: dict[str, Any], expected: list[Any], one: dict[str, Any]
) -> Finding:
    asked = len(one["asked"])
    how = WAYS[inputs["breaks"][asked - 1][0]] if asked <= len(inputs["breaks"]) else ""
    said = f"{called} ended after {len(one['got'])} of {len(expected)} events"
    if how:
        return failed(
            f"{said}: {how}.",
            'The end of a response is not the end of the reply. Without a frame "end", ask again.',
        )
    return failed(f"{said}.", "Yield every event, the last one, too; then return.")


def _doubled(called: str, one: dict[str, Any], seqs: list[Any]) -> Finding:
    twice = next(seq for number, seq in enumerate(seqs) if seq in seqs[:number])
    said = f"{called}: event {twice} came more than once."
    asked = one["asked"]
    if all(cursor is None for cursor in asked):
        return failed(
            f"{said} None of the {len(asked)} requests said where to go on.",
            'params={"cursor": cursor}, and the server replays what came after it.',
        )
    if len(set(asked)) == 1:
        return failed(
            f"{said} All {len(asked)} requests had the cursor {asked[0]!r}.",
            "With each event that you yield, the cursor moves on: cursor = frame.id.",
        )
    return failed(
        f"{said} The requests had the cursors {asked[:4]}.",
        "The cursor is the id of the last frame that you have whole: not a number of events.",
    )


def _goes_on(one: dict[str, Any]) -> Finding | None:
    called = "reconnect() to a turn that is not there (404)"
    if len(one["asked"]) > 1:
        return failed(
            f"{called} asked {len(one['asked'])} times.",
            "A 404 is an answer, not a broken line. Call response.raise_for_status(); what it "
            "raises let through, and catch only httpx.TransportError.",
        )
    if one["raised"] is None:
        return failed(
            f"{called} ended like a reply that is over.",
            "Call response.raise_for_status(): whoever asked has to know.",
        )
    return None
