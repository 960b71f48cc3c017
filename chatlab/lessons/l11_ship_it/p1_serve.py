"""Part 11.1: a chat server over HTTP, whose turns outlive their connections."""

import asyncio
import json
from random import Random
from typing import Any

import httpx

from chatlab.lessons.l11_ship_it.app_clients import AppClients, run_with_clients
from chatlab.lessons.l11_ship_it.pausable_server import make_authenticate, random_inputs, wait_until
from chatlab.lessons.l11_ship_it.transport import make_client, transport_for
from chatlab.lessons.support.sse import parse_sse

__all__ = ["inputs", "observe"]

_TURNS_PATH = "/api/turns"
_STREAM_TIMEOUT_SECONDS = 2.0
"""A stream that lasts longer is recorded as endless."""


def inputs(random: Random) -> dict[str, Any]:
    """See `random_inputs`."""
    return random_inputs(random)


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Send the app the requests of `_TurnRequests.run`."""
    return await run_with_clients(
        subject, inputs, lambda clients: _TurnRequests(clients, subject).run()
    )


class _TurnRequests:
    """The requests that Alice, Bob and people without a good key send to the app."""

    def __init__(self, session: AppClients, subject: Any) -> None:
        self._session = session
        self._subject = subject
        self._server = session.server
        self._inputs = session.inputs

    async def run(self) -> dict[str, Any]:
        """Start a turn, disconnect halfway, resume and replay it; then stop a second turn.

        Bob tries to read and stop the first one, and another app is asked for it. Returns the
        replies and readings by name; it ends early when there is no turn, or nothing to read.
        """
        observation: dict[str, Any] = {"refused": await self._try_without_good_key()}
        first_turn = observation["first"] = await self._start_turn(self._inputs["messages"][0])
        if first_turn["turn_id"] is None:
            return observation
        observation["begun"] = await wait_until(lambda: bool(self._server.requests))
        turn_path = f"{_TURNS_PATH}/{first_turn['turn_id']}"
        observation["cut"] = await self._read_half(turn_path)
        if not observation["cut"]["raw"]:
            return observation
        cursor = observation["cut"]["cursor"]
        observation["bob"] = await self._try_as_bob(turn_path)
        self._server.may_continue = True
        await self._server.wait_for_endings(1)
        observation["left"] = list(self._server.endings)
        observation["back"] = await self._read(f"{turn_path}/events?cursor={cursor}")
        observation["again"] = await self._read(f"{turn_path}/events")
        observation["stopped"] = await self._stop_second_turn(first_turn["thread_id"])
        observation["other app"] = await self._ask_other_app(turn_path)
        return observation

    async def _ask_other_app(self, turn_path: str) -> int:
        """The status that a second app answers for a turn of the first one."""
        app = self._subject(self._server, make_authenticate(self._inputs))
        async with (
            transport_for(app) as transport,
            make_client(transport, self._inputs["keys"][0]) as client,
            client.stream("GET", f"{turn_path}/events") as response,
        ):
            return response.status_code

    async def _try_without_good_key(self) -> dict[str, Any]:
        """The replies to messages without a key and with a forged one."""
        body = {"message": "Hello"}
        return {
            "nobody": await self._request(self._session.anonymous, "POST", _TURNS_PATH, body),
            "mallory": await self._request(self._session.forger, "POST", _TURNS_PATH, body),
            "asked": list(self._server.requests),
        }

    async def _start_turn(self, message: str, thread_id: str | None = None) -> dict[str, Any]:
        """Alice's message, and its reply with the ids in it and the state of the server."""
        body = {"message": message} | ({"thread_id": thread_id} if thread_id else {})
        reply = await self._request(self._session.alice, "POST", _TURNS_PATH, body)
        fields = reply["body"] if isinstance(reply["body"], dict) else {}
        hold_state = {"late": self._server.hold_timed_out, "left": list(self._server.endings)}
        ids = {name: fields.get(name) for name in ("turn_id", "thread_id")}
        return reply | ids | hold_state

    async def _read_half(self, turn_path: str) -> dict[str, Any]:
        """Read a turn's events as far as the reply is held, then disconnect."""
        expected = "".join(self._inputs["pieces"][: self._inputs["hold_at"]])
        return await self._read(f"{turn_path}/events", until=expected)

    async def _read(self, url: str, until: str | None = None) -> dict[str, Any]:
        """Read the frames at `url` to the end, or until they have as much text as `until`.

        `broke` is how the reading failed: `"endless"` after the time limit, the message of a
        transport error, or None.
        """
        text, content_type, status, error = "", "", 0, None
        frames: list[Any] = []
        try:
            async with (
                asyncio.timeout(_STREAM_TIMEOUT_SECONDS),
                self._session.alice.stream("GET", url) as response,
            ):
                status = response.status_code
                content_type = response.headers.get("content-type", "")
                async for chunk in response.aiter_text():
                    text += chunk
                    frames = _parse_frames(text)
                    if until is not None and (
                        len(_reply_text(frames)) >= len(until) or self._server.hold_timed_out
                    ):
                        break
        except TimeoutError:
            error = "endless"
        except httpx.TransportError as exception:
            error = str(exception)
        cursor = frames[-1]["id"] if frames else ""
        return {
            "url": url.rpartition("/")[2],
            "status": status,
            "kind": content_type,
            "frames": frames,
            "text": _reply_text(frames),
            "raw": text[:200],
            "cursor": cursor,
            "late": self._server.hold_timed_out,
            "broke": error,
            "crash": self._session.take_crash(),
        }

    async def _try_as_bob(self, turn_path: str) -> dict[str, Any]:
        """What Bob is told of Alice's turn, and of one that does not exist.

        For `events` and `stop` both, each as `[status, body]`.
        """
        unknown_path = f"{_TURNS_PATH}/{'trn_' + '0' * 32}"
        attempts: dict[str, Any] = {}
        crash: dict[str, Any] | None = None
        for name, method, suffix in (("events", "GET", "/events"), ("stop", "POST", "/stop")):
            alices_reply = await self._request(self._session.bob, method, turn_path + suffix)
            unknown_reply = await self._request(self._session.bob, method, unknown_path + suffix)
            crash = crash or alices_reply["crash"] or unknown_reply["crash"]
            attempts[name] = [
                _without_turn_id(alices_reply, turn_path),
                _without_turn_id(unknown_reply, unknown_path),
            ]
        return attempts | {"crash": crash}

    async def _stop_second_turn(self, thread_id: str) -> dict[str, Any]:
        """Start a second turn in the same thread, and stop it while the reply is held."""
        self._server.may_continue = self._server.hold_timed_out = False
        start_reply = await self._start_turn(self._inputs["messages"][1], thread_id)
        turn_path = f"{_TURNS_PATH}/{start_reply['turn_id']}"
        first_half = await self._read_half(turn_path)
        endings_before = list(self._server.endings)
        stop_reply = await self._request(self._session.alice, "POST", f"{turn_path}/stop")
        observation = {
            "begun": start_reply,
            "before": endings_before,
            "stop": stop_reply,
            "left": list(self._server.endings),
        }
        self._server.may_continue = True
        await self._server.wait_for_endings(2)
        remainder = await self._read(f"{turn_path}/events?cursor={first_half['cursor']}")
        return observation | {"asked": self._server.requests, "rest": remainder}

    async def _request(
        self, client: httpx.AsyncClient, method: str, path: str, body: Any = None
    ) -> dict[str, Any]:
        """One request and its reply; the body of an event stream is not read."""
        called = f"{method} {path}"
        try:
            async with client.stream(method, path, json=body) as response:
                content_type = response.headers.get("content-type", "")
                content: Any = None
                if "event-stream" not in content_type:
                    await response.aread()
                    content = _parse_body(response)
                return {
                    "called": called,
                    "status": response.status_code,
                    "body": content,
                    "crash": self._session.take_crash(),
                }
        except httpx.TransportError as exception:
            failure = {"status": 0, "body": str(exception), "crash": self._session.take_crash()}
            return {"called": called} | failure


def _parse_frames(text: str) -> list[dict[str, Any]]:
    """The frames that are complete in the text; `event` is None where the data is no object."""
    frames: list[dict[str, Any]] = []
    for event_type, data, last_id in parse_sse(text):
        try:
            event = json.loads(data)
        except ValueError:
            event = None
        event = event if isinstance(event, dict) else None
        frames.append({"id": last_id, "kind": event_type, "event": event})
    return frames


def _reply_text(frames: list[dict[str, Any]]) -> str:
    """The text of the assistant's messages in the frames."""
    events = [frame["event"] for frame in frames if frame["event"]]
    texts = [e.get("content") for e in events if e.get("type") == "assistant_message"]
    return "".join(text for text in texts if isinstance(text, str))


def _parse_body(response: httpx.Response) -> Any:
    """The body decoded from JSON; as text if it is none."""
    try:
        return response.json()
    except ValueError:
        return response.text


def _without_turn_id(reply: dict[str, Any], turn_path: str) -> list[Any]:
    """Status and body of a reply, with the turn's id replaced by "..."."""
    turn_id = turn_path.rpartition("/")[2]
    return [reply["status"], json.dumps(reply["body"]).replace(turn_id, "...")]
