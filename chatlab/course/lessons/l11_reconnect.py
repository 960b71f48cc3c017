"""Part 11.3: read a reply to its end, over a line that breaks off in every way there is."""

import inspect
import json
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import httpx

from chatlab.course.findings import Finding, no, yes
from chatlab.course.lessons.l04_model import replies, rounds
from chatlab.course.lessons.talking import short
from chatlab.course.observing import plain, raised
from chatlab.course.todo import NotStarted
from chatlab.llm import split_tokens
from chatlab.streams import sse_frame

__all__ = ["reconnect_inputs", "reconnect_judged", "reconnect_seen"]

_ENOUGH = 25
"""How many requests the server answers before it has had enough."""

_WAYS = {
    "cut": "the line was cut",
    "cut in a frame": "the line was cut in the middle of a frame",
    "ended": "the response just ended, and the reply had not",
    "ended in a frame": "the response just ended, in the middle of a frame",
    "nobody": "nobody answered",
}


def reconnect_inputs(random: Random) -> dict[str, Any]:
    """A turn whose pieces were merged here and there, and how the line to it will break off."""
    pieces = split_tokens(" ".join(replies(random, 4)))
    breaks = random.sample(sorted(_WAYS), len(_WAYS))
    return {
        "events": _events(random, pieces),
        "breaks": [[how, random.randint(1, 4)] for how in breaks],
        "turn": f"/api/turns/trn_{random.getrandbits(128):032x}",
    }


def _events(random: Random, pieces: list[str]) -> list[list[Any]]:
    """Cursor and event, as a turn's log has them: pieces that were merged leave a gap."""
    events: list[list[Any]] = []
    seq = 1
    rest = list(pieces)
    while rest:
        count = random.choice([1, 1, 1, 2, 3])
        text, rest = "".join(rest[:count]), rest[count:]
        seq += count
        events.append([seq, {"type": "assistant_message", "seq": seq, "content": text}])
    whole = {"id": "msg_1", "role": "assistant", "content": "".join(pieces)}
    events.append([seq + 1, {"type": "item_done", "seq": seq + 1, "item": whole}])
    events.append([seq + 2, {"type": "thread_updated", "seq": seq + 2, "thread": {"id": "thr_1"}}])
    return events


class Enough(BaseException):
    """The client asks for ever; no `except Exception` catches it."""


class BadLine(httpx.AsyncBaseTransport):
    """A server that has a turn's events, behind a line that breaks off as it is told.

    Attributes:
        asked: The cursor that each request came with; None for one without.
        wrong_paths: What else it was asked for.
        got: What the client has made of it so far.
        at_breaks: How many events the client had when the line broke off, each time.
    """

    def __init__(self, inputs: dict[str, Any], *, known: bool = True) -> None:
        self.asked: list[str | None] = []
        self.wrong_paths: list[str] = []
        self.got: list[Any] = []
        self.at_breaks: list[int] = []
        self._turn = inputs["turn"] if known else None
        self._events = inputs["events"]
        self._breaks = list(inputs["breaks"])

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, and what becomes of it."""
        cursor = request.headers.get("Last-Event-ID") or request.url.params.get("cursor")
        self.asked.append(cursor)
        if len(self.asked) > _ENOUGH:
            raise Enough
        if (request.method, request.url.path) != ("GET", f"{self._turn}/events"):
            self.wrong_paths.append(f"{request.method} {request.url.path}")
            return httpx.Response(404, json={"detail": "Not Found"})
        how, count = self._breaks.pop(0) if self._breaks else (None, 0)
        if how == "nobody":
            self.at_breaks.append(len(self.got))
            raise httpx.ConnectError("Nobody answers.", request=request)
        if cursor is not None and not cursor.isdecimal():
            return httpx.Response(422, json={"code": "invalid_input", "message": "cursor"})
        frames = [
            sse_frame(json.dumps(event), event["type"], str(seq)).encode()
            for seq, event in self._events
            if seq > int(cursor or 0)
        ]
        frames.append(sse_frame('{"state": "completed"}', "end").encode())
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, stream=_Broken(self, frames, how, count))


class _Broken(httpx.AsyncByteStream):
    """So many whole frames, and then what happens."""

    def __init__(self, line: BadLine, frames: list[bytes], how: str | None, count: int) -> None:
        self._line = line
        self._frames = frames
        self._how = how
        self._count = count

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._how is None:
            yield b": all is well\n\n"
            for frame in self._frames:
                yield frame
            return
        # Fewer than there are, so that the reply is never over when the line breaks.
        count = min(self._count, len(self._frames) - 2)
        for frame in self._frames[:count]:
            yield frame
        if "in a frame" in self._how:
            frame = self._frames[count]
            yield frame[: len(frame) - 7]
        self._line.at_breaks.append(len(self._line.got))
        if self._how.startswith("cut"):
            raise httpx.ReadError("The line was cut.")


async def reconnect_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """From the beginning; from the middle, as somebody who comes back; and to no turn at all."""
    middle = inputs["events"][len(inputs["events"]) // 2][0]
    return {
        "whole": await _read(subject, inputs, 0),
        "middle": {"cursor": middle, **await _read(subject, inputs, middle)},
        "unknown": await _read(subject, inputs, 0, known=False),
    }


async def _read(
    subject: Any, inputs: dict[str, Any], cursor: int, *, known: bool = True
) -> dict[str, Any]:
    line = BadLine(inputs, known=known)
    error: dict[str, Any] | None = None
    kind = None
    async with httpx.AsyncClient(transport=line, base_url="http://taskmanager") as client:
        try:
            stream: Any = subject(client, inputs["turn"], cursor)
            kind = type(stream).__name__
            if inspect.iscoroutine(stream):
                value = await stream
                kind = f"coroutine of {type(value).__name__}"
            else:
                async for event in stream:
                    line.got.append(event)
                    if len(line.got) > 20 * len(inputs["events"]):
                        break
        except NotStarted:
            raise
        except Enough:
            error = {"type": "Enough", "message": ""}
        except Exception as escaped:  # noqa: BLE001 - it is what was observed
            error = raised(escaped)
    await rounds(10)  # a generator that was left in the middle is closed a moment later
    return {
        "kind": kind,
        "got": plain(line.got),
        "raised": error,
        "asked": line.asked,
        "wrong_paths": line.wrong_paths,
        "at_breaks": line.at_breaks,
    }


def reconnect_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
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
    return [yes(3, "Five times the line broke off. Every word came once, and as soon as it could.")]


def _wrong(
    called: str, inputs: dict[str, Any], expected: list[Any], one: dict[str, Any]
) -> Finding | None:
    if one["kind"] != "async_generator" and not one["asked"]:
        return no(f"{called} gave back a {one['kind']}, and asked for nothing.", _AS_STREAM)
    if str(one["kind"]).startswith("coroutine"):
        return no(f"{called} is a {one['kind']}: no event before the end.", _AS_STREAM)
    if one["wrong_paths"]:
        return no(
            f"{called} asked for {one['wrong_paths'][0]}; the events are at turn_url + '/events'.",
            'client.stream("GET", f"{turn_url}/events", params={"cursor": cursor})',
        )
    if one["raised"]:
        return _raised(called, inputs, one)
    if any(not isinstance(event, dict) for event in one["got"]):
        return no(
            f"{called} yielded {short(str(one['got'][0]))}.",
            "Yield the event: what the given frames() has made of the frame's data.",
        )
    if wrong := _other_events(called, inputs, expected, one):
        return wrong
    if one["at_breaks"] and not any(one["at_breaks"]):
        return no(
            f"{called}: nothing was yielded before the whole reply was there.",
            "Yield each event when it comes; then nobody has to wait for a broken line.",
        )
    return None


_AS_STREAM = "Write `async def`, and `yield` each event as soon as you have it."


def _raised(called: str, inputs: dict[str, Any], one: dict[str, Any]) -> Finding:
    error = one["raised"]
    kind = error["type"]
    line = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    how = _WAYS[inputs["breaks"][len(one["asked"]) - 1][0]] if len(one["asked"]) <= 5 else ""
    if kind == "Enough":
        return no(
            f"{called} asked {_ENOUGH} times, and did not stop when the reply was over.",
            'After the last event comes a frame of the type "end": then return.',
        )
    if kind in {"ReadError", "ConnectError", "RemoteProtocolError"}:
        return no(
            f"{called}: {how}, and reconnect() broke off with it.",
            "Catch httpx.TransportError around the request and its reading, and ask again.",
        )
    if kind == "JSONDecodeError":
        return no(
            f"{called}: half a frame was read as an event.",
            "Only an empty line ends a frame: what comes without one was cut off. frames() knows.",
        )
    if kind == "TypeError" and "async with" in str(error.get("line")):
        return no(f"{called} raised {kind}: {error['message']}", line)
    return no(f"{called} raised {kind}: {error['message'][:140]}", line)


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
        return no(
            f"{called} began with event {seqs[0]}: the reader has that one already.",
            'The first request needs the cursor, too: params={"cursor": cursor}.',
        )
    if len(set(seqs)) < len(seqs):
        return _doubled(called, one, seqs)
    lost = next(seq for seq in wanted if seq not in seqs)
    text = next(event for event in expected if event["seq"] == lost).get("content", "")
    return no(
        f"{called}: event {lost} never came ({short(text)}).",
        "Keep the id of each frame that you have whole. Do not count, and do not sort out what "
        "looks alike: people say the same word twice.",
    )


def _too_early(
    called: str, inputs: dict[str, Any], expected: list[Any], one: dict[str, Any]
) -> Finding:
    asked = len(one["asked"])
    how = _WAYS[inputs["breaks"][asked - 1][0]] if asked <= len(inputs["breaks"]) else ""
    said = f"{called} ended after {len(one['got'])} of {len(expected)} events"
    if how:
        return no(
            f"{said}: {how}.",
            'The end of a response is not the end of the reply. Without a frame "end", ask again.',
        )
    return no(f"{said}.", "Yield every event, the last one, too; then return.")


def _doubled(called: str, one: dict[str, Any], seqs: list[Any]) -> Finding:
    twice = next(seq for number, seq in enumerate(seqs) if seq in seqs[:number])
    said = f"{called}: event {twice} came more than once."
    asked = one["asked"]
    if all(cursor is None for cursor in asked):
        return no(
            f"{said} None of the {len(asked)} requests said where to go on.",
            'params={"cursor": cursor}, and the server replays what came after it.',
        )
    if len(set(asked)) == 1:
        return no(
            f"{said} All {len(asked)} requests had the cursor {asked[0]!r}.",
            "With each event that you yield, the cursor moves on: cursor = frame.id.",
        )
    return no(
        f"{said} The requests had the cursors {asked[:4]}.",
        "The cursor is the id of the last frame that you have whole: not a number of events.",
    )


def _goes_on(one: dict[str, Any]) -> Finding | None:
    called = "reconnect() to a turn that is not there (404)"
    if len(one["asked"]) > 1:
        return no(
            f"{called} asked {len(one['asked'])} times.",
            "A 404 is an answer, not a broken line. response.raise_for_status() raises "
            "HTTPStatusError: let it through, and catch only httpx.TransportError.",
        )
    if one["raised"] is None:
        return no(
            f"{called} ended like a reply that is over.",
            "Call response.raise_for_status(): whoever asked has to know.",
        )
    return None
