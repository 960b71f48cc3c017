"""Part 11.2, judged: what the app sends, read with the official ChatKit types."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.app_clients_judge import (
    explain_app_error,
    explain_no_app,
    unauthenticated_wrong,
)
from chatlab.lessons.l11_ship_it.p2_chatkit import delta_text, parse_object
from chatlab.lessons.support.explain import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Responses must be official ChatKit, arrive at once, and show users only what is theirs."""
    if "unmade" in observation:
        return [explain_no_app("chatkit_app", observation["unmade"])]
    wrong = (
        unauthenticated_wrong("POST /chatkit", observation, _crash_wrong)
        or _create_wrong(inputs, observation["create"])
        or _list_wrong(inputs, observation)
        or _more_wrong(inputs, observation)
        or _bob_wrong(observation)
        or _bad_request_wrong(observation["bad"])
    )
    if wrong:
        return [wrong]
    return [passed(3, "A client that knows only the official types can talk to your server.")]


def _crash_wrong(reply: dict[str, Any]) -> Finding | None:
    """The app must not raise."""
    if not (crash := reply["crash"]):
        return None
    text = f"{reply['called']}: the app broke with {crash['type']}: {crash['message'][:140]}"
    match crash["type"], crash["message"]:
        case "ChatKitNotFound" | "NotFoundError", _:
            return failed(text, "answer_errors(app) turns it into a 404.")
        case "ValidationError", message if "JSON" in message:
            return failed(text, "process() needs the body as it came: await request.body()")
        case "AttributeError", message if "NoneType" in message:
            return failed(
                text, "process() needs the badge of whoever is asking as its second argument."
            )
        case "AttributeError", message if "'json'" in message:
            return failed(
                text, "There are two kinds of results; only a NonStreamingResult has .json."
            )
        case _:
            return explain_app_error(f"{reply['called']}: the app broke with", crash)


def _create_wrong(inputs: dict[str, Any], reply: dict[str, Any]) -> Finding | None:
    if wrong := _crash_wrong(reply):
        return wrong
    if reply["status"] != 200:
        return failed(
            f"threads.create: got {reply['status']}: {shorten(reply['body'])}.",
            "Hand the body to process() as it came: await chat.process(await request.body(), ...)",
        )
    if reply["kind"] != "text/event-stream":
        return failed(
            f"threads.create: the reply came as {reply['kind'] or 'something without a type'}.",
            'A StreamingResult goes into StreamingResponse(result, media_type="text/event-stream")',
        )
    if wrong := _format_wrong(reply):
        return wrong
    if reply["late"]:
        return failed(
            "threads.create: no word of the reply arrived before it was complete.",
            "Give the result itself to StreamingResponse; collect nothing.",
        )
    if reply["thread_id"] is None:
        return failed(
            "threads.create: no thread.created came.",
            "Stream everything that process() returns, from the first event on.",
        )
    return _reply_wrong(inputs, reply)


def _reply_wrong(inputs: dict[str, Any], reply: dict[str, Any]) -> Finding | None:
    """The deltas of a stream must make the whole reply, and an item have it as its text."""
    full_text = "".join(inputs["pieces"])
    parsed_events = [parse_object(event) for event in reply["events"]]
    texts = [
        _item_text(event["item"]) for event in parsed_events if event["type"] == "thread.item.done"
    ]
    streamed_text = delta_text(reply["events"])
    if full_text not in texts or streamed_text != full_text:
        return failed(
            f"{reply['called']}: the deltas say {shorten(streamed_text)}, the items {texts}.",
            "Stream everything that process() returns, each piece once.",
        )
    return None


def _item_text(item: dict[str, Any]) -> str:
    """The text of an official item: of all its content parts, joined."""
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    return "".join(part.get("text", "") for part in parts if isinstance(part, dict))


def _format_wrong(reply: dict[str, Any]) -> Finding | None:
    """What is wrong with the first event that an official client could not read."""
    from chatkit import types as official

    adapter: TypeAdapter[Any] = TypeAdapter(official.ThreadStreamEvent)
    for event in reply["events"]:
        try:
            adapter.validate_json(event)
        except ValidationError:
            return failed(
                f"{reply['called']}: an official client cannot read {shorten(event)}.",
                "Wrap the server: chat = as_chatkit(server). Then stream what process() gives.",
            )
    if not reply["events"]:
        return failed(
            f"{reply['called']}: there was no event in the stream.",
            "process() gives whole frames, `data: ...` and an empty line; send them as they are.",
        )
    return None


def _list_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    from chatkit import types as official

    types: dict[str, Any] = {"list": official.Page[official.Thread], "get": official.Thread}
    for name, expected_type in types.items():
        reply = observation[name]
        if wrong := _crash_wrong(reply):
            return wrong
        try:
            TypeAdapter(expected_type).validate_json(reply["body"])
        except ValidationError:
            return failed(
                f"{reply['called']}: an official client cannot read {shorten(reply['body'])}.",
                "A NonStreamingResult is JSON already: Response(result.json, "
                'media_type="application/json")',
            )
        if reply["kind"] != "application/json":
            return failed(
                f"{reply['called']}: the answer came as "
                f"{reply['kind'] or 'something without a type'}.",
                'Response(result.json, media_type="application/json")',
            )
    ids = [thread["id"] for thread in json.loads(observation["list"]["body"])["data"]]
    if ids != [observation["create"]["thread_id"]]:
        return failed(
            f"threads.list after one threads.create: {ids}.",
            "One server for all requests: make chat = as_chatkit(server) once, outside the route.",
        )
    return None


def _more_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    for name in ("more", "items"):
        if wrong := _crash_wrong(observation[name]):
            return wrong
    if wrong := _format_wrong(observation["more"]) or _reply_wrong(inputs, observation["more"]):
        return wrong
    expected_requests = [[inputs["names"][0], message] for message in inputs["messages"][:2]]
    if observation["asked"] != expected_requests:
        return failed(
            f"The server was asked {observation['asked']}; expected {expected_requests}.",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    texts = [
        _item_text(item) for item in parse_object(observation["items"]["body"]).get("data", [])
    ]
    full_text = "".join(inputs["pieces"])
    expected_texts = [expected_requests[0][1], full_text, expected_requests[1][1], full_text]
    if texts != expected_texts:
        return failed(
            f"items.list of the thread: {[shorten(text) for text in texts]}.",
            "The thread holds each question and its answer. Let every stream run to its end.",
        )
    return None


def _bob_wrong(observation: dict[str, Any]) -> Finding | None:
    alices_reply, _ = observation["bob"]
    if parse_object(observation["bob's list"]["body"]).get("data") != []:
        return failed(
            "Bob's threads.list shows a thread of Alice's.",
            "Two people, two badges: Depends(badge) gives one for each request.",
        )
    if alices_reply["status"] < 400:
        return failed(
            f"Bob asked for Alice's thread, and got it ({alices_reply['status']}).",
            "The badge of whoever asks goes along: chat.process(body, context).",
        )
    comparable = [
        (reply["status"], reply["body"].replace(reply["thread_id"], "..."))
        for reply in observation["bob"]
    ]
    if comparable[0] != comparable[1]:
        return failed(
            f"Bob is told {comparable[0]} for Alice's thread and {comparable[1]} for none.",
            "answer_errors(app) says the same about both.",
        )
    if alices_reply["status"] != 404:
        return failed(
            f"Bob asked for a thread that is not his: got {alices_reply['status']}, expected 404.",
            "process() raises NotFoundError, and answer_errors(app) turns it into a 404: catch "
            "nothing but ValidationError.",
        )
    return None


def _bad_request_wrong(reply: dict[str, Any]) -> Finding | None:
    if reply["status"] == 422:
        return None
    return failed(
        f"A body that is not a request of the protocol: got {reply['status']}, expected 422.",
        "process() raises pydantic's ValidationError. Catch it: raise HTTPException(422).",
    )
