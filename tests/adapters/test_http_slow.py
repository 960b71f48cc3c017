"""Readers who are slow: what they cost the server, and what they cost the others."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlsplit

import psutil
import pytest
from servers import text_of, word
from serving import KEYS, client_of, events_of, frames_of

WORDS = 200
TEXT = "".join(word(number, wide=True) for number in range(WORDS))
FAST = 4
TRIES = 3
AT_MOST = 2
ROOM = 400_000
"""For sockets and tasks. The text is there twice: for the readers, and for the store."""


def in_time(url):
    """How long a few who read at once wait for a reply that takes its time."""

    def reads(number):
        with client_of(url, f"fast {number}") as client:
            turn = client.post("/api/turns", json={"message": "200 0.003"}).json()
            return text_of(events_of(client, turn["turn_id"]))

    started = time.monotonic()
    with ThreadPoolExecutor(FAST) as pool:
        texts = set(pool.map(reads, range(FAST)))
    assert texts == {"".join(map(word, range(200))) + "done"}
    return time.monotonic() - started


def times_as_long(url, quiet):
    """The same on both servers, one right after the other: this machine has others to serve."""
    return in_time(url) / in_time(quiet)


def slow_reader(url, number):
    """A reply of much text, and a connection on which hardly anything is read."""
    with client_of(url, f"slow {number}") as client:
        turn = client.post("/api/turns", json={"message": f"{WORDS} 0 wide"}).json()
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    where = urlsplit(url)
    reader.connect((where.hostname, where.port))
    head = f"GET /api/turns/{turn['turn_id']}/events HTTP/1.0\r\n"
    head += f"Authorization: Bearer {KEYS.issue(f'slow {number}')}\r\n\r\n"
    reader.sendall(head.encode())
    return turn["turn_id"], reader


def stop(url, number, turn_id):
    with client_of(url, f"slow {number}") as client:
        return client.post(f"/api/turns/{turn_id}/stop").json()["last_seq"]


def whole(reader, begun):
    """What comes to the end of the connection, as frames."""
    while more := reader.recv(65536):
        begun += more
    head, _, body = begun.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    return list(frames_of(iter(body.decode().split("\n"))))


def with_slow_readers(crew, count):
    """How much slower the fast ones were, and how many bytes each slow stream cost."""
    with ExitStack() as stack:
        pid, url = crew.start()
        process = psutil.Process(pid)
        _, quiet = crew.start()
        in_time(url)
        before = process.memory_info().rss
        with ThreadPoolExecutor(4) as pool:
            slow = list(pool.map(lambda number: slow_reader(url, number), range(count)))
        read = [b""] * count
        over = threading.Event()

        def sip():
            while not over.wait(0.2):
                for number, (_, reader) in enumerate(slow):
                    read[number] += reader.recv(256)

        for _, reader in slow:
            stack.callback(reader.close)
        sipping = threading.Thread(target=sip)
        sipping.start()
        try:
            slower = times_as_long(url, quiet)
            for _ in range(TRIES):
                if slower > AT_MOST:
                    slower = min(slower, times_as_long(url, quiet))
        finally:
            over.set()
            sipping.join()
        cost = (process.memory_info().rss - before) / count
        for number in range(0, count, count // 4):
            turn_id, reader = slow[number]
            stop(url, number, turn_id)
            frames = whole(reader, read[number])
            assert text_of(frames) == TEXT
            assert frames[-1] == {"event": "end", "data": {"state": "stopped"}}
        crew.kill(pid)
    print(
        f"\n{count} slow streams of {len(TEXT.encode()):,} bytes of text:"
        f" {cost:,.0f} bytes each; the fast ones took {slower:.2f} times as long"
    )
    return slower, cost


def test_a_hundred_slow_readers_cost_little_and_slow_nobody_down(crew):
    slower, cost = with_slow_readers(crew, 100)

    assert slower <= AT_MOST
    assert cost <= 2 * len(TEXT) + ROOM


@pytest.mark.soak
def test_a_thousand_slow_readers_cost_little_and_slow_nobody_down(crew):
    slower, cost = with_slow_readers(crew, 1000)

    assert slower <= AT_MOST
    assert cost <= 2 * len(TEXT) + ROOM
