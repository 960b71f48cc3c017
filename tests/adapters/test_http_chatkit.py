"""The official protocol over HTTP: it has no cursors and no Stop, and loses nothing either."""

import asyncio
import json
import time
from contextlib import contextmanager
from itertools import islice

import pytest
from official_client import message
from servers import Talker, word
from serving import KEYS, client_of, frames_of, served

from chatlab import RequestContext
from chatlab.adapters.http import Limits, create_app
from chatlab.adapters.http.chatkit_reply_registry import ReplyRegistry
from chatlab.adapters.http.limits import ConcurrencyLimit


@pytest.fixture(scope="module")
def alice():
    with client_at(Limits(turns=2)) as client:
        yield client


@contextmanager
def client_at(limits):
    """Alice at a server with these limits."""
    app = create_app(Talker(), KEYS.authenticate, limits=limits)
    with served(app) as url, client_of(url) as client:
        yield client


def asking(client, type, **params):
    body = json.dumps({"type": type, "params": params, "metadata": {}})
    return client.stream("POST", "/chatkit", content=body)


def items(client, thread_id):
    asked = {"type": "threads.get_by_id", "params": {"thread_id": thread_id}, "metadata": {}}
    return client.post("/chatkit", content=json.dumps(asked)).json()["items"]["data"]


def left_early(client, text, frames):
    """Begin a conversation, read a few frames of the reply, and go; the thread's id."""
    with asking(client, "threads.create", input=message(text)) as response:
        assert response.headers["x-accel-buffering"] == "no"
        first, *_ = islice(frames_of(response.iter_lines()), frames)
    return first["data"]["thread"]["id"]


def until(client, thread_id, kind):
    """The items, as soon as there is one of this kind."""
    end = time.monotonic() + 120
    while not any(item["type"] == kind for item in items(client, thread_id)):
        assert time.monotonic() < end
        time.sleep(0.02)
    return items(client, thread_id)


def test_a_client_that_drops_finds_the_whole_reply_in_the_thread(alice):
    thread_id = left_early(alice, "30 0.005", 5)
    found = until(alice, thread_id, "widget")

    said = next(item for item in found if item["type"] == "assistant_message")
    assert said["content"][0]["text"] == "".join(map(word, range(30))) + "done"


def test_a_reply_that_takes_too_long_is_stopped_and_what_was_said_is_kept():
    with client_at(Limits(turn_seconds=2)) as alice:
        thread_id = left_early(alice, "2 0 wait", 2)
        found = until(alice, thread_id, "assistant_message")

    said = next(item for item in found if item["type"] == "assistant_message")
    assert said["content"][0]["text"] == "0 wörd\n1 wörd\n"


def test_stop_is_an_endpoint_beside_the_protocol(alice):
    thread_id = left_early(alice, "1 0 wait", 5)

    assert alice.post(f"/api/threads/{thread_id}/stop").json() == {"stopped": 1}
    assert until(alice, thread_id, "assistant_message")
    assert alice.post(f"/api/threads/{thread_id}/stop").json() == {"stopped": 0}


def test_one_user_has_so_many_replies(alice):
    threads = [left_early(alice, "1 0 wait", 5) for _ in range(2)]
    with asking(alice, "threads.create", input=message("1")) as refused:
        assert refused.status_code == 429
    for thread_id in threads:
        alice.post(f"/api/threads/{thread_id}/stop")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"type": "threads.explode"}', b'{"type": "threads.create", "params": 1}'],
)
def test_what_is_no_request_of_the_protocol_is_refused_in_one_form(alice, body):
    answer = alice.post("/chatkit", content=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_a_silent_reply_says_that_it_is_still_there():
    with (
        client_at(Limits(keep_alive_seconds=0.05)) as alice,
        asking(alice, "threads.create", input=message("1 0 wait")) as response,
    ):
        lines = (line for line in response.iter_lines() if line.startswith(":"))
        assert list(islice(lines, 3)) == [": still here"] * 3


def test_a_message_may_name_what_is_not_offered(alice):
    said = message('1 0 "attachments.create"')
    with asking(alice, "threads.create", input=said) as response:
        assert response.status_code == 200, response.read()
        first, *_ = frames_of(response.iter_lines())
    assert first["data"]["type"] == "thread.created"


async def _lines(*, stopped):
    """What is read of a reply of too many frames, which is over before anybody reads it."""
    limits = Limits(turn_bytes=639, keep_alive_seconds=0.05)
    registry = ReplyRegistry(limits, ConcurrencyLimit("answers", 1))

    async def frames():
        while True:
            yield b"data: {}\n\n"

    reply = registry.start(frames(), RequestContext(user_id="alice"), "thr_1")
    if stopped:
        await reply.stop()
    await asyncio.wait([reply.task])
    read = []
    async for frame in reply:
        read.append(frame)
        assert len(read) < 100
    await reply.aclose()
    return read


def test_a_reply_that_is_stopped_before_it_begins_ends():
    assert asyncio.run(_lines(stopped=True)) == []


def test_a_reader_who_is_behind_is_told_why_the_reply_was_stopped():
    *frames, last = asyncio.run(_lines(stopped=False))

    assert len(frames) == 64
    assert b"longer than 639 bytes" in last
