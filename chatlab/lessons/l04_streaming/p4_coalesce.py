"""Part 04.4: a buffer before a slow reader, in which the pieces of a message come together."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from random import Random
from typing import Any, cast

from chatlab.course.checking.observe import attempt, to_plain_json
from chatlab.course.findings import Finding, failed, passed
from chatlab.events import ThreadStreamEvent, event_adapter
from chatlab.lessons.l04_streaming.watched_model import yield_to_loop

__all__ = ["coalesce_inputs", "coalesce_judged", "coalesce_seen"]

_SOON = 2.0
_PATIENCE = 100

Tape = list[dict[str, Any]]


def coalesce_inputs(random: Random) -> dict[str, Any]:
    """A long talk with tools in between, and a row of events of which no two can merge."""
    talk: Tape = []
    for run in range(6):
        count = random.randint(4, 9)
        # One message goes on after a tool, and one follows another without anything in between.
        talk += [_piece(f"msg_{run // 2}", f"{run}.{n} ") for n in range(count)]
        if run % 2 == 0:
            talk.append(_tool(run))
    talk += [_tool(8), _tool(8)]
    events = {"talk": talk, "tools": [_tool(n) for n in range(12)]}
    for tape in events.values():
        for seq, event in enumerate(tape, start=1):
            event["seq"] = seq
    return events | {"few": random.randint(2, 4), "many": random.randint(20, 40)}


def _piece(item_id: str, content: str) -> dict[str, Any]:
    stamps = {"thread_id": "thr_1", "item_id": item_id}
    return stamps | {"type": "assistant_message", "content": content}


def _tool(number: int) -> dict[str, Any]:
    stamps = {"thread_id": "thr_1", "item_id": f"tool_{number}"}
    return stamps | {"type": "tool_status", "tool": "look_up", "status": "running"}


class _Source:
    """A stream that counts what was taken out of it; a live one waits for its reader."""

    def __init__(self, tape: Tape, *, live: bool = False) -> None:
        self.length = len(tape)
        self.pulled = 0
        self.heard = 0
        self.late: int | None = None
        self._tape = tape
        self._live = live

    async def stream(self) -> AsyncGenerator[ThreadStreamEvent]:
        for event in self._tape:
            self.pulled += 1
            yield event_adapter.validate_python(event)
            if self._live:
                await self._wait_until_heard()
            else:
                await asyncio.sleep(0)

    async def _wait_until_heard(self) -> None:
        if self.late is not None:
            return
        for _ in range(_PATIENCE):
            if self.heard == self.pulled:
                return
            await asyncio.sleep(0)
        await asyncio.sleep(0.05)
        if self.heard < self.pulled:
            self.late = self.pulled


async def coalesce_seen(coalesce: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What a waiting reader gets, and what slow ones get with more room and with less."""
    seen = {"live": await _read(coalesce, inputs["talk"], inputs["many"], live=True)}
    if "raised" in seen["live"] or seen["live"]["value"]["stuck"]:
        return seen
    for name, tape, room in (
        ("wide", "talk", inputs["many"]),
        ("full", "tools", inputs["few"]),
        ("tight", "talk", 1),
    ):
        seen[name] = await _read(coalesce, inputs[tape], room, live=False)
        if "raised" in seen[name]:
            return seen
    return seen


async def _read(coalesce: Any, tape: Tape, room: int, *, live: bool) -> dict[str, Any]:
    source = _Source(tape, live=live)
    behind = source.stream()
    before = asyncio.all_tasks()

    async def reading() -> dict[str, Any]:
        got: list[Any] = []
        pulled: list[int] = []
        stream = _stream(coalesce(behind, room))
        stuck = False
        try:
            while not stuck:
                async with asyncio.timeout(_SOON):
                    event = await anext(stream)
                source.heard += 1
                got.append(to_plain_json(event))
                if not live:
                    await _settled(source)
                pulled.append(source.pulled)
        except StopAsyncIteration:
            pass
        except TimeoutError:
            stuck = True
        if stuck:
            await _given_up(stream, before)
        return {"got": got, "pulled": pulled, "late": source.late, "stuck": stuck}

    seen = await attempt(reading)
    await attempt(behind.aclose)
    return seen


def _stream(made: Any) -> AsyncIterator[Any]:
    if asyncio.iscoroutine(made):
        made.close()
        raise TypeError("coalesce() gave back a coroutine")
    return aiter(made)


async def _settled(source: _Source) -> None:
    """Wait until nothing more is pulled, even by code that looks every so often for room."""
    before = -1
    while before < source.pulled < source.length:
        before = source.pulled
        await yield_to_loop(20)
        await asyncio.sleep(0.025)
    await yield_to_loop(20)


async def _given_up(stream: AsyncIterator[Any], before: set["asyncio.Task[Any]"]) -> None:
    """End what will not end by itself, so that the verdict is about that and nothing else."""
    aclose = getattr(stream, "aclose", None)
    if aclose is not None:
        await attempt(aclose)
    left = asyncio.all_tasks() - before
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def coalesce_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
