"""Part 11.2: the official ChatKit protocol, spoken by a client that knows only its types."""

import asyncio
import importlib.util
import json
from random import Random
from typing import Any

import httpx

from chatlab.lessons.l11_ship_it.app_clients import AppClients, run_with_clients
from chatlab.lessons.l11_ship_it.pausable_server import random_inputs
from chatlab.lessons.support.sse import parse_sse

__all__ = ["delta_text", "inputs", "missing_requirement", "observe", "parse_object"]

_STREAM_TIMEOUT_SECONDS = 2.0
"""A stream that lasts longer is recorded as endless."""


def missing_requirement() -> str | None:
    """What to install when the real ChatKit is not there."""
    if importlib.util.find_spec("chatkit") is None:
        return "openai-chatkit is not installed: pip install 'chatlab-kit[chatkit]'"
    return None


def inputs(random: Random) -> dict[str, Any]:
    """See `random_inputs`."""
    return random_inputs(random)


def _create_request(text: str) -> dict[str, Any]:
    """The request that begins a thread, as an official client sends it."""
    return _make_request("threads.create", input=_user_input(text))


def _user_input(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": [], "inference_options": {}}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send the app the requests of `_ChatKitRequests.run`."""
    return await run_with_clients(subject, inputs, lambda session: _ChatKitRequests(session).run())


class _ChatKitRequests:
    """The requests that clients of the official protocol post."""

    def __init__(self, session: AppClients) -> None:
        self._session = session
        self._server = session.server
        self._inputs = session.inputs

    async def run(self) -> dict[str, Any]:
        """Alice creates a thread, lists it and goes on in it; Bob asks for his and hers.

        Before that, two clients without a good key try. Returns the replies by name; it ends early
        when no thread was created.
        """
        first_message, second_message, refused_message = self._inputs["messages"]
        observation: dict[str, Any] = {
            "nobody": await self._post(self._session.anonymous, _create_request(refused_message)),
            "mallory": await self._post(self._session.forger, _create_request(refused_message)),
            "create": await self._post(self._session.alice, _create_request(first_message)),
        }
        thread_id = observation["create"]["thread_id"]
        if thread_id is None:
            return observation
        self._server.hold_at = 0
        observation["list"] = await self._post(self._session.alice, _make_request("threads.list"))
        observation["get"] = await self._post(
            self._session.alice, _make_request("threads.get_by_id", thread_id=thread_id)
        )
        message_request = _make_request(
            "threads.add_user_message", thread_id=thread_id, input=_user_input(second_message)
        )
        observation["more"] = await self._post(self._session.alice, message_request)
        observation["items"] = await self._post(
            self._session.alice, _make_request("items.list", thread_id=thread_id, order="asc")
        )
        observation["asked"] = list(self._server.requests)
        observation["bob's list"] = await self._post(
            self._session.bob, _make_request("threads.list")
        )
        observation["bob"] = [
            (await self._post(self._session.bob, _make_request("threads.get_by_id", thread_id=id)))
            | {"thread_id": id}
            for id in (thread_id, "thr_" + "0" * 32)
        ]
        observation["bad"] = await self._post(self._session.alice, {"type": "threads.nonsense"})
        return observation

    async def _post(self, client: httpx.AsyncClient, request: dict[str, Any]) -> dict[str, Any]:
        """Post one request; record its reply, or the data of each event if it is a stream."""
        text, content_type, status, error = "", "", 0, None
        try:
            async with (
                asyncio.timeout(_STREAM_TIMEOUT_SECONDS),
                client.stream("POST", "/chatkit", json=request) as response,
            ):
                status = response.status_code
                content_type = response.headers.get("content-type", "")
                async for chunk in response.aiter_text():
                    text += chunk
                    if len(delta_text(_event_data(text))) >= self._held_length:
                        self._server.may_continue = True
        except TimeoutError:
            error = "endless"
        except httpx.TransportError as exception:
            error = str(exception)
        is_stream = "event-stream" in content_type
        events = _event_data(text) if is_stream else []
        return {
            "called": request["type"],
            "status": status,
            "kind": content_type.partition(";")[0],
            "events": events,
            "body": "" if is_stream else text,
            "thread_id": _created_thread_id(events),
            "late": self._server.hold_timed_out,
            "broke": error,
            "crash": self._session.take_crash(),
        }

    @property
    def _held_length(self) -> int:
        """How many characters the reply has where it is held."""
        return len("".join(self._inputs["pieces"][: self._inputs["hold_at"]]))


def _make_request(type: str, **params: Any) -> dict[str, Any]:
    return {"type": type, "params": params}


def _event_data(text: str) -> list[str]:
    """The data of each complete event in the stream's text."""
    return [data for _, data, _ in parse_sse(text)]


def parse_object(text: str) -> dict[str, Any]:
    """The JSON object that the text is; `{}` if it is none."""
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def delta_text(events: list[str]) -> str:
    """The text of all deltas in the events, joined."""
    updates = [parse_object(event).get("update") for event in events]
    return "".join(update.get("delta", "") for update in updates if isinstance(update, dict))


def _created_thread_id(events: list[str]) -> str | None:
    """The id in the first thread.created event, if there is one."""
    for event in events:
        match parse_object(event):
            case {"type": "thread.created", "thread": {"id": str() as id}}:
                return id
            case _:
                continue
    return None
