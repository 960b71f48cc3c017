"""Part 11.2: the official ChatKit protocol, spoken by a client that knows only its types."""

import asyncio
import importlib.util
import json
from random import Random
from typing import Any

import httpx
from pydantic import TypeAdapter, ValidationError

from chatlab.course.findings import Finding, no, yes
from chatlab.course.lessons.l04_sse import frames_read
from chatlab.course.lessons.l11_held import HeldServer, authenticate_with, people_inputs
from chatlab.course.lessons.l11_wire import Wire, client_of, wired
from chatlab.course.lessons.talking import short
from chatlab.course.observing import attempt

__all__ = ["chatkit_inputs", "chatkit_judged", "chatkit_lacking", "chatkit_seen"]

_ENDLESS = 2.0


def chatkit_lacking() -> str | None:
    """What to install when the real ChatKit is not there."""
    if importlib.util.find_spec("chatkit") is None:
        return "openai-chatkit is not installed: pip install 'chatlab-kit[chatkit]'"
    return None


def chatkit_inputs(random: Random) -> dict[str, Any]:
    """See `people_inputs`."""
    return people_inputs(random)


def create(text: str) -> dict[str, Any]:
    """The request that begins a thread, as an official client sends it."""
    return {"type": "threads.create", "params": {"input": _input(text)}}


def _input(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"content": content, "attachments": [], "inference_options": {}}


async def chatkit_seen(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Alice begins a thread, lists it and goes on in it; Bob and Mallory try."""
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
            return await visit.all()
        finally:
            await visit.close()
            await server.all_over()


class _Visit:
    """An official client of Alice's, one of Bob's, and two with no key that is good."""

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
        first, second, third = self._inputs["messages"]
        seen: dict[str, Any] = {
            "nobody": await self._ask(self._nobody, create(third)),
            "mallory": await self._ask(self._mallory, create(third)),
            "create": await self._ask(self._alice, create(first)),
        }
        id = seen["create"]["thread_id"]
        if id is None:
            return seen
        self._server.hold_at = 0
        seen["list"] = await self._ask(self._alice, _asked("threads.list"))
        seen["get"] = await self._ask(self._alice, _asked("threads.get_by_id", thread_id=id))
        more = _asked("threads.add_user_message", thread_id=id, input=_input(second))
        seen["more"] = await self._ask(self._alice, more)
        seen["items"] = await self._ask(
            self._alice, _asked("items.list", thread_id=id, order="asc")
        )
        seen["asked"] = list(self._server.asked)
        seen["bob's list"] = await self._ask(self._bob, _asked("threads.list"))
        seen["bob"] = [
            (await self._ask(self._bob, _asked("threads.get_by_id", thread_id=one)))
            | {"thread_id": one}
            for one in (id, "thr_" + "0" * 32)
        ]
        seen["bad"] = await self._ask(self._alice, {"type": "threads.nonsense"})
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
                    if len(_said(_events(text))) >= self._half:
                        self._server.go = True
        except TimeoutError:
            error = "endless"
        except httpx.TransportError as broken:
            error = str(broken)
        crash, self._wire.crash = self._wire.crash, None
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
            "crash": crash,
        }

    @property
    def _half(self) -> int:
        return len("".join(self._inputs["pieces"][: self._inputs["hold_at"]]))


def _asked(type: str, **params: Any) -> dict[str, Any]:
    return {"type": type, "params": params}


def _events(text: str) -> list[str]:
    return [data for _, data, _ in frames_read(text)]


def _loaded(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _said(events: list[str]) -> str:
    updates = [_loaded(event).get("update") for event in events]
    return "".join(one.get("delta", "") for one in updates if isinstance(one, dict))


def _thread_in(events: list[str]) -> str | None:
    for event in events:
        match _loaded(event):
            case {"type": "thread.created", "thread": {"id": str() as id}}:
                return id
            case _:
                continue
    return None


def chatkit_judged(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """All that leaves is official; each customer has their own; nothing waits for the end."""
    if "unmade" in seen:
        return [_unmade(seen["unmade"])]
    wrong = (
        _refused_wrong(seen)
        or _create_wrong(inputs, seen["create"])
        or _list_wrong(inputs, seen)
        or _more_wrong(inputs, seen)
        or _bob_wrong(seen)
        or _bad_wrong(seen["bad"])
    )
    if wrong:
        return [wrong]
    return [yes(3, "A client that knows only the official types can talk to your server.")]


def _unmade(why: dict[str, Any]) -> Finding:
    if why["type"] == "NoApp":
        return no(f"chatkit_app gave back a {why['message']}.", "End it with `return app`.")
    return no(f"chatkit_app raised {why['type']}: {why['message']}", _line(why))


def _line(error: dict[str, Any]) -> str:
    return f"Your line {error['number']}: {error['line']}" if error.get("line") else ""


def _crashed(one: dict[str, Any]) -> Finding | None:
    if not (crash := one["crash"]):
        return None
    said = f"{one['called']}: the app broke with {crash['type']}: {crash['message'][:140]}"
    match crash["type"], crash["message"]:
        case "ChatKitNotFound" | "NotFoundError", _:
            return no(said, "answer_errors(app) makes a 404 of it.")
        case "ValidationError", message if "JSON" in message:
            return no(said, "process() wants the body as it came: await request.body()")
        case "AttributeError", message if "NoneType" in message:
            return no(said, "process() wants the badge of whoever asks as its second argument.")
        case "AttributeError", message if "'json'" in message:
            return no(said, "There are two kinds of results; only a NonStreamingResult has .json.")
        case _:
            return no(said, _line(crash))


def _refused_wrong(seen: dict[str, Any]) -> Finding | None:
    for who, what in (("nobody", "without a session key"), ("mallory", "with a forged key")):
        one = seen[who]
        if wrong := _crashed(one):
            return wrong
        if one["status"] in {404, 405}:
            return no(f"POST /chatkit: {one['status']}.", '@app.post("/chatkit")')
        if one["status"] != 401:
            return no(
                f"POST /chatkit {what}: got {one['status']}, expected 401.",
                "Ask for the badge: context: RequestContext = Depends(badge)",
            )
    return None


def _create_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["status"] != 200:
        return no(
            f"threads.create: got {one['status']}: {short(one['body'])}.",
            "Hand the body to process() as it came: await chat.process(await request.body(), ...)",
        )
    if one["kind"] != "text/event-stream":
        return no(
            f"threads.create: the reply came as {one['kind'] or 'nothing'}.",
            'A StreamingResult goes into StreamingResponse(result, media_type="text/event-stream")',
        )
    if wrong := _unofficial(one):
        return wrong
    if one["late"]:
        return no(
            "threads.create: no word of the reply arrived before it was complete.",
            "Give the result itself to StreamingResponse; collect nothing.",
        )
    if one["thread_id"] is None:
        return no(
            "threads.create: no thread.created came.",
            "Stream all that process() gives, from the first event on.",
        )
    return _reply_wrong(inputs, one)


def _reply_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    whole = "".join(inputs["pieces"])
    done = [_loaded(event) for event in one["events"]]
    texts = [_text_of(event["item"]) for event in done if event["type"] == "thread.item.done"]
    if whole not in texts or _said(one["events"]) != whole:
        return no(
            f"{one['called']}: the deltas say {short(_said(one['events']))}, the items {texts}.",
            "Stream all that process() gives, each piece once.",
        )
    return None


def _text_of(item: dict[str, Any]) -> str:
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    return "".join(part.get("text", "") for part in parts if isinstance(part, dict))


def _unofficial(one: dict[str, Any]) -> Finding | None:
    """The first event that an official client could not read."""
    from chatkit import types as official

    adapter: TypeAdapter[Any] = TypeAdapter(official.ThreadStreamEvent)
    for event in one["events"]:
        try:
            adapter.validate_json(event)
        except ValidationError:
            return no(
                f"{one['called']}: an official client cannot read {short(event)}.",
                "Wrap the server: chat = as_chatkit(server). Then stream what process() gives.",
            )
    if not one["events"]:
        return no(
            f"{one['called']}: there was no event in the stream.",
            "process() gives whole frames, `data: ...` and an empty line; send them as they are.",
        )
    return None


def _list_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    from chatkit import types as official

    kinds: dict[str, Any] = {"list": official.Page[official.Thread], "get": official.Thread}
    for name, kind in kinds.items():
        one = seen[name]
        if wrong := _crashed(one):
            return wrong
        try:
            TypeAdapter(kind).validate_json(one["body"])
        except ValidationError:
            return no(
                f"{one['called']}: an official client cannot read {short(one['body'])}.",
                "A NonStreamingResult is JSON already: Response(result.json, "
                'media_type="application/json")',
            )
        if one["kind"] != "application/json":
            return no(
                f"{one['called']}: the answer came as {one['kind'] or 'nothing'}.",
                'Response(result.json, media_type="application/json")',
            )
    ids = [thread["id"] for thread in json.loads(seen["list"]["body"])["data"]]
    if ids != [seen["create"]["thread_id"]]:
        return no(
            f"threads.list after one threads.create: {ids}.",
            "One server for all requests: make chat = as_chatkit(server) once, outside the route.",
        )
    return None


def _more_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    for name in ("more", "items"):
        if wrong := _crashed(seen[name]):
            return wrong
    if wrong := _unofficial(seen["more"]) or _reply_wrong(inputs, seen["more"]):
        return wrong
    expected = [[inputs["names"][0], message] for message in inputs["messages"][:2]]
    if seen["asked"] != expected:
        return no(
            f"The server was asked {seen['asked']}; expected {expected}.",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    texts = [_text_of(item) for item in _loaded(seen["items"]["body"]).get("data", [])]
    whole = "".join(inputs["pieces"])
    wanted = [expected[0][1], whole, expected[1][1], whole]
    if texts != wanted:
        return no(
            f"items.list of the thread: {[short(text) for text in texts]}.",
            "The thread holds each question and its answer. Let every stream run to its end.",
        )
    return None


def _bob_wrong(seen: dict[str, Any]) -> Finding | None:
    hers, _ = seen["bob"]
    if _loaded(seen["bob's list"]["body"]).get("data") != []:
        return no(
            "Bob's threads.list shows what is Alice's.",
            "Two people, two badges: Depends(badge) gives one for each request.",
        )
    if hers["status"] < 400:
        return no(
            f"Bob asked for Alice's thread, and got it ({hers['status']}).",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    told = [(one["status"], one["body"].replace(one["thread_id"], "...")) for one in seen["bob"]]
    if told[0] != told[1]:
        return no(
            f"Bob is told {told[0]} for Alice's thread and {told[1]} for none.",
            "answer_errors(app) says the same of both.",
        )
    if hers["status"] != 404:
        return no(
            f"Bob asked for a thread that is not his: got {hers['status']}, expected 404.",
            "process() raises NotFoundError; answer_errors(app) makes a 404 of it.",
        )
    return None


def _bad_wrong(one: dict[str, Any]) -> Finding | None:
    if one["status"] == 422:
        return None
    return no(
        f"A request that is none of the protocol's: got {one['status']}, expected 422.",
        "process() raises pydantic's ValidationError. Catch it: raise HTTPException(422).",
    )
