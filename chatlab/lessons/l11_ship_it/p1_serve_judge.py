"""Part 11.1, judged: what people got from the app, while lines broke."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.clients import broken_app, refused_wrong, unmade_app
from chatlab.lessons.support.dialogue import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Only with a key; the turn goes on without a reader; the cursor loses and doubles nothing."""
    if "unmade" in seen:
        return [unmade_app("create_app", seen["unmade"])]
    wrong = (
        refused_wrong("POST /api/turns", seen["refused"], _crashed)
        or _begun_wrong(inputs, seen["first"])
        or _cut_wrong(inputs, seen["cut"])
        or _left_wrong(seen)
        or _back_wrong(inputs, seen["cut"], seen["back"])
        or _again_wrong(inputs, seen["again"])
        or _bob_wrong(seen["bob"])
        or _stopped_wrong(inputs, seen)
        or _other_app_wrong(seen["other app"])
    )
    if wrong:
        return [wrong]
    return [passed(3, "Lines may break: the turn goes on, and a cursor finds every word again.")]


def _crashed(seen: dict[str, Any]) -> Finding | None:
    if not (crash := seen.get("crash")):
        return None
    called = seen.get("called") or f"GET .../{seen.get('url', '')}"
    return broken_app(f"{called}: the app broke with", crash)


def _begun_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["late"] or "completed" in one["left"]:
        return failed(
            f"{one['called']}: the answer came when the reply was over.",
            "Do not await the turn here. A task of its own reads it: asyncio.create_task(...)",
        )
    if one["status"] != 202:
        return failed(
            f"{one['called']} with a good key: got {one['status']}, expected 202.",
            "202 says: accepted, and not done yet. @app.post(..., status_code=202)",
        )
    if not all(isinstance(one[name], str) for name in ("turn_id", "thread_id")):
        return failed(
            f"{one['called']}: the body is {shorten(str(one['body']))}.",
            'Return {"turn_id": ..., "thread_id": turn.thread_id}.',
        )
    return None


def _cut_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one):
        return wrong
    if one["status"] != 200:
        return failed(
            f"GET /api/turns/{{turn_id}}/events: got {one['status']}, expected 200.",
            '@app.get("/api/turns/{turn_id}/events")',
        )
    if not one["kind"].startswith("text/event-stream"):
        return failed(
            f"The events came as {one['kind'] or 'something without a type'}.",
            'StreamingResponse(..., media_type="text/event-stream")',
        )
    if one["late"]:
        return failed(
            "No word of the reply arrived before it was complete.",
            "Send each frame when it is there: give the stream itself to StreamingResponse.",
        )
    if not one["raw"] and one["broke"] == "endless":
        return failed(
            "GET .../events: the response began, and no event came.",
            "Who writes the log? Something has to run: asyncio.create_task(write(turn, log))",
        )
    if not one["frames"] or any(frame["event"] is None for frame in one["frames"]):
        return failed(
            f"The stream begins with {shorten(one['raw'])}.",
            "event_frames(log, cursor) makes the frames: an id, a type, and the event as JSON.",
        )
    if not all(frame["id"].isdecimal() for frame in one["frames"]):
        return failed(
            "The frames have no id: nobody could say where to go on.",
            "event_frames(log, cursor) gives each frame the event's seq as its id.",
        )
    expected = "".join(inputs["pieces"][: inputs["hold_at"]])
    errors = [frame["event"] for frame in one["frames"] if frame["kind"] == "error"]
    if errors:
        return failed(
            f"The turn ended in an error: {errors[0].get('message', '')[:140]}",
            "server.send(said.message, context, said.thread_id)",
        )
    if one["text"] != expected:
        return failed(
            f"Half of the reply is {shorten(expected)}; the stream said {shorten(one['text'])}.",
            "One task reads the turn and writes the log. Readers only read the log.",
        )
    return None


def _left_wrong(seen: dict[str, Any]) -> Finding | None:
    if seen["left"] == ["completed"]:
        return None
    if seen["bob"]["stop"][0][0] < 400:
        return _bob_may("stop")
    return failed(
        "The reader's line broke, and the reply ended with it.",
        "The turn belongs to the server: a task of its own reads it, whoever listens.",
    )


def _back_wrong(inputs: dict[str, Any], cut: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    whole = "".join(inputs["pieces"])
    called = f"GET .../{one['url']}"
    if wrong := _crashed(one) or _endless(called, one):
        return wrong
    if one["status"] != 200:
        return failed(
            f"{called} after the line had broken: got {one['status']}, expected 200.",
            "Keep the turn and its log for those who come back.",
        )
    if cut["text"] + one["text"] == whole:
        return None
    if one["text"] == whole:
        return failed(
            f"{called} began from the beginning: what the reader has came again.",
            "Take the cursor from the request, `cursor: int = 0`, and hand it to event_frames().",
        )
    return failed(
        f"{called} said {shorten(one['text'])}; missing was {shorten(whole[len(cut['text']) :])}.",
        "All that came after the cursor is in the log, also what nobody heard at the time.",
    )


def _endless(called: str, one: dict[str, Any]) -> Finding | None:
    if one["broke"] != "endless":
        return None
    return failed(
        f"{called}: the reply is over, and the response does not end.",
        "The log has to know that the turn is over: log.end(turn.state).",
    )


def _again_wrong(inputs: dict[str, Any], one: dict[str, Any]) -> Finding | None:
    if wrong := _crashed(one) or _endless("GET .../events", one):
        return wrong
    if one["text"] != "".join(inputs["pieces"]):
        return failed(
            f"GET .../events without a cursor, once more: {shorten(one['text'])}.",
            "A log can be read as often as one likes, from the beginning, too.",
        )
    if one["frames"][-1]["kind"] != "end":
        return failed(
            f"The last frame of a reply that is over is of the type {one['frames'][-1]['kind']!r}.",
            "event_frames(log, cursor) ends with a frame of the type 'end': so readers know that "
            "nothing was cut off.",
        )
    return None


def _bob_may(what: str) -> Finding:
    return failed(
        f"Bob asked for {what} of Alice's turn, and got it.",
        "Keep with each turn whose it is, and compare: one.user_id == context.user_id.",
    )


def _bob_wrong(bob: dict[str, Any]) -> Finding | None:
    for what in ("events", "stop"):
        (hers_status, hers), (never_status, never) = bob[what]
        if wrong := _crashed({"called": f"Bob's request for {what}", "crash": bob["crash"]}):
            return wrong
        if hers_status == 405:
            return failed(
                f"{what} of a turn: got 405, another method was expected.",
                "Events are a @app.get(...); to stop is a @app.post(...).",
            )
        if hers_status < 400:
            return _bob_may(what)
        if hers_status != never_status or hers != never:
            return failed(
                f"Bob is told {hers_status} for Alice's turn and {never_status} for none: {hers} "
                f"and {never}.",
                "'Not yours' confirms that it exists. Raise NotFoundError for both.",
            )
        if hers_status != 404:
            return failed(
                f"Bob asked for {what} of a turn that is not his: got {hers_status}.",
                "Expected 404: for him it does not exist.",
            )
    return None


def _stopped_wrong(inputs: dict[str, Any], seen: dict[str, Any]) -> Finding | None:
    one = seen["stopped"]
    begun, stop = one["begun"], one["stop"]
    if wrong := _crashed(begun):
        return wrong
    if begun["turn_id"] == seen["first"]["turn_id"]:
        return failed(
            "Two messages in one thread, and both turns have the same turn_id.",
            'A thread has many turns. Each one gets an id of its own: new_id("trn")',
        )
    if begun["thread_id"] != seen["first"]["thread_id"]:
        return failed(
            "A message with a thread_id began another thread.",
            "server.send(said.message, context, said.thread_id)",
        )
    expected = [[inputs["names"][0], message] for message in inputs["messages"][:2]]
    if one["asked"] != expected:
        return failed(
            f"The server was asked {one['asked']}; expected {expected}.",
            "server.send(said.message, context, said.thread_id)",
        )
    if wrong := _crashed(stop):
        return wrong
    if stop["status"] >= 400 or not stop["status"]:
        return failed(
            f"POST /api/turns/{{turn_id}}/stop: got {stop['status']}.",
            '@app.post("/api/turns/{turn_id}/stop")',
        )
    if one["left"] != ["completed", "closed"]:
        return failed(
            "After Stop had been answered, the reply still went on.",
            "await turn.aclose(): it returns when respond() is closed.",
        )
    return _endless("GET .../events after Stop", one["rest"])


def _other_app_wrong(status: int) -> Finding | None:
    if status == 404:
        return None
    return failed(
        f"A second app answered {status} for a turn of the first one: they share a dictionary.",
        "Make the dictionary inside create_app.",
    )
