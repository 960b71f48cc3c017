"""Conversations over HTTP: named, copied, listed, and how an open page hears of what is new."""

import asyncio
import json
import threading

import pytest
import uvicorn
from servers import Talker
from serving import KEYS, client_of, events_of, frames_of, listening, served

from chatlab import MemoryStore
from chatlab.adapters.http import Limits, create_app
from chatlab.adapters.http.connections import Connection
from chatlab.adapters.http.user_changes import UserChanges
from chatlab.context import RequestContext
from chatlab.items import UserMessageItem

ALICE = RequestContext(user_id="alice")
BEAT = Limits(keep_alive_seconds=0.2)


@pytest.fixture(scope="module")
def store():
    return MemoryStore()


@pytest.fixture(scope="module")
def url(store):
    app = create_app(Talker(store), KEYS.authenticate, chatkit=False, limits=BEAT)
    with served(app) as found:
        yield found


@pytest.fixture
def alice(url):
    with client_of(url) as client:
        yield client


def said(client, text="2", **more):
    turn = client.post("/api/turns", json={"message": text, **more}).json()
    events_of(client, turn["turn_id"])
    return turn["thread_id"]


def news(client, **asked):
    with client.stream("GET", "/page/changes", params=asked) as answer:
        assert answer.status_code == 200, answer.read()
        return next(frames_of(answer.iter_lines()))["data"]


def test_a_name_is_one_line_and_stays_while_and_after_somebody_answers(alice):
    thread_id = said(alice)
    turn = alice.post("/api/turns", json={"message": "1 0 wait", "thread_id": thread_id}).json()
    renamed = alice.patch(f"/api/threads/{thread_id}", json={"title": " Plans\n for  May "})
    assert (renamed.status_code, renamed.json()["title"]) == (200, "Plans for May")
    alice.post(f"/api/turns/{turn['turn_id']}/stop")
    assert alice.get(f"/api/threads/{thread_id}").json()["title"] == "Plans for May"
    for wrong in ({"title": " "}, {"title": "x" * 201}, {"title": None}, {"name": "x"}, {}):
        assert alice.patch(f"/api/threads/{thread_id}", json=wrong).status_code == 422
    assert alice.get(f"/api/threads/{thread_id}").json()["title"] == "Plans for May"


def test_a_copy_holds_what_came_before_and_is_not_too_long(alice, url, store):
    thread_id = said(alice)
    said(alice, "1", thread_id=thread_id)
    items = alice.get(f"/api/threads/{thread_id}").json()["items"]["data"]
    second = [item for item in items if item["type"] == "user_message"][1]
    copied = alice.post(f"/api/threads/{thread_id}/items/{second['id']}/fork")
    assert copied.status_code == 201
    kept = alice.get(f"/api/threads/{copied.json()['id']}").json()["items"]["data"]
    before = items[: items.index(second)]
    assert [item["content"] for item in kept] == [item["content"] for item in before]

    async def go_on():
        thread = await store.load_thread(thread_id, ALICE)
        for number in range(1001):
            item = UserMessageItem(
                id=f"msg_{number}", thread_id=thread_id, content="", timestamp=thread.created_at
            )
            await store.add_thread_item(thread_id, item, ALICE)

    url.run(go_on())
    refused = alice.post(f"/api/threads/{thread_id}/items/msg_1000/fork")
    assert refused.status_code == 422
    assert "over 1,000 items before it" in refused.json()["message"]


def test_the_list_names_what_has_no_title_by_its_first_words(alice):
    thread_id = said(alice, "1 0 " + "word " * 40)
    opened = alice.post("/api/turns", json={"message": None, "idempotency_key": "open"}).json()
    events_of(alice, opened["turn_id"])
    listed = {one["id"]: one for one in alice.get("/page/threads").json()["data"]}
    assert listed[thread_id]["title"].endswith("word…")
    assert len(listed[thread_id]["title"]) <= 61
    assert listed.get(opened["thread_id"], {"title": None})["title"] is None
    one = alice.get("/page/threads", params={"limit": 1}).json()
    assert (len(one["data"]), one["has_more"]) == (1, True)
    assert alice.get("/page/threads", params={"limit": 101}).status_code == 422


def test_news_come_at_once_and_only_to_whom_they_concern(alice, url):
    thread_id = said(alice)
    first = news(alice, thread_id=thread_id)
    assert first["turn"]["state"] == "completed"
    mark = {"mark": first["mark"], "thread_id": thread_id}
    with client_of(url, "bob") as bob:
        said(bob)
        assert news(bob, thread_id=thread_id)["deleted"] is True
    assert news(alice, **mark) == first  # it has waited, and there were none
    alice.patch(f"/api/threads/{thread_id}", json={"title": "Another"})
    assert news(alice, **mark)["mark"] != first["mark"]
    alice.delete(f"/api/threads/{thread_id}")
    assert news(alice, **mark)["deleted"] is True
    assert alice.get("/page/changes", params={"mark": "no mark"}).status_code == 422


@pytest.mark.anyio
async def test_whoever_waits_is_woken_by_ones_own_changes_alone():
    changes = UserChanges()
    mark = changes.mark("alice")
    waiting = [asyncio.create_task(changes.other_than(mark, "alice", 60)) for _ in range(2)]
    await asyncio.sleep(0)
    changes.tell("bob")
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    waiting[0].cancel()
    await asyncio.sleep(0)
    changes.tell("alice")
    assert await waiting[1] == changes.mark("alice") != mark
    last = asyncio.create_task(changes.other_than(changes.mark("alice"), "alice", 60))
    await asyncio.sleep(0)
    changes.close()
    assert await last == changes.mark("alice")


def test_a_server_that_stops_does_not_wait_for_a_page_that_waits_for_news():
    app = create_app(Talker(), KEYS.authenticate, chatkit=False)
    sock = listening()
    config = uvicorn.Config(app, http=Connection, log_level="warning", timeout_graceful_shutdown=60)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
    thread.start()
    with client_of(f"http://127.0.0.1:{sock.getsockname()[1]}") as alice:
        mark = news(alice)["mark"]
        with alice.stream("GET", "/page/changes", params={"mark": mark}) as answer:
            server.should_exit = True
            found = json.loads(answer.read().decode().partition("data: ")[2])
            assert found["mark"] == mark
    thread.join(50)
    assert not thread.is_alive()
    sock.close()
