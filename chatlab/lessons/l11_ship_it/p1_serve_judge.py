"""Part 11.1, judged: the app's replies and event streams, with and without broken connections."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l11_ship_it.app_clients_judge import (
    explain_app_error,
    explain_no_app,
    unauthenticated_wrong,
)
from chatlab.lessons.support.explain import shorten

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Keys are needed, a turn outlives its reader, and a cursor loses and repeats nothing."""
    if "unmade" in observation:
        return [explain_no_app("create_app", observation["unmade"])]
    wrong = (
        unauthenticated_wrong("POST /api/turns", observation["refused"], _app_raised_wrong)
        or _start_wrong(inputs, observation["first"])
        or _response_before_cut_wrong(inputs, observation["cut"])
        or _survival_wrong(observation)
        or _begin_wrong(observation)
        or _resume_wrong(inputs, observation["cut"], observation["back"])
        or _replay_wrong(inputs, observation["again"])
        or _bob_wrong(observation["bob"])
        or _stop_wrong(inputs, observation)
        or _other_app_wrong(observation["other app"])
    )
    if wrong:
        return [wrong]
    return [
        passed(3, "Connections may break: the turn goes on, and a cursor finds every word again.")
    ]


def _app_raised_wrong(reply: dict[str, Any]) -> Finding | None:
    """The app must not raise; for a reply or for the reading of a stream."""
    if not (crash := reply.get("crash")):
        return None
    called = reply.get("called") or f"GET .../{reply.get('url', '')}"
    return explain_app_error(f"{called}: the app broke with", crash)


def _start_wrong(inputs: dict[str, Any], reply: dict[str, Any]) -> Finding | None:
    if wrong := _app_raised_wrong(reply):
        return wrong
    if reply["late"] or "completed" in reply["left"]:
        return failed(
            f"{reply['called']}: the answer came when the reply was over.",
            "Do not await the turn here. A task of its own reads it: asyncio.create_task(...)",
        )
    if reply["status"] != 202:
        return failed(
            f"{reply['called']} with a good key: got {reply['status']}, expected 202.",
            "202 says: accepted, but not done yet. @app.post(..., status_code=202)",
        )
    if not all(isinstance(reply[name], str) for name in ("turn_id", "thread_id")):
        return failed(
            f"{reply['called']}: the body is {shorten(str(reply['body']))}.",
            'Return {"turn_id": ..., "thread_id": turn.thread_id}.',
        )
    return None


def _begin_wrong(observation: dict[str, Any]) -> Finding | None:
    """The turn must run before anybody reads it."""
    if observation["begun"]:
        return None
    return failed(
        "POST /api/turns was answered, but the turn did not begin until somebody read its events.",
        "Even a customer who never comes back wants it done. Start the task that writes "
        "the log in the POST: asyncio.create_task(write(turn, log)).",
    )


def _response_before_cut_wrong(inputs: dict[str, Any], reading: dict[str, Any]) -> Finding | None:
    """What is wrong with the response whose connection was cut while the reply was held."""
    if wrong := _app_raised_wrong(reading):
        return wrong
    if reading["status"] != 200:
        return failed(
            f"GET /api/turns/{{turn_id}}/events: got {reading['status']}, expected 200.",
            '@app.get("/api/turns/{turn_id}/events")',
        )
    if not reading["kind"].startswith("text/event-stream"):
        return failed(
            f"The events came as {reading['kind'] or 'something without a type'}.",
            'StreamingResponse(..., media_type="text/event-stream")',
        )
    if reading["late"]:
        return failed(
            "No word of the reply arrived before it was complete.",
            "Send each frame as soon as it exists: give the stream itself to StreamingResponse.",
        )
    if not reading["raw"] and reading["broke"] == "endless":
        return failed(
            "GET .../events: the response began, but no event came.",
            "Who writes the log? Something has to run: asyncio.create_task(write(turn, log))",
        )
    return _frames_before_cut_wrong(inputs, reading)


def _frames_before_cut_wrong(inputs: dict[str, Any], reading: dict[str, Any]) -> Finding | None:
    """What is wrong with the frames that were read before the connection was cut."""
    if not reading["frames"] or any(frame["event"] is None for frame in reading["frames"]):
        return failed(
            f"The stream begins with {shorten(reading['raw'])}.",
            "event_frames(log, cursor) makes the frames: an id, a type, and the event as JSON.",
        )
    if not all(frame["id"].isdecimal() for frame in reading["frames"]):
        return failed(
            "The frames have no id: no reader could say where to go on.",
            "event_frames(log, cursor) gives each frame the event's seq as its id.",
        )
    expected = "".join(inputs["pieces"][: inputs["hold_at"]])
    errors = [frame["event"] for frame in reading["frames"] if frame["kind"] == "error"]
    if errors:
        return failed(
            f"The turn ended in an error: {errors[0].get('message', '')[:140]}",
            "server.send(said.message, context, said.thread_id)",
        )
    if reading["text"] != expected:
        return failed(
            f"Half of the reply is {shorten(expected)}; "
            f"the stream said {shorten(reading['text'])}.",
            "One task reads the turn and writes the log. Readers only read the log.",
        )
    return None


def _survival_wrong(observation: dict[str, Any]) -> Finding | None:
    """The first turn must complete although its reader has disconnected."""
    if observation["left"] == ["completed"]:
        return None
    if observation["bob"]["stop"][0][0] < 400:
        return _explain_bob_access("stop")
    return failed(
        "The reader's connection broke, and the reply ended with it.",
        "The turn belongs to the server: a task of its own reads it, whoever listens.",
    )


def _resume_wrong(
    inputs: dict[str, Any], cut: dict[str, Any], reading: dict[str, Any]
) -> Finding | None:
    """A reader that comes back with a cursor must get what it has missed, and nothing else."""
    full_text = "".join(inputs["pieces"])
    called = f"GET .../{reading['url']}"
    if wrong := _app_raised_wrong(reading) or _endless_wrong(called, reading):
        return wrong
    if reading["status"] != 200:
        return failed(
            f"{called} after the connection had broken: got {reading['status']}, expected 200.",
            "Keep the turn and its log for those who come back.",
        )
    if cut["text"] + reading["text"] == full_text:
        return None
    if reading["text"] == full_text:
        return failed(
            f"{called} started from the beginning: what the reader already has came again.",
            "Take the cursor from the request, `cursor: int = 0`, and hand it to event_frames().",
        )
    missing_text = full_text[len(cut["text"]) :]
    return failed(
        f"{called} said {shorten(reading['text'])}; missing was {shorten(missing_text)}.",
        "Everything after the cursor is in the log, including what nobody heard at the time.",
    )


def _endless_wrong(called: str, reading: dict[str, Any]) -> Finding | None:
    """A stream must end when its turn is over."""
    if reading["broke"] != "endless":
        return None
    return failed(
        f"{called}: the reply is over, but the response does not end.",
        "The log has to know that the turn is over: log.end(turn.state).",
    )


def _replay_wrong(inputs: dict[str, Any], reading: dict[str, Any]) -> Finding | None:
    """A reader without a cursor must get the whole reply again, and the end frame."""
    if wrong := _app_raised_wrong(reading) or _endless_wrong("GET .../events", reading):
        return wrong
    if reading["text"] != "".join(inputs["pieces"]):
        return failed(
            f"GET .../events without a cursor, once more: {shorten(reading['text'])}.",
            "A log can be read as often as you like, and from the beginning too.",
        )
    if (last_type := reading["frames"][-1]["kind"]) != "end":
        return failed(
            f"The last frame of a finished reply has the type {last_type!r}.",
            "event_frames(log, cursor) ends with a frame of the type 'end': so readers know that "
            "nothing was cut off.",
        )
    return None


def _explain_bob_access(request_name: str) -> Finding:
    return failed(
        f"Bob asked for {request_name} of Alice's turn, and got it.",
        "With each turn, keep whose it is, and compare: one.user_id == context.user_id.",
    )


def _bob_wrong(replies: dict[str, Any]) -> Finding | None:
    """Bob must get the same 404 for Alice's turn and for one that does not exist."""
    for request_name in ("events", "stop"):
        (alices_status, alices_body), (unknown_status, unknown_body) = replies[request_name]
        if wrong := _app_raised_wrong(
            {"called": f"Bob's request for {request_name}", "crash": replies["crash"]}
        ):
            return wrong
        if alices_status == 405:
            return failed(
                f"{request_name} of a turn: got 405: the check used another method.",
                "Events are a @app.get(...); to stop is a @app.post(...).",
            )
        if alices_status < 400:
            return _explain_bob_access(request_name)
        if alices_status != unknown_status or alices_body != unknown_body:
            return failed(
                f"Bob is told {alices_status} for Alice's turn and {unknown_status} for none: "
                f"{alices_body} and {unknown_body}.",
                "'Not yours' confirms that it exists. Raise NotFoundError for both.",
            )
        if alices_status != 404:
            return failed(
                f"Bob asked for {request_name} of a turn that is not his: got {alices_status}.",
                "Expected 404: as far as he can tell, it does not exist.",
            )
    return None


def _stop_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """The second turn must be a new one in the same thread, and end when it is stopped."""
    second_turn = observation["stopped"]
    start_reply, stop_reply = second_turn["begun"], second_turn["stop"]
    if wrong := _app_raised_wrong(start_reply):
        return wrong
    if start_reply["turn_id"] == observation["first"]["turn_id"]:
        return failed(
            "Two messages were sent in one thread, and both turns have the same turn_id.",
            'A thread has many turns. Each one gets an id of its own: new_id("trn")',
        )
    if start_reply["thread_id"] != observation["first"]["thread_id"]:
        return failed(
            "A message with a thread_id began another thread.",
            "server.send(said.message, context, said.thread_id)",
        )
    expected = [[inputs["names"][0], message] for message in inputs["messages"][:2]]
    if second_turn["asked"] != expected:
        return failed(
            f"The server was asked {second_turn['asked']}; expected {expected}.",
            "server.send(said.message, context, said.thread_id)",
        )
    if wrong := _app_raised_wrong(stop_reply):
        return wrong
    if stop_reply["status"] >= 400 or not stop_reply["status"]:
        return failed(
            f"POST /api/turns/{{turn_id}}/stop: got {stop_reply['status']}.",
            '@app.post("/api/turns/{turn_id}/stop")',
        )
    if second_turn["left"] != ["completed", "closed"]:
        return failed(
            "After Stop had been answered, the reply still went on.",
            "await turn.aclose(): it returns when respond() is closed.",
        )
    return _endless_wrong("GET .../events after Stop", second_turn["rest"])


def _other_app_wrong(status: int) -> Finding | None:
    if status == 404:
        return None
    return failed(
        f"A second app answered {status} for a turn of the first one: they share a dictionary.",
        "Make the dictionary inside create_app.",
    )
