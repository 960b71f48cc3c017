"""Connections that are held by nobody who asks something, on uvicorn and real sockets."""

import socket
import threading
import time

import pytest
from servers import Echo, Talker
from serving import KEYS, client_of, events_of, served

from chatlab.adapters.http import Limits, create_app
from chatlab.adapters.http.connections import Connection

AUTHORIZATION = f"Authorization: Bearer {KEYS.issue('bob')}\r\n"
HELD = {
    "says nothing": "",
    "begins": "GE",
    "is in the middle of a header": "GET /api/threads HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
    "announces a body that nobody reads": "GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    "Content-Length: 99999\r\n\r\n",
    "asks again, halfway": "GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET /api",
}


class Impatient(Connection):
    seconds = 0.3
    read_seconds = 0.5


class Few(Connection):
    seconds = 600.0
    most = 4


def connected(url):
    host, port = url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def is_closed(sock):
    """Wait for the other end to close the connection."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionError:
        pass
    return True


def trickle(sock):
    """A byte at a time, until nobody is there."""
    try:
        while True:
            sock.sendall(b"a")
            time.sleep(0.02)
    except OSError:
        pass


@pytest.fixture(scope="module")
def url():
    app = create_app(Talker(), KEYS.authenticate, limits=Limits(keep_alive_seconds=0.1))
    with served(app, http=Impatient) as found:
        yield found


@pytest.mark.parametrize("trickling", [False, True], ids=["then nothing", "then byte by byte"])
@pytest.mark.parametrize("head", HELD.values(), ids=HELD)
def test_a_connection_on_which_no_request_arrives_is_closed(url, head, trickling):
    with connected(url) as sock:
        sock.sendall(head.encode())
        if trickling and head:
            threading.Thread(target=trickle, args=[sock]).start()

        assert is_closed(sock)


def test_a_stream_that_outlives_all_patience_goes_on(url):
    with client_of(url) as alice:
        turn = alice.post("/api/turns", json={"message": "1 0 wait"}).json()
        with alice.stream("GET", f"/api/turns/{turn['turn_id']}/events") as stream:
            lines = stream.iter_lines()
            with connected(url) as idle, connected(url) as next_idle:
                assert is_closed(idle)
                assert is_closed(next_idle)
            alice.post(f"/api/turns/{turn['turn_id']}/stop")
            assert '{"state": "stopped"}' in "".join(lines)


def test_who_asks_and_does_not_read_is_let_go_and_who_reads_slowly_is_not():
    with served(create_app(Echo(), KEYS.authenticate), http=Impatient) as url:
        with client_of(url, "bob") as bob:
            thread_id = None
            for _ in range(20):
                body = {"message": "x" * 100_000, "thread_id": thread_id}
                turn = bob.post("/api/turns", json=body).json()
                thread_id = turn["thread_id"]
                events_of(bob, turn["turn_id"])
        asked = f"GET /api/threads/{thread_id}?limit=1000 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        asked = (asked + AUTHORIZATION + "\r\n").encode()
        with connected(url) as slow, connected(url) as deaf:
            deaf.sendall(9 * asked)
            slow.sendall(asked)
            read = slow.recv(100)
            while b"\r\n\r\n" not in read:
                read += slow.recv(100)
            length = int(read.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
            while len(read) < length:
                read += (more := slow.recv(50_000))
                assert more
                time.sleep(0.01)
            while url.server.server_state.connections:
                time.sleep(0.02)

    assert length > 1_000_000


def test_one_connection_too_many_closes_the_one_that_has_waited_longest():
    app = create_app(Talker(), KEYS.authenticate)
    with served(app, http=Few) as url, client_of(url) as alice:
        turn = alice.post("/api/turns", json={"message": "1 0 wait"}).json()
        with alice.stream("GET", f"/api/turns/{turn['turn_id']}/events") as stream:
            lines = stream.iter_lines()
            next(lines)
            held = [connected(url) for _ in range(12)]
            assert all(map(is_closed, held[:9]))
            with client_of(url, "bob") as bob:
                assert bob.get("/api/health").status_code == 200
            for sock in held:
                sock.close()
            alice.post(f"/api/turns/{turn['turn_id']}/stop")
            assert '{"state": "stopped"}' in "".join(lines)
