"""Part 11.1: a chat server over HTTP, whose turns outlive their connections."""

import asyncio
import json
from random import Random
from typing import Any

import httpx

from chatlab.lessons.l11_ship_it.clients import Visit, visited
from chatlab.lessons.l11_ship_it.held_server import authenticate_with, people_inputs
from chatlab.lessons.l11_ship_it.transport import client_of, wired
from chatlab.lessons.support.sse import parse_sse

__all__ = ["inputs", "observe"]

_TURNS = "/api/turns"


_ENDLESS = 2.0
"""After so many seconds, a stream that should have ended is called endless."""


def inputs(random: Random) -> dict[str, Any]:
    """See `people_inputs`."""
    return people_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """A turn whose line is cut, and that is read again; another's tries; a turn that is stopped."""
    return await visited(subject, inputs, lambda visit: _Turns(visit, subject).all())


class _Turns:
    """What people do with turns."""

    def __init__(self, visit: Visit, subject: Any) -> None:
        self._visit = visit
        self._subject = subject
        self._server = visit.server
        self._inputs = visit.inputs

    async def all(self) -> dict[str, Any]:
        seen: dict[str, Any] = {"refused": await self._refused()}
        first = seen["first"] = await self._begun(self._inputs["messages"][0])
        if first["turn_id"] is None:
            return seen
        turn = f"{_TURNS}/{first['turn_id']}"
        seen["cut"] = await self._read_half(turn)
        if not seen["cut"]["raw"]:
            return seen
        cursor = seen["cut"]["cursor"]
        seen["bob"] = await self._bobs_tries(turn)
        self._server.go = True
        await self._server.until_left(1)
        seen["left"] = list(self._server.left)
        seen["back"] = await self._read(f"{turn}/events?cursor={cursor}")
        seen["again"] = await self._read(f"{turn}/events")
        seen["stopped"] = await self._stopped(first["thread_id"])
        seen["other app"] = await self._other_app(turn)
        return seen

    async def _other_app(self, turn: str) -> int:
        """What a second app says of a turn of the first one."""
        app = self._subject(self._server, authenticate_with(self._inputs))
        async with (
            wired(app) as wire,
            client_of(wire, self._inputs["keys"][0]) as client,
            client.stream("GET", f"{turn}/events") as response,
        ):
            return response.status_code

    async def _refused(self) -> dict[str, Any]:
        body = {"message": "Hello"}
        return {
            "nobody": await self._call(self._visit.nobody, "POST", _TURNS, body),
            "mallory": await self._call(self._visit.mallory, "POST", _TURNS, body),
            "asked": list(self._server.asked),
        }

    async def _begun(self, message: str, thread_id: str | None = None) -> dict[str, Any]:
        body = {"message": message} | ({"thread_id": thread_id} if thread_id else {})
        seen = await self._call(self._visit.alice, "POST", _TURNS, body)
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
            async with asyncio.timeout(_ENDLESS), self._visit.alice.stream("GET", url) as response:
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
            "crash": self._visit.crash(),
        }

    async def _bobs_tries(self, turn: str) -> dict[str, Any]:
        """What Bob is told of Alice's turn, and of one that never was."""
        never = f"{_TURNS}/{'trn_' + '0' * 32}"
        tries: dict[str, Any] = {}
        crash: dict[str, Any] | None = None
        for what, method, end in (("events", "GET", "/events"), ("stop", "POST", "/stop")):
            hers = await self._call(self._visit.bob, method, turn + end)
            nobodys = await self._call(self._visit.bob, method, never + end)
            crash = crash or hers["crash"] or nobodys["crash"]
            tries[what] = [_without(hers, turn), _without(nobodys, never)]
        return tries | {"crash": crash}

    async def _stopped(self, thread_id: str) -> dict[str, Any]:
        """A second message in the same thread; stopped while it is held."""
        self._server.go = self._server.went_on = False
        begun = await self._begun(self._inputs["messages"][1], thread_id)
        turn = f"{_TURNS}/{begun['turn_id']}"
        half = await self._read_half(turn)
        before = list(self._server.left)
        stop = await self._call(self._visit.alice, "POST", f"{turn}/stop")
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
                    "crash": self._visit.crash(),
                }
        except httpx.TransportError as broken:
            said = {"status": 0, "body": str(broken), "crash": self._visit.crash()}
            return {"called": called} | said


def _frames(text: str) -> list[dict[str, Any]]:
    """The events that a browser has got from the stream so far, each with its id."""
    frames: list[dict[str, Any]] = []
    for kind, data, id in parse_sse(text):
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        event = event if isinstance(event, dict) else None
        frames.append({"id": id, "kind": kind, "event": event})
    return frames


def _said(frames: list[dict[str, Any]]) -> str:
    events = [frame["event"] for frame in frames if frame["event"]]
    texts = [e.get("content") for e in events if e.get("type") == "assistant_message"]
    return "".join(text for text in texts if isinstance(text, str))


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return response.text


def _without(seen: dict[str, Any], turn: str) -> list[Any]:
    """Status and body, with the turn's id left out."""
    id = turn.rpartition("/")[2]
    return [seen["status"], json.dumps(seen["body"]).replace(id, "...")]
