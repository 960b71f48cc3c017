"""Part 11.2: the official ChatKit protocol, spoken by a client that knows only its types."""

import asyncio
import importlib.util
import json
from random import Random
from typing import Any

import httpx

from chatlab.lessons.l11_ship_it.clients import Visit, visited
from chatlab.lessons.l11_ship_it.held_server import people_inputs
from chatlab.lessons.support.sse import parse_sse

__all__ = ["inputs", "loaded", "missing_requirement", "observe", "said"]

_ENDLESS = 2.0


def missing_requirement() -> str | None:
    """What to install when the real ChatKit is not there."""
    if importlib.util.find_spec("chatkit") is None:
        return "openai-chatkit is not installed: pip install 'chatlab-kit[chatkit]'"
    return None


def inputs(random: Random) -> dict[str, Any]:
    """See `people_inputs`."""
    return people_inputs(random)


def _create(text: str) -> dict[str, Any]:
    """The request that begins a thread, as an official client sends it."""
    return {"type": "threads.create", "params": {"input": _input(text)}}


def _input(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": [], "inference_options": {}}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Alice begins a thread, lists it and goes on in it; Bob and Mallory try."""
    return await visited(subject, inputs, lambda visit: _Requests(visit).all())


class _Requests:
    """What people's official clients post."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._server = visit.server
        self._inputs = visit.inputs

    async def all(self) -> dict[str, Any]:
        first, second, third = self._inputs["messages"]
        seen: dict[str, Any] = {
            "nobody": await self._ask(self._visit.nobody, _create(third)),
            "mallory": await self._ask(self._visit.mallory, _create(third)),
            "create": await self._ask(self._visit.alice, _create(first)),
        }
        id = seen["create"]["thread_id"]
        if id is None:
            return seen
        self._server.hold_at = 0
        seen["list"] = await self._ask(self._visit.alice, _asked("threads.list"))
        seen["get"] = await self._ask(self._visit.alice, _asked("threads.get_by_id", thread_id=id))
        more = _asked("threads.add_user_message", thread_id=id, input=_input(second))
        seen["more"] = await self._ask(self._visit.alice, more)
        seen["items"] = await self._ask(
            self._visit.alice, _asked("items.list", thread_id=id, order="asc")
        )
        seen["asked"] = list(self._server.asked)
        seen["bob's list"] = await self._ask(self._visit.bob, _asked("threads.list"))
        seen["bob"] = [
            (await self._ask(self._visit.bob, _asked("threads.get_by_id", thread_id=one)))
            | {"thread_id": one}
            for one in (id, "thr_" + "0" * 32)
        ]
        seen["bad"] = await self._ask(self._visit.alice, {"type": "threads.nonsense"})
        return seen

    async def _ask(self, client: httpx.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
        """One request of the protocol; of a stream, each event as it was sent."""
        text, kind, status, error = "", "", 0, None
        try:
            async with (
                asyncio.timeout(_ENDLESS),
                client.stream("POST", "/chatkit", json=request) as response,
            ):
                status, kind = response.status_code, response.headers.get("content-type", "")
                async for piece in response.aiter_text():
                    text += piece
                    if len(said(_events(text))) >= self._half:
                        self._server.go = True
        except TimeoutError:
            error = "endless"
        except httpx.TransportError as broken:
            error = str(broken)
        streamed = "event-stream" in kind
        events = _events(text) if streamed else []
        return {
            "called": request["type"],
            "status": status,
            "kind": kind.partition(";")[0],
            "events": events,
            "body": "" if streamed else text,
            "thread_id": _thread_in(events),
            "late": self._server.went_on,
            "broke": error,
            "crash": self._visit.crash(),
        }

    @property
    def _half(self) -> int:
        return len("".join(self._inputs["pieces"][: self._inputs["hold_at"]]))


def _asked(type: str, **params: Any) -> dict[str, Any]:
    return {"type": type, "params": params}


def _events(text: str) -> list[str]:
    return [data for _, data, _ in parse_sse(text)]


def loaded(text: str) -> dict[str, Any]:
    """The text's JSON object; an empty one if there is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def said(events: list[str]) -> str:
    """The text that the deltas among the events make together."""
    updates = [loaded(event).get("update") for event in events]
    return "".join(one.get("delta", "") for one in updates if isinstance(one, dict))


def _thread_in(events: list[str]) -> str | None:
    for event in events:
        match loaded(event):
            case {"type": "thread.created", "thread": {"id": str() as id}}:
                return id
            case _:
                continue
    return None
