"""Part 11.1: a chat server over HTTP, whose turns outlive their connections."""

import asyncio
import json
from random import Random
from typing import Any

import httpx

from chatlab.course.findings import Finding, no, yes
from chatlab.course.lessons.l04_sse import frames_read
from chatlab.course.lessons.l11_held import HeldServer, authenticate_with, people_inputs
from chatlab.course.lessons.l11_wire import Wire, client_of, wired
from chatlab.course.lessons.talking import short
from chatlab.course.observing import attempt

__all__ = ["serve_inputs", "serve_judged", "serve_seen"]

_TURNS = "/api/turns"
_ENDLESS = 2.0
"""After so many seconds, a stream that should have ended is called endless."""


def serve_inputs(random: Random) -> dict[str, Any]:
    """See `people_inputs`."""
    return people_inputs(random)


async def serve_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """A turn whose line is cut, and that is read again; another's tries; a turn that is stopped."""
    server = HeldServer(inputs["pieces"], inputs["hold_at"])
    apps: list[Any] = []
    made = await attempt(lambda: apps.append(subject(server, authenticate_with(inputs))))
    if "raised" in made:
        return {"unmade": made["raised"]}
    if not callable(apps[0]):
        return {"unmade": {"type": "NoApp", "message": type(apps[0]).__name__}}
    async with wired(apps[0]) as wire:
        visit = _Visit(wire, server, inputs)
        try:
            seen = await visit.all()
        finally:
            await visit.close()
            await server.all_over()
    return seen


class _Visit:
    """Alice, Bob and somebody without a key, at one app."""

    def __init__(self, wire: Wire, server: HeldServer, inputs: dict[str, Any]) -> None:
        self._wire = wire
        self._server = server
        self._inputs = inputs
        self._alice, self._bob = (client_of(wire, key) for key in inputs["keys"])
        self._nobody = client_of(wire, None)
        self._mallory = client_of(wire, inputs["keys"][0][::-1])

    async def close(self) -> None:
        for client in (self._alice, self._bob, self._nobody, self._mallory):
            await client.aclose()

    async def all(self) -> dict[str, Any]:
        seen: dict[str, Any] = {"refused": await self._refused()}
        first = seen["first"] = await self._begun(self._inputs["messages"][0])
        if first["turn_id"] is None:
            return seen
        turn = f"{_TURNS}/{first['turn_id']}"
        seen["cut"] = await self._read_half(turn)
        cursor = seen["cut"]["cursor"]
        seen["bob"] = await self._bobs_tries(turn)
        self._server.go = True
        await self._server.until_left(1)
        seen["left"] = list(self._server.left)
        seen["back"] = await self._read(f"{turn}/events?cursor={cursor}")
        seen["again"] = await self._read(f"{turn}/events")
        seen["stopped"] = await self._stopped(first["thread_id"])
        return seen

    async def _refused(self) -> dict[str, Any]:
        body = {"message": "Hello"}
        return {
            "nobody": await self._call(self._nobody, "POST", _TURNS, body),
            "mallory": await self._call(self._mallory, "POST", _TURNS, body),
            "asked": list(self._server.asked),
        }

    async def _begun(self, message: str, thread_id: str | None = None) -> dict[str, Any]:
        body = {"message": message} | ({"thread_id": thread_id} if thread_id else {})
        seen = await self._call(self._alice, "POST", _TURNS, body)
        told = seen["body"] if isinstance(seen["body"], dict) else {}
        ids = {name: told.get(name) for name in ("turn_id", "thread_id")}
        return seen | ids | {"late": self._server.went_on, "left": list(self._server.left)}

    async def _read_half(self, turn: str) -> dict[str, Any]:
        """Read as far as the reply is held, then be gone."""
        wanted = "".join(self._inputs["pieces"][: self._inputs["hold_at"]])
        return await self._read(f"{turn}/events", until=wanted)

    async def _read(self, url: str, until: str | None = None) -> dict[str, Any]:
        """The frames at this address, to the end or until there is so much text."""
        text, kind, status, error = "", "", 0, None
        frames: list[Any] = []
        try:
            async with asyncio.timeout(_ENDLESS), self._alice.stream("GET", url) as response:
                status, kind = response.status_code, response.headers.get("content-type", "")
                async for piece in response.aiter_text():
                    text += piece
                    frames = _frames(text)
                    if until is not None and (
                        len(_said(frames)) >= len(until) or self._server.went_on
                    ):
                        break
        except TimeoutError:
            error = "endless"
        except httpx.TransportError as broken:
            error = str(broken)
        cursor = frames[-1]["id"] if frames else ""
        return {
            "url": url.rpartition("/")[2],
            "status": status,
            "kind": kind,
            "frames": frames,
            "text": _said(frames),
            "raw": text[:200],
            "cursor": cursor,
            "late": self._server.went_on,
            "broke": error,
            "crash": self._crash(),
        }

    async def _bobs_tries(self, turn: str) -> dict[str, Any]:
        """What Bob is told of Alice's turn, and of one that never was."""
        never = f"{_TURNS}/{'trn_' + '0' * 32}"
        tries: dict[str, Any] = {}
        for what, method, end in (("events", "GET", "/events"), ("stop", "POST", "/stop")):
            hers = await self._call(self._bob, method, turn + end)
            nobodys = await self._call(self._bob, method, never + end)
            tries[what] = [_without(hers, turn), _without(nobodys, never)]
        return tries | {"left": list(self._server.left)}

    async def _stopped(self, thread_id: str) -> dict[str, Any]:
        """A second message in the same thread; stopped while it is held."""
        self._server.go = self._server.went_on = False
        begun = await self._begun(self._inputs["messages"][1], thread_id)
        turn = f"{_TURNS}/{begun['turn_id']}"
        half = await self._read_half(turn)
        before = list(self._server.left)
        stop = await self._call(self._alice, "POST", f"{turn}/stop")
        seen = {"begun": begun, "before": before, "stop": stop, "left": list(self._server.left)}
        self._server.go = True
        await self._server.until_left(2)
        rest = await self._read(f"{turn}/events?cursor={half['cursor']}")
        return seen | {"asked": self._server.asked, "rest": rest}

    async def _call(
        self, client: httpx.AsyncClient, method: str, path: str, body: Any = None
    ) -> dict[str, Any]:
        """One request and its answer; of a stream, only how it begins."""
        called = f"{method} {path}"
        try:
            async with client.stream(method, path, json=body) as response:
                kind = response.headers.get("content-type", "")
                content: Any = None
                if "event-stream" not in kind:
                    await response.aread()
                    content = _body(response)
                return {
                    "called": called,
                    "status": response.status_code,
                    "body": content,
                    "crash": self._crash(),
                }
        except httpx.TransportError as broken:
            said = {"status": 0, "body": str(broken), "crash": self._crash()}
            return {"called": called} | said

    def _crash(self) -> dict[str, Any] | None:
        crash, self._wire.crash = self._wire.crash, None
        return crash


def _frames(text: str) -> list[dict[str, Any]]:
    """The events that a browser has got from the stream so far, each with its id."""
    frames: list[dict[str, Any]] = []
    for kind, data, id in frames_read(text):
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        event = event if isinstance(event, dict) else None
        frames.append({"id": id, "kind": kind, "event": event})
    return frames


def _said(frames: list[dict[str, Any]]) -> str:
    events = [frame["event"] for frame in frames if frame["event"]]
    return "".join(e.get("content", "") for e in events if e.get("type") == "assistant_message")


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def _without(seen: dict[str, Any], turn: str) -> list[Any]:
    """Status and body, with the turn's id left out."""
    id = turn.rpartition("/")[2]
    return [seen["status"], json.dumps(seen["body"]).replace(id, "...")]


def serve_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Only with a key; the turn goes on without a reader; the cursor loses and doubles nothing."""
    if "unmade" in seen:
        return [_unmade(seen["unmade"])]
    wrong = (
        _refused_wrong(seen["refused"])
        or _begun_wrong(inputs, seen["first"])
        or _cut_wrong(inputs, seen["cut"])
        or _left_wrong(seen)
        or _back_wrong(inputs, seen["cut"], seen["back"])
        or _again_wrong(inputs, seen["again"])
        or _bob_wrong(seen["bob"])
        or _stopped_wrong(inputs, seen)
    )
    if wrong:
        return [wrong]
    return [yes(3, "Lines may break: the turn goes on, and a cursor finds every word again.")]


def _unmade(why: dict[str, Any]) -> Finding:
    if why["type"] == "NoApp":
        return no(f"create_app gave back a {why['message']}.", "End it with `return app`.")
    return no(f"create_app raised {why['type']}: {why['message']}", _line(why))


def _line(error: dict[str, Any] | None) -> str:
    return f"Your line {error['number']}: {error['line']}" if error and error.get("line") else ""


def _crashed(seen: dict[str, Any]) -> Finding | None:
    if not (crash := seen.get("crash")):
        return None
    said = f"{seen.get('called') or 'GET .../' + seen.get('url', '')}: the app broke with "
    return no(f"{said}{crash['type']}: {crash['message'][:140]}", _line(crash))


def _refused_wrong(seen: dict[str, Any]) -> Finding | None:
    for who, what in (("nobody", "without a session key"), ("mallory", "with a forged key")):
        one = seen[who]
        if wrong := _crashed(one):
            return wrong
        if one["status"] == 404:
            return no(f"{one['called']}: 404.", '@app.post("/api/turns", status_code=202)')
        if one["status"] != 401:
            return no(
                f"{one['called']} {what}: got {one['status']}, expected 401.",
                "Ask for the badge in every route: context: RequestContext = Depends(badge)",
            )
    return None


def _begun_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["late"] or "completed" in one["left"]:
        return no(
            f"{one['called']}: the answer came when the reply was over.",
            "Do not await the turn here. A task of its own reads it: asyncio.create_task(...)",
        )
    if one["status"] != 202:
        return no(
            f"{one['called']} with a good key: got {one['status']}, expected 202.",
            "202 says: accepted, and not done yet. @app.post(..., status_code=202)",
        )
    if not all(isinstance(one[name], str) for name in ("turn_id", "thread_id")):
        return no(
            f"{one['called']}: the body is {short(str(one['body']))}.",
            'Return {"turn_id": ..., "thread_id": turn.thread_id}.',
        )
    return None


def _cut_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["status"] != 200:
        return no(
            f"GET /api/turns/{{turn_id}}/events: got {one['status']}, expected 200.",
            '@app.get("/api/turns/{turn_id}/events")',
        )
    if not one["kind"].startswith("text/event-stream"):
        return no(
            f"The events came as {one['kind'] or 'nothing'}.",
            'StreamingResponse(..., media_type="text/event-stream")',
        )
    if one["late"]:
        return no(
            "No word of the reply arrived before it was complete.",
            "Send each frame when it is there: give the stream itself to StreamingResponse.",
        )
    if not one["frames"] or any(frame["event"] is None for frame in one["frames"]):
        return no(
            f"The stream begins with {short(one['raw'])}.",
            "event_frames(log, cursor) makes the frames: an id, a type, and the event as JSON.",
        )
    if not all(frame["id"].isdecimal() for frame in one["frames"]):
        return no(
            "The frames have no id: nobody could say where to go on.",
            "event_frames(log, cursor) gives each frame the event's seq as its id.",
        )
    expected = "".join(inputs["pieces"][: inputs["hold_at"]])
    if one["text"] != expected:
        return no(
            f"Half of the reply is {short(expected)}; the stream said {short(one['text'])}.",
            "One task reads the turn and writes the log. Readers only read the log.",
        )
    return None


def _left_wrong(seen: dict[str, Any]) -> Finding | None:
    if seen["left"] == ["completed"]:
        return None
    return no(
        "The reader's line broke, and the reply ended with it.",
        "The turn belongs to the server: a task of its own reads it, whoever listens.",
    )


def _back_wrong(inputs: dict[str, Any], cut: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    whole = "".join(inputs["pieces"])
    called = f"GET .../{one['url']}"
    if wrong := _crashed(one) or _endless(called, one):
        return wrong
    if one["status"] != 200:
        return no(
            f"{called} after the line had broken: got {one['status']}, expected 200.",
            "Keep the turn and its log for those who come back.",
        )
    if cut["text"] + one["text"] == whole:
        return None
    if one["text"] == whole:
        return no(
            f"{called} began from the beginning: what the reader has came again.",
            "Take the cursor from the request, `cursor: int = 0`, and hand it to event_frames().",
        )
    return no(
        f"{called} said {short(one['text'])}; missing was {short(whole[len(cut['text']) :])}.",
        "All that came after the cursor is in the log, also what nobody heard at the time.",
    )


def _endless(called: str, one: dict[str, Any]) -> Finding | None:
    if one["broke"] != "endless":
        return None
    return no(
        f"{called}: the reply is over, and the response does not end.",
        "The log has to know that the turn is over: log.end(turn.state).",
    )


def _again_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one) or _endless("GET .../events", one):
        return wrong
    if one["text"] != "".join(inputs["pieces"]):
        return no(
            f"GET .../events without a cursor, once more: {short(one['text'])}.",
            "A log can be read as often as one likes, from the beginning, too.",
        )
    if one["frames"][-1]["kind"] != "end":
        return no(
            f"The last frame of a reply that is over is of the type {one['frames'][-1]['kind']!r}.",
            "event_frames(log, cursor) ends with a frame of the type 'end': so readers know that "
            "nothing was cut off.",
        )
    return None


def _bob_wrong(bob: dict[str, Any]) -> Finding | None:
    for what in ("events", "stop"):
        (hers_status, hers), (never_status, never) = bob[what]
        if hers_status < 400:
            return no(
                f"Bob asked for {what} of Alice's turn, and got it ({hers_status}).",
                "Keep with each turn whose it is, and compare: one.user_id == context.user_id.",
            )
        if hers_status != never_status or hers != never:
            return no(
                f"Bob is told {hers_status} for Alice's turn and {never_status} for none: {hers} "
                f"and {never}.",
                "'Not yours' confirms that it exists. Raise NotFoundError for both.",
            )
        if hers_status != 404:
            return no(
                f"Bob asked for {what} of a turn that is not his: got {hers_status}.",
                "Expected 404: for him it does not exist.",
            )
    return None


def _stopped_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    one = seen["stopped"]
    begun, stop = one["begun"], one["stop"]
    if wrong := _crashed(begun):
        return wrong
    if begun["thread_id"] != seen["first"]["thread_id"]:
        return no(
            "A message with a thread_id began another thread.",
            "server.send(said.message, context, said.thread_id)",
        )
    expected = [[inputs["names"][0], message] for message in inputs["messages"][:2]]
    if one["asked"] != expected:
        return no(
            f"The server was asked {one['asked']}; expected {expected}.",
            "server.send(said.message, context, said.thread_id)",
        )
    if wrong := _crashed(stop):
        return wrong
    if stop["status"] >= 400 or not stop["status"]:
        return no(
            f"POST /api/turns/{{turn_id}}/stop: got {stop['status']}.",
            '@app.post("/api/turns/{turn_id}/stop")',
        )
    if one["left"] != ["completed", "closed"]:
        return no(
            "After Stop had been answered, the reply still went on.",
            "await turn.aclose(): it returns when respond() is closed.",
        )
    return _endless("GET .../events after Stop", one["rest"])
