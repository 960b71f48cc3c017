"""Judge part 04.4: `coalesce` loses nothing, merges what it can, and pulls no more than it may."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p4_coalesce import EventList
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """4 points if no reading is late or changed, the source waits, and pieces are merged."""
    stream_names = {"live": "talk", "wide": "talk", "full": "tools", "tight": "talk"}
    for name, reading in observation.items():
        events = inputs[stream_names[name]]
        if wrong := _raised_wrong(reading) or _timeout_wrong(reading["value"], events):
            return [wrong]
    if wrong := _delivery_wrong(observation, inputs, stream_names):
        return [wrong]
    limit = inputs["few"]
    pulled = observation["full"]["value"]["pulled"][0]
    if pulled > limit + 2:
        return [
            failed(
                f"max_pending={limit}, the reader had taken 1 event, and you had pulled {pulled}.",
                "When it is full and nothing merges, wait for room before you ask for more.",
            )
        ]
    if wrong := _too_many_events_wrong(inputs, observation):
        return [wrong]
    return [
        passed(4, "A slow reader gets everything, in fewer pieces, and the stream waits for it.")
    ]


def _delivery_wrong(
    observation: dict[str, Any], inputs: dict[str, Any], stream_names: dict[str, str]
) -> Finding | None:
    late_event = observation["live"]["value"]["late"]
    for name, reading in observation.items():
        if wrong := _events_wrong(inputs[stream_names[name]], reading["value"]["got"]):
            return wrong
        if late_event is not None:
            return failed(
                f"The reader was waiting, and event {late_event} was held back all the same.",
                "Merge only while the reader is busy; a reader who is waiting gets each event "
                "immediately.",
            )
    return None


def _raised_wrong(reading: dict[str, Any]) -> Finding | None:
    if "raised" not in reading:
        return None
    error = reading["raised"]
    if "coroutine" in error["message"] or "'async for' requires" in error["message"]:
        return failed(
            "coalesce(stream, max_pending) returned no stream.",
            "`async def` with `yield`, or an object with __aiter__ and __anext__.",
        )
    return failed(f"coalesce raised {error['type']}: {error['message']}", source_line(error))


def _timeout_wrong(value: dict[str, Any], events: EventList) -> Finding | None:
    """What is wrong when no event came within the time limit."""
    if not value["stuck"]:
        return None
    if _merge(value["got"]) == _merge(events):
        return failed(
            "Every event came, but then the stream did not end.",
            "When the source has ended, tell your reader, which is still waiting.",
        )
    return failed(
        f"The reader waited for event {len(value['got']) + 1}, and it never came.",
        "Whoever puts an event in has to wake the reader, and whoever takes one out has to wake "
        "the writer. Or has your task died of an error? Unless you await it, it dies in silence.",
    )


def _merge(events: EventList) -> list[tuple[str, str, str]]:
    """Type, item id and text of each event, with all pieces merged that may be."""
    merged: list[tuple[str, str, str]] = []
    for event in events:
        kind, item_id, text = event["type"], event["item_id"], event.get("content", "")
        if merged and kind == "assistant_message" and merged[-1][:2] == (kind, item_id):
            merged[-1] = (kind, item_id, merged[-1][2] + text)
        else:
            merged.append((kind, item_id, text))
    return merged


def _events_wrong(events: EventList, got: EventList) -> Finding | None:
    """What is wrong when the two differ in more than how their pieces are merged."""
    for number, event in enumerate(got, start=1):
        if not isinstance(cast("object", event), dict) or "item_id" not in event:
            return failed(f"Event {number} is not an event: {str(event)[:60]}", "Yield the events.")
    expected, received = _merge(events), _merge(got)
    if expected == received:
        return None
    if any(not item for _, item, _ in received):
        return failed(
            "A merged piece has lost its item_id.",
            "Copy the last piece: last.model_copy(update={'content': ...}).",
        )
    tool_ids = [
        [item for kind, item, _ in merged if kind == "tool_status"]
        for merged in (expected, received)
    ]
    if len(tool_ids[1]) < len(tool_ids[0]):
        return failed(
            f"{len(tool_ids[0])} tool events went in, {len(tool_ids[1])} came out.",
            "Only pieces of one message may become one; everything else goes through as it is.",
        )
    texts = ["".join(text for _, _, text in merged) for merged in (expected, received)]
    if texts[0] != texts[1] and sorted(texts[0]) == sorted(texts[1]):
        return _explain_overtaking()
    if len(texts[1]) < len(texts[0]):
        return failed(
            "Text was lost on the way.",
            "When there is no room, wait. Never throw anything away.",
        )
    if len(texts[1]) > len(texts[0]):
        return failed("Some text came twice.", "What the reader has taken is not pending any more.")
    if _item_ids_by_character(expected) != _item_ids_by_character(received):
        return failed(
            "Pieces of two messages became one.",
            "Two pieces merge only if their item_id is the same.",
        )
    return _explain_overtaking()


def _item_ids_by_character(merged: list[tuple[str, str, str]]) -> list[str]:
    """For each character of text, the id of the message that it belongs to."""
    return [item for kind, item, text in merged for _ in text if kind != "tool_status"]


def _explain_overtaking() -> Finding:
    return failed(
        "A piece overtook what stood between it and the piece before.",
        "Look at the last pending event only: if the new one does not fit there, it comes after.",
    )


def _too_many_events_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """What is wrong when a slow reader got more events than necessary."""
    # The first piece reaches the reader before there is another one to merge it with.
    fewest = len(_merge(inputs["talk"])) + 1
    wide_count, tight_count = (len(observation[name]["value"]["got"]) for name in ("wide", "tight"))
    if wide_count > fewest:
        return failed(
            f"A slow reader got {wide_count} events; {fewest} would have done.",
            "While it is busy, a task of yours reads on, and joins pieces of one message.",
        )
    if tight_count > fewest:
        return failed(
            f"With max_pending=1 a slow reader got {tight_count} events; {fewest} would have done.",
            "Even when full, do not stop while the next piece still fits onto the last one: pull "
            "it, "
            "and wait only if it does not merge.",
        )
    return None
