"""Turns over HTTP: the app owns them, connections come and go."""

import json
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice

import httpx
import pytest
from servers import Echo, Talker, text_of
from serving import KEYS, client_of, events_of, frames_of, served

from chatlab import MemoryStore
from chatlab.adapters.http import JWTAuthenticator, Limits, create_app
from chatlab.testing import FixedClock

LIMITS = Limits(
    body_bytes=20_000, body_seconds=1, streams=3, turns=3, turn_bytes=60_000, keep_turns=4
)


@pytest.fixture(scope="module")
def talker():
    return Talker(MemoryStore(turn_wait=0.1))


@pytest.fixture(scope="module")
def url(talker):
    app = create_app(talker, KEYS.authenticate, limits=LIMITS, chatkit=False)
    with served(app) as found:
        yield found


@pytest.fixture
def alice(url):
    with client_of(url) as client:
        yield client


@pytest.fixture
def bob(url):
    with client_of(url, "bob") as client:
        yield client


def said(client, message, thread_id=None, **more):
    body = {"message": message, "thread_id": thread_id, **more}
    answer = client.post("/api/turns", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()


def whole(words):
    return "".join(f"{number} wörd\n" for number in range(words)) + "done"


def test_a_turn_is_started_read_and_found_in_its_thread(alice):
    turn = said(alice, "3")
    frames = events_of(alice, turn["turn_id"])
    *events, end = frames

    assert [one["data"]["seq"] for one in events][-1] == int(events[-1]["id"])
    assert text_of(events) == whole(3)
    assert end == {"event": "end", "data": {"state": "completed"}}
    assert {one["data"]["thread_id"] for one in events} == {turn["thread_id"]}
    thread = alice.get(f"/api/threads/{turn['thread_id']}").json()
    kinds = [item["type"] for item in thread["items"]["data"]]
    assert kinds == ["user_message", "tool", "assistant_message", "widget"]
    assert thread["turn"] is None
    assert next(one["id"] for one in alice.get("/api/threads").json()["data"]) == turn["thread_id"]


def test_the_answer_to_a_message_comes_when_the_message_is_kept(alice, talker):
    turn = said(alice, "1 0 wait")
    thread = alice.get(f"/api/threads/{turn['thread_id']}").json()

    assert thread["items"]["data"][0]["content"] == "1 0 wait"
    assert thread["turn"]["turn_id"] == turn["turn_id"]
    assert alice.post(f"/api/turns/{turn['turn_id']}/stop").json()["state"] == "stopped"


def test_a_client_that_drops_finds_the_turn_where_it_left_it(alice):
    turn = said(alice, "40 0.005")
    path = f"/api/turns/{turn['turn_id']}/events"
    got, cursor, visits = [], 0, 0
    while True:
        visits += 1
        headers = {"Last-Event-ID": str(cursor)} if visits % 2 else {}
        params = {} if headers else {"cursor": cursor}
        with alice.stream("GET", path, headers=headers, params=params) as response:
            for frame, _ in zip(frames_of(response.iter_lines()), range(7), strict=False):
                got.append(frame)
                cursor = int(frame.get("id", cursor))
        if got[-1]["event"] == "end":
            break

    assert visits >= 3
    assert text_of(got) == whole(40)


def test_stop_is_a_request_and_keeps_what_was_said(alice, talker):
    turn = said(alice, "2 0 wait")
    closed = talker.closed
    stopped = alice.post(f"/api/turns/{turn['turn_id']}/stop").json()

    assert stopped["state"] == "stopped"
    assert events_of(alice, turn["turn_id"])[-1]["data"] == {"state": "stopped"}
    items = alice.get(f"/api/threads/{turn['thread_id']}").json()["items"]["data"]
    assert (items[-1]["content"], items[-1]["status"]) == ("0 wörd\n1 wörd\n", "incomplete")
    assert alice.post(f"/api/turns/{turn['turn_id']}/stop").json() == stopped
    assert talker.closed in {closed, closed + 1}


def test_stop_by_thread_is_for_clients_that_know_no_turns(alice):
    turn = said(alice, "1 0 wait")
    path = f"/api/threads/{turn['thread_id']}/stop"

    assert alice.post(path).json() == {"stopped": 1}
    assert alice.post(path).json() == {"stopped": 0}


def test_a_click_and_a_retry_are_turns_too(alice):
    turn = said(alice, "1")
    events_of(alice, turn["turn_id"])
    thread = f"/api/threads/{turn['thread_id']}"
    items = alice.get(thread).json()["items"]["data"]
    click = {"action": {"type": "go"}, "item_id": items[-1]["id"]}
    clicked = alice.post(f"{thread}/actions", json=click).json()
    assert text_of(events_of(alice, clicked["turn_id"])) == "You clicked go."

    again = alice.post(f"{thread}/items/{items[0]['id']}/retry").json()
    assert text_of(events_of(alice, again["turn_id"])) == whole(1)
    after = alice.get(thread).json()["items"]["data"]
    assert [item["type"] for item in after] == [item["type"] for item in items]
    assert alice.delete(thread).status_code == 204
    assert alice.get(thread).status_code == 404


def test_a_message_sent_again_under_its_key_finds_its_turn_and_then_its_answer(alice, bob):
    first = said(alice, "2 0 wait", idempotency_key="key-1")
    again = said(alice, "2 0 wait", idempotency_key="key-1")
    other = alice.post("/api/turns", json={"message": "another", "idempotency_key": "key-1"})
    his = said(bob, "2 0 wait", idempotency_key="key-1")
    alice.post(f"/api/turns/{first['turn_id']}/stop")
    bob.post(f"/api/turns/{his['turn_id']}/stop")

    assert again["turn_id"] == first["turn_id"]
    assert his["thread_id"] != first["thread_id"]
    assert other.status_code in {409, 422}
    done = said(alice, "2", idempotency_key="key-2")
    told = text_of(events_of(alice, done["turn_id"]))
    replayed = said(alice, "2", idempotency_key="key-2")
    assert replayed["thread_id"] == done["thread_id"]
    items = [
        frame["data"]["item"]["content"]
        for frame in events_of(alice, replayed["turn_id"])
        if frame["event"] == "item_done"
    ]
    assert told in items


def test_what_respond_raises_is_told_without_what_is_inside(alice):
    turn = said(alice, "raise secretly")
    *_, error, end = events_of(alice, turn["turn_id"])

    assert error["data"]["code"] == "server_error"
    assert "/secret/path" not in error["data"]["message"]
    assert end["data"] == {"state": "failed"}


def test_the_log_has_a_line_for_each_turn_and_nothing_that_was_said(alice, caplog):
    caplog.set_level("DEBUG", "chatlab")
    turn = said(alice, "1 0 hush")
    events_of(alice, turn["turn_id"])
    lines = [record.getMessage() for record in caplog.records if "chatlab" in record.name]

    [line] = [line for line in lines if turn["turn_id"] in line]
    assert line.startswith(f"Turn {turn['turn_id']} in {turn['thread_id']!r} completed after ")
    assert not any(word in line for line in lines for word in ("hush", "wörd", "done"))


def test_finished_turns_are_kept_for_a_while_and_not_too_many_of_them(bob):
    turns = []
    for _ in range(LIMITS.keep_turns + 2):
        turns.append(said(bob, "1"))
        assert events_of(bob, turns[-1]["turn_id"])[-1]["event"] == "end"
    found = [bob.get(f"/api/turns/{turn['turn_id']}").status_code for turn in turns]

    assert found == [404] * 2 + [200] * LIMITS.keep_turns
    assert bob.get(f"/api/threads/{turns[0]['thread_id']}").status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"message": "\ud800"}, 422),
        ({"message": "one\0two"}, 422),
        ({"message": "x", "thread_id": "thr_none"}, 404),
        ({"message": "x", "thread_id": "../etc"}, 422),
        ({"message": "x", "idempotency_key": ""}, 422),
        ({"mesage": "x"}, 422),
        ([], 422),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_form(alice, body, status):
    headers = {"Content-Type": "application/json"}
    answer = alice.post("/api/turns", content=json.dumps(body).encode(), headers=headers)

    assert answer.json().keys() == {"code", "message"}
    assert answer.json()["code"] == {404: "not_found", 422: "invalid_input"}[status]
    assert answer.status_code == status


def test_a_cursor_ahead_of_the_turn_is_refused(alice):
    turn = said(alice, "1")
    path = f"/api/turns/{turn['turn_id']}/events"

    assert alice.get(path, params={"cursor": 10_000}).status_code == 422
    assert alice.get(path, headers={"Last-Event-ID": "no number"}).status_code == 422


def test_without_a_good_key_there_is_nothing(url):
    old = JWTAuthenticator(KEYS._secret, clock=FixedClock())
    bad = {
        "no key": {},
        "no bearer": {"Authorization": "Basic abc"},
        "no token": {"Authorization": "Bearer nonsense"},
        "another secret": {"Authorization": f"Bearer {JWTAuthenticator('x' * 32).issue('alice')}"},
        "over": {"Authorization": f"Bearer {old.issue('alice')}"},
    }
    answers = {}
    for what, headers in bad.items():
        answer = httpx.get(f"{url}/api/threads", headers=headers)
        answers[what] = (answer.status_code, answer.headers["www-authenticate"], answer.text)

    assert set(answers.values()) == {(401, "Bearer", answers["over"][2])}


def test_a_body_that_is_too_long_is_refused_whether_or_not_it_says_so(alice):
    def endless():
        for _ in range(100):
            yield b" " * 1000

    told = alice.post("/api/turns", content=b" " * 30_000)
    untold = alice.post("/api/turns", content=endless())

    assert (told.status_code, untold.status_code) == (413, 413)
    assert said(alice, "1")["state"] in {"running", "completed"}


def test_a_body_that_never_comes_is_not_waited_for(url):
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=60) as sock:
        head = f"POST /api/turns HTTP/1.1\r\nHost: {host}\r\nContent-Length: 100\r\n"
        head += f"Authorization: Bearer {KEYS.issue('alice')}\r\n\r\n"
        sock.sendall(head.encode() + b"{")

        assert sock.recv(100).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("path", ["/api/turns/{}/events", "/page/turns/{}/patches"])
def test_a_silent_stream_says_that_it_is_still_there(path):
    app = create_app(
        Talker(), KEYS.authenticate, limits=Limits(keep_alive_seconds=0.01), chatkit=False
    )
    with served(app) as url, client_of(url) as alice:
        turn = said(alice, "1 0 wait")
        with alice.stream("GET", path.format(turn["turn_id"])) as response:
            assert next(line for line in response.iter_lines() if line.startswith(":"))
        alice.post(f"/api/turns/{turn['turn_id']}/stop")


def test_whoever_announces_a_body_and_sends_none_harms_only_themselves(url):
    host, port = url.removeprefix("http://").split(":")
    with client_of(url) as alice, socket.create_connection((host, int(port)), timeout=60) as sock:
        turn = said(alice, "1 0 wait")
        head = f"GET /api/turns/{turn['turn_id']}/events HTTP/1.1\r\nHost: {host}\r\n"
        head += f"Content-Length: 9\r\nAuthorization: Bearer {KEYS.issue('alice')}\r\n\r\n"
        sock.sendall(head.encode())
        heard = sock.recv(4096)
        alice.post(f"/api/turns/{turn['turn_id']}/stop")
        while more := sock.recv(4096):
            heard += more

    assert heard.startswith(b"HTTP/1.1 200")
    assert b'"stopped"' in heard
    assert b"HTTP/1.1" not in heard[8:]


def test_one_user_has_so_many_streams_and_another_ones_are_their_own(alice, bob):
    turn = said(alice, "1 0 wait")
    path = f"/api/turns/{turn['turn_id']}/events"
    with holding(alice, path), holding(alice, path), holding(alice, path):
        refused = alice.get(path)
        mine = said(bob, "1")
        assert text_of(events_of(bob, mine["turn_id"])) == whole(1)
    alice.post(f"/api/turns/{turn['turn_id']}/stop")

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "2")
    assert events_of(alice, turn["turn_id"])[-1]["event"] == "end"


@contextmanager
def holding(client, path):
    with client.stream("GET", path) as response:
        assert response.status_code == 200
        yield


def test_one_user_has_so_many_turns(bob):
    turns = [said(bob, "1 0 wait") for _ in range(LIMITS.turns)]
    refused = bob.post("/api/turns", json={"message": "1"})
    for turn in turns:
        bob.post(f"/api/turns/{turn['turn_id']}/stop")

    assert refused.status_code == 429
    assert said(bob, "1")["last_seq"] >= 1


def test_an_answer_that_outgrows_its_limit_is_stopped_and_says_so(alice):
    turn = said(alice, "9000")
    *_, error, _ = events_of(alice, turn["turn_id"])

    assert error["data"]["code"] == "limit_reached"
    items = alice.get(f"/api/threads/{turn['thread_id']}").json()["items"]["data"]
    assert items[-1]["status"] == "incomplete"


def test_streams_tell_proxies_not_to_keep_them_back_and_nothing_is_cached(alice):
    turn = said(alice, "1")
    with alice.stream("GET", f"/api/turns/{turn['turn_id']}/events") as response:
        headers = response.headers
        assert headers["x-accel-buffering"] == "no"
        assert headers["cache-control"] == "no-store"
        assert headers["content-type"].startswith("text/event-stream")
    elsewhere = {"Origin": "https://elsewhere.example"}
    answer = alice.get("/api/threads", headers=elsewhere)
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers


def test_other_sites_may_call_if_they_are_named_and_other_names_of_the_server_are_refused():
    shop = "https://shop.example"
    app = create_app(Echo(), KEYS.authenticate, origins=[shop], hosts=["127.0.0.1"], chatkit=False)
    allowed = "access-control-allow-origin"
    with served(app) as url, client_of(url) as alice:
        named = alice.get("/api/threads", headers={"Origin": shop})
        other = alice.get("/api/threads", headers={"Origin": "https://elsewhere.example"})
        rebound = alice.get("/api/threads", headers={"Host": "elsewhere.example"})

    assert (named.headers.get(allowed), other.headers.get(allowed)) == (shop, None)
    assert (named.status_code, rebound.status_code) == (200, 400)


def test_whoever_leaves_at_a_hundred_moments_and_comes_back_sees_the_text_that_was_sent(alice):
    def visited(path, seed):
        """Read in short visits; give back the text, and how often the connection was cut."""
        chance = random.Random(seed)
        got, cursor, cuts = [], 0, 0
        with client_of(str(alice.base_url)) as client:
            while not got or got[-1]["event"] != "end":
                cuts += 1
                with client.stream("GET", path, params={"cursor": cursor}) as response:
                    stay = chance.randint(1, 6)
                    for frame in islice(frames_of(response.iter_lines()), stay):
                        got.append(frame)
                        cursor = int(frame.get("id", cursor))
        return text_of(got), cuts

    moments = 0
    while moments < 100:  # the slower the machine, the fewer in one turn: pieces are merged
        path = f"/api/turns/{said(alice, '150 0.002')['turn_id']}/events"
        with ThreadPoolExecutor(4) as pool:
            visits = list(pool.map(partial(visited, path), range(moments, moments + 4)))
        assert {text for text, _ in visits} == {whole(150)}
        moments += sum(cuts for _, cuts in visits)
