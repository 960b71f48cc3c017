"""Bob, with a good key of his own, tries Alice's ids everywhere; they are as good as none.

For each try there is a twin with ids that never existed, as long as hers. The two answers may
differ in the id that was asked for, and in nothing else.
"""

import itertools
import json
import re
from typing import get_args

import pytest
from chatkit import types as official
from servers import Talker
from serving import KEYS, client_of, events_of, served

from chatlab import MemoryStore
from chatlab.adapters.http import create_app

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
NAMED = {"thread_id", "turn_id", "item_id", "after"}


@pytest.fixture(scope="module")
def app():
    return create_app(Talker(MemoryStore(turn_wait=0.1)), KEYS.authenticate)


@pytest.fixture(scope="module")
def url(app):
    with served(app) as found:
        yield found


@pytest.fixture(scope="module")
def hers(url):
    """Alice's ids, each with a turn that is over and one that runs; Bob's own thread."""
    with client_of(url) as alice:
        first = alice.post("/api/turns", json={"message": "2"}).json()
        events_of(alice, first["turn_id"])
        items = alice.get(f"/api/threads/{first['thread_id']}").json()["items"]["data"]
        said = {"message": "1 0 wait", "thread_id": first["thread_id"]}
        running = alice.post("/api/turns", json=said).json()
        yield {
            "thread_id": [first["thread_id"]],
            "turn_id": [first["turn_id"], running["turn_id"]],
            "item_id": [items[0]["id"], items[-1]["id"]],
        }
        assert alice.get(f"/api/turns/{running['turn_id']}").json()["state"] == "running"
        kept = alice.get(f"/api/threads/{first['thread_id']}").json()["items"]["data"]
        assert kept[: len(items)] == items
        alice.post(f"/api/turns/{running['turn_id']}/stop")


@pytest.fixture(scope="module")
def bob(url):
    with client_of(url, "bob", "tasks:delete") as client:
        yield client


@pytest.fixture(scope="module")
def own(bob):
    """A thread of Bob's own, over."""
    turn = bob.post("/api/turns", json={"message": "1"}).json()
    events_of(bob, turn["turn_id"])
    return turn["thread_id"]


def never(id):
    """An id like this one, that never was."""
    prefix, _, rest = id.partition("_")
    return f"{prefix}_{'0' * len(rest)}"


def told(response, ids):
    """All that an answer says: status, headers and body, without the ids that were asked for."""
    text = response.text
    headers = {name: value for name, value in response.headers.items() if name != "date"}
    for id in ids:
        text = text.replace(id, "ID")
    return response.status_code, headers, re.sub(r"created_at\":\"[^\"]+", "", text)


def choices(names, hers, own):
    """Ids for these parameters, of which one at least is Alice's; threads may be Bob's own."""
    kinds = {"after": hers["thread_id"] + hers["item_id"]}
    lists = [
        [*kinds.get(name, hers.get(name, [])), *([own] if name == "thread_id" else [])]
        for name in names
    ]
    for chosen in itertools.product(*lists):
        if set(chosen) != {own}:
            yield dict(zip(names, chosen, strict=True))


def tries(app, hers, own):
    """Every endpoint and method that takes an id, in its path, its query or its body."""
    for path, operations in app.openapi()["paths"].items():
        asked = next(iter(operations.values()))
        for method in METHODS:
            operation = operations.get(method.lower(), asked)
            names = [p["name"] for p in operation.get("parameters", ()) if p["name"] in NAMED]
            body = "requestBody" in operation and path != "/chatkit"
            if path == "/api/turns":
                names = ["thread_id"]
            if path.endswith("/actions"):
                names += ["item_id"]
            for ids in choices(names, hers, own) if names else ():
                yield method, path, ids, body


def asked_in_query(path):
    return ("thread_id",) if path == "/page/changes" else ("after",)


def request(client, method, path, ids, *, body):
    query = {name: ids[name] for name in asked_in_query(path) if name in ids}
    said = {}
    if path == "/api/turns":
        said = {"message": "2", "thread_id": ids["thread_id"]}
    elif path.endswith("/actions"):
        said = {"action": {"type": "go"}, "item_id": ids["item_id"]}
    elif path == "/api/threads/{thread_id}":
        said = {"title": "mine now"}
    more = {"json": said} if body else {}
    return client.request(method, path.format(**ids), params=query, **more)


def test_no_endpoint_tells_an_id_of_alices_from_one_that_never_was(app, hers, own, bob):
    tried = set()
    for method, path, ids, body in tries(app, hers, own):
        twins = {name: id if id == own else never(id) for name, id in ids.items()}
        answers = [
            told(
                request(bob, method, path, one, body=body), [id for id in one.values() if id != own]
            )
            for one in (ids, twins)
        ]
        assert answers[0] == answers[1], (method, path, ids)
        if (method, path) == ("GET", "/page/changes"):  # it waits for news, and there are none
            assert answers[0][0] == 200
            assert '"turn":null,"version":null,"deleted":true' in answers[0][2]
        else:
            assert answers[0][0] in {404, 405}, (method, path, ids, answers[0])
        tried.add((method, path))

    paths = {path for path in app.openapi()["paths"] if "{" in path} | {"/api/turns"}
    assert tried >= set(itertools.product(METHODS, paths))


def official_requests(thread_id, item_id):
    """One of each kind that the protocol knows."""
    thread = {"thread_id": thread_id}
    item = thread | {"item_id": item_id}
    said = {"content": [{"type": "input_text", "text": "2"}], "attachments": []}
    said |= {"inference_options": {}}
    sound = {"audio_base64": "AAAA", "mime_type": "audio/webm"}
    action = {"action": {"type": "go", "payload": {}}}
    return {
        "threads.create": {"input": said | {"attachments": [item_id]}},
        "threads.add_user_message": thread | {"input": said},
        "threads.add_client_tool_output": thread | {"result": 1},
        "threads.add_structured_input": item | {"input": {"status": "skipped"}},
        "threads.retry_after_item": item,
        "threads.custom_action": item | action,
        "threads.sync_custom_action": item | action,
        "threads.get_by_id": thread,
        "threads.list": {"after": thread_id},
        "items.list": thread | {"after": item_id},
        "items.feedback": thread | {"item_ids": [item_id], "kind": "positive"},
        "attachments.create": {"name": item_id, "size": 1, "mime_type": "text/plain"},
        "attachments.delete": {"attachment_id": item_id},
        "threads.update": thread | {"title": "mine now"},
        "threads.delete": thread,
        "input.transcribe": sound,
    }


def test_no_request_of_the_official_protocol_does_either(hers, own, bob):
    kinds = {
        get_args(kind.model_fields["type"].annotation)[0]
        for union in (official.StreamingReq, official.NonStreamingReq)
        for kind in get_args(union)
    }
    assert official_requests("", "").keys() == kinds
    for kind, thread, item in itertools.product(
        sorted(kinds), [*hers["thread_id"], own], hers["item_id"]
    ):
        if thread == own and kind in {
            "threads.delete",
            "threads.update",
            "threads.add_user_message",
        }:
            continue
        asked = [(thread, item), (thread if thread == own else never(thread), never(item))]
        answers = []
        for ids in asked:
            body = {"type": kind, "params": official_requests(*ids)[kind], "metadata": {}}
            response = bob.post("/chatkit", content=json.dumps(body))
            answers.append(told(response, [id for id in ids if id != own]))
        assert answers[0] == answers[1], (kind, thread, item)
        assert answers[0][0] < 500, (kind, answers[0])
