"""Part 11.2, judged by the official types."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.clients import broken_app, refused_wrong, unmade_app
from chatlab.lessons.l11_ship_it.p2_chatkit import loaded, said
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """All that leaves is official; each customer has their own; nothing waits for the end."""
    if "unmade" in seen:
        return [unmade_app("chatkit_app", seen["unmade"])]
    wrong = (
        refused_wrong("POST /chatkit", seen, _crashed)
        or _create_wrong(inputs, seen["create"])
        or _list_wrong(inputs, seen)
        or _more_wrong(inputs, seen)
        or _bob_wrong(seen)
        or _bad_wrong(seen["bad"])
    )
    if wrong:
        return [wrong]
    return [passed(3, "A client that knows only the official types can talk to your server.")]


def _crashed(one: dict[str, Any]) -> Finding | None:
    if not (crash := one["crash"]):
        return None
    said = f"{one['called']}: the app broke with {crash['type']}: {crash['message'][:140]}"
    match crash["type"], crash["message"]:
        case "ChatKitNotFound" | "NotFoundError", _:
            return failed(said, "answer_errors(app) makes a 404 of it.")
        case "ValidationError", message if "JSON" in message:
            return failed(said, "process() wants the body as it came: await request.body()")
        case "AttributeError", message if "NoneType" in message:
            return failed(said, "process() wants the badge of whoever asks as its second argument.")
        case "AttributeError", message if "'json'" in message:
            return failed(
                said, "There are two kinds of results; only a NonStreamingResult has .json."
            )
        case _:
            return broken_app(f"{one['called']}: the app broke with", crash)


def _create_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["status"] != 200:
        return failed(
            f"threads.create: got {one['status']}: {shorten(one['body'])}.",
            "Hand the body to process() as it came: await chat.process(await request.body(), ...)",
        )
    if one["kind"] != "text/event-stream":
        return failed(
            f"threads.create: the reply came as {one['kind'] or 'something without a type'}.",
            'A StreamingResult goes into StreamingResponse(result, media_type="text/event-stream")',
        )
    if wrong := _unofficial(one):
        return wrong
    if one["late"]:
        return failed(
            "threads.create: no word of the reply arrived before it was complete.",
            "Give the result itself to StreamingResponse; collect nothing.",
        )
    if one["thread_id"] is None:
        return failed(
            "threads.create: no thread.created came.",
            "Stream all that process() gives, from the first event on.",
        )
    return _reply_wrong(inputs, one)


def _reply_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    whole = "".join(inputs["pieces"])
    done = [loaded(event) for event in one["events"]]
    texts = [_text_of(event["item"]) for event in done if event["type"] == "thread.item.done"]
    if whole not in texts or said(one["events"]) != whole:
        return failed(
            f"{one['called']}: the deltas say {shorten(said(one['events']))}, the items {texts}.",
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
            return failed(
                f"{one['called']}: an official client cannot read {shorten(event)}.",
                "Wrap the server: chat = as_chatkit(server). Then stream what process() gives.",
            )
    if not one["events"]:
        return failed(
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
            return failed(
                f"{one['called']}: an official client cannot read {shorten(one['body'])}.",
                "A NonStreamingResult is JSON already: Response(result.json, "
                'media_type="application/json")',
            )
        if one["kind"] != "application/json":
            return failed(
                f"{one['called']}: the answer came as {one['kind'] or 'something without a type'}.",
                'Response(result.json, media_type="application/json")',
            )
    ids = [thread["id"] for thread in json.loads(seen["list"]["body"])["data"]]
    if ids != [seen["create"]["thread_id"]]:
        return failed(
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
        return failed(
            f"The server was asked {seen['asked']}; expected {expected}.",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    texts = [_text_of(item) for item in loaded(seen["items"]["body"]).get("data", [])]
    whole = "".join(inputs["pieces"])
    wanted = [expected[0][1], whole, expected[1][1], whole]
    if texts != wanted:
        return failed(
            f"items.list of the thread: {[shorten(text) for text in texts]}.",
            "The thread holds each question and its answer. Let every stream run to its end.",
        )
    return None


def _bob_wrong(seen: dict[str, Any]) -> Finding | None:
    hers, _ = seen["bob"]
    if loaded(seen["bob's list"]["body"]).get("data") != []:
        return failed(
            "Bob's threads.list shows what is Alice's.",
            "Two people, two badges: Depends(badge) gives one for each request.",
        )
    if hers["status"] < 400:
        return failed(
            f"Bob asked for Alice's thread, and got it ({hers['status']}).",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    told = [(one["status"], one["body"].replace(one["thread_id"], "...")) for one in seen["bob"]]
    if told[0] != told[1]:
        return failed(
            f"Bob is told {told[0]} for Alice's thread and {told[1]} for none.",
            "answer_errors(app) says the same of both.",
        )
    if hers["status"] != 404:
        return failed(
            f"Bob asked for a thread that is not his: got {hers['status']}, expected 404.",
            "process() raises NotFoundError, and answer_errors(app) makes a 404 of it: catch "
            "nothing but ValidationError.",
        )
    return None


def _bad_wrong(one: dict[str, Any]) -> Finding | None:
    if one["status"] == 422:
        return None
    return failed(
        f"A request that is none of the protocol's: got {one['status']}, expected 422.",
        "process() raises pydantic's ValidationError. Catch it: raise HTTPException(422).",
    )
