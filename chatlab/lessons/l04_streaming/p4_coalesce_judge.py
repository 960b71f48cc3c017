"""Part 04.4: a buffer before a slow reader, in which the pieces of a message come together."""

from typing import Any, cast

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l04_streaming.p4_coalesce import Tape

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Nothing waits for no reason, nothing is lost, what can merge does, and the source waits."""
    tapes = {"live": "talk", "wide": "talk", "full": "tools", "tight": "talk"}
    for name, one in seen.items():
        if wrong := _broken(one) or _stuck(one["value"], inputs[tapes[name]]):
            return [wrong]
    if wrong := _order_of(seen, inputs, tapes):
        return [wrong]
    limit = inputs["few"]
    ahead = seen["full"]["value"]["pulled"][0]
    if ahead > limit + 2:
        return [
            failed(
                f"max_pending={limit}, the reader had taken 1 event, and you had pulled {ahead}.",
                "When it is full and nothing merges, wait for room before you ask for more.",
            )
        ]
    if wrong := _merged_too_little(inputs, seen):
        return [wrong]
    return [
        passed(4, "A slow reader gets everything, in fewer pieces, and the stream waits for it.")
    ]


def _order_of(
    seen: dict[str, Any], inputs: dict[str, Any], tapes: dict[str, str]
) -> Finding | None:
    late = seen["live"]["value"]["late"]
    for name, one in seen.items():
        if wrong := _changed(inputs[tapes[name]], one["value"]["got"]):
            return wrong
        if late is not None:
            return failed(
                f"The reader was waiting, and event {late} was kept back all the same.",
                "Merge only what the reader has no time for; whoever waits gets it at once.",
            )
    return None


def _broken(one: dict[str, Any]) -> Finding | None:
    if "raised" not in one:
        return None
    error = one["raised"]
    if "coroutine" in error["message"] or "'async for' requires" in error["message"]:
        return failed(
            "coalesce(stream, max_pending) gave back no stream.",
            "`async def` with `yield`, or an object with __aiter__ and __anext__.",
        )
    where = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    return failed(f"coalesce raised {error['type']}: {error['message']}", where)


def _stuck(value: dict[str, Any], tape: Tape) -> Finding | None:
    if not value["stuck"]:
        return None
    if _joined(value["got"]) == _joined(tape):
        return failed(
            "Every event came, and then the stream did not end.",
            "When the source has ended, tell your reader; it still waits.",
        )
    return failed(
        f"After {len(value['got'])} events the reader waited, and nothing more came.",
        "Whoever puts an event in has to wake the reader, and whoever takes one out the writer.",
    )


def _joined(events: Tape) -> list[tuple[str, str, str]]:
    """The events as if everything that may merge had merged: kind, item, text."""
    joined: list[tuple[str, str, str]] = []
    for event in events:
        kind, item, text = event["type"], event["item_id"], event.get("content", "")
        if joined and kind == "assistant_message" and joined[-1][:2] == (kind, item):
            joined[-1] = (kind, item, joined[-1][2] + text)
        else:
            joined.append((kind, item, text))
    return joined


def _changed(tape: Tape, got: Tape) -> Finding | None:
    for number, event in enumerate(got, start=1):
        if not isinstance(cast("object", event), dict) or "item_id" not in event:
            return failed(f"Event {number} is no event: {str(event)[:60]}", "Yield the events.")
    there, here = _joined(tape), _joined(got)
    if there == here:
        return None
    if any(not item for _, item, _ in here):
        return failed(
            "A merged piece has lost its item_id.",
            "Copy the last piece: last.model_copy(update={'content': ...}).",
        )
    tools = [[item for kind, item, _ in one if kind == "tool_status"] for one in (there, here)]
    if len(tools[1]) < len(tools[0]):
        return failed(
            f"{len(tools[0])} tool events went in, {len(tools[1])} came out.",
            "Only pieces of one message may become one; everything else goes through as it is.",
        )
    texts = ["".join(text for _, _, text in one) for one in (there, here)]
    if texts[0] != texts[1] and sorted(texts[0]) == sorted(texts[1]):
        return _overtaken()
    if len(texts[1]) < len(texts[0]):
        return failed(
            "Text was lost on the way.",
            "When there is no room, wait. Never throw anything away.",
        )
    if len(texts[1]) > len(texts[0]):
        return failed("Some text came twice.", "What the reader has taken is not pending any more.")
    if _speakers(there) != _speakers(here):
        return failed(
            "Pieces of two messages became one.",
            "Neighbours merge only if their item_id is the same.",
        )
    return _overtaken()


def _speakers(joined: list[tuple[str, str, str]]) -> list[str]:
    """For each character, the message that it belongs to."""
    return [item for kind, item, text in joined for _ in text if kind != "tool_status"]


def _overtaken() -> Finding:
    return failed(
        "A piece overtook what stood between it and the piece before.",
        "Look at the last pending event only: if the new one does not fit there, it comes after.",
    )


def _merged_too_little(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    least = len(_joined(inputs["talk"]))
    wide, tight = (len(seen[name]["value"]["got"]) for name in ("wide", "tight"))
    if wide > least + 1:
        return failed(
            f"A slow reader got {wide} events; {least + 1} would have done.",
            "While it is busy, a task of yours reads on, and joins pieces of one message.",
        )
    if tight > least + 1:
        return failed(
            f"With max_pending=1 a slow reader got {tight} events; {least + 1} would have done.",
            "Full is no reason to stop while the next piece still fits onto the last one: pull it, "
            "and wait only if it does not merge.",
        )
    return None
