"""Servers that are killed under load, and servers that share a database."""

import random
import tempfile
import threading
import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from serving import client_of, frames_of

CLIENTS = ("alice", "bob", "carol")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request):
    """A killed process takes no written page with it, so the pages may be in memory."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_url")
        return
    fast = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=fast, prefix="chatlab-") as folder:
        yield f"sqlite+aiosqlite:///{folder}/chat.sqlite"


@dataclass
class Customer:
    """Talks in one thread for as long as the server lives, and remembers what it was promised."""

    name: str
    thread_id: str | None = None
    promised: dict[str, dict] = field(default_factory=dict)
    streams: list[list[str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    answered: int = 0
    talking: threading.Event = field(default_factory=threading.Event)

    def talk(self, url: str) -> None:
        """Say one thing after the other, until nobody answers any more."""
        with client_of(url, self.name) as client, suppress(httpx.TransportError):
            while True:
                self.say(client, self.asked[-1] if len(self.asked) > self.answered else None)

    def say(self, client: httpx.Client, again: str | None = None) -> None:
        """Send a message, the last one again if it was cut off; read the answer to its end."""
        key = again or uuid.uuid4().hex
        if again is None:
            self.asked.append(key)
        body = {"message": f"3 0.001 {key}", "thread_id": self.thread_id, "idempotency_key": key}
        answer = client.post("/api/turns", json=body)
        assert answer.status_code == 202, answer.text
        self.thread_id = answer.json()["thread_id"]
        self.heard.append(body["message"])
        self.talking.set()
        self.streams.append([])
        with client.stream("GET", f"/api/turns/{answer.json()['turn_id']}/events") as response:
            for frame in frames_of(response.iter_lines()):
                if frame["event"] == "item_done":
                    item = frame["data"]["item"]
                    self.promised[item["id"]] = item
                    self.streams[-1].append(item["id"])
                if frame["event"] == "end":
                    assert frame["data"] == {"state": "completed"}
                    self.answered += 1

    def check(self, url: str) -> None:
        """Everything that was promised is there once, in order, and the thread can be read."""
        if self.thread_id is None:
            return
        with client_of(url, self.name) as client:
            found, after = [], {}
            for _ in range(1000):
                path = f"/api/threads/{self.thread_id}"
                page = client.get(path, params={"limit": 1000, **after}).json()["items"]
                found += page["data"]
                if not page["has_more"]:
                    break
                after = {"after": page["after"]}
        ids = [item["id"] for item in found]
        assert Counter(ids).most_common(1)[0][1] == 1
        kept = {item["id"]: item for item in found}
        assert {id: kept.get(id) for id in self.promised} == self.promised
        for stream in self.streams:  # an item of a try that was cut off may be heard of later
            assert [id for id in ids if id in stream] == stream
        said = Counter(item["content"] for item in found if item["type"] == "user_message")
        assert max(said.values()) == 1
        assert set(self.heard) <= set(said)


def killed_under_load(crew, database, rounds, seed):
    """Kill the server at random moments; give back how much was promised in all."""
    moments = random.Random(seed)
    customers = [Customer(f"{name}-{seed}") for name in CLIENTS]
    pid, url = crew.start(database)
    for _ in range(rounds):
        with ThreadPoolExecutor(len(customers)) as pool:
            talks = [pool.submit(customer.talk, url) for customer in customers]
            for customer in customers:
                assert customer.talking.wait(120)
                customer.talking.clear()
            time.sleep(moments.uniform(0, 0.2))  # the moment is what is tested
            crew.kill(pid)
            for talk in talks:
                talk.result()
        pid, url = crew.start(database)
        for customer in customers:
            customer.check(url)
    crew.kill(pid)
    return sum(len(customer.promised) for customer in customers)


def test_ten_kills_lose_nothing_that_was_promised_and_double_nothing(crew, database):
    assert killed_under_load(crew, database, 10, random.randrange(10**6)) > 30


@pytest.mark.soak
def test_a_hundred_kills_lose_nothing_either(crew, database):
    promised = killed_under_load(crew, database, 100, random.randrange(10**6))
    print(f"\n100 kills; {promised:,} items were promised, and are there")


def test_a_server_that_is_told_to_end_keeps_what_its_turns_have_said(crew, database):
    pid, url = crew.start(database)
    name = f"fay-{uuid.uuid4().hex}"
    with client_of(url, name) as client:
        turn = client.post("/api/turns", json={"message": "2 0 wait"}).json()
        with client.stream("GET", f"/api/turns/{turn['turn_id']}/events") as response:
            lines = frames_of(response.iter_lines())
            assert next(f for f in lines if "1 wörd" in f["data"].get("content", ""))
            crew.end(pid)
            with suppress(httpx.TransportError):
                list(lines)
    pid, url = crew.start(database)
    with client_of(url, name) as client:
        *_, last = client.get(f"/api/threads/{turn['thread_id']}").json()["items"]["data"]
    crew.kill(pid)

    assert (last["content"], last["status"]) == ("0 wörd\n1 wörd\n", "incomplete")


@pytest.fixture
def pair(crew, postgres_url):
    """Two servers on one PostgreSQL."""
    pids, urls = zip(*(crew.start(postgres_url) for _ in range(2)), strict=True)
    yield pids, urls
    for pid in set(pids) & set(crew.alive):
        crew.kill(pid)


@pytest.mark.postgres
def test_two_processes_answer_one_thread_one_turn_at_a_time(pair):
    """Ten messages at once through both: each answer follows its own question."""
    _, urls = pair
    with client_of(urls[0], "dora") as client:
        thread = client.post("/api/turns", json={"message": "1"}).json()["thread_id"]

    def said(number):
        with client_of(urls[number % 2], "dora") as client:
            body = {"message": f"{number} 0.002", "thread_id": thread}
            while (answer := client.post("/api/turns", json=body)).status_code == 409:
                continue
            assert answer.status_code == 202, answer.text
            with client.stream("GET", f"/api/turns/{answer.json()['turn_id']}/events") as stream:
                return list(frames_of(stream.iter_lines()))[-1]["data"]["state"]

    with ThreadPoolExecutor(10) as pool:
        states = list(pool.map(said, range(10)))

    assert states == ["completed"] * 10
    with client_of(urls[1], "dora") as client:
        path = f"/api/threads/{thread}"
        items = client.get(path, params={"limit": 1000}).json()["items"]["data"]
    turns = [items[start : start + 4] for start in range(0, len(items), 4)]
    assert len(turns) == 11
    for question, tool, answer, widget in turns:
        words = int(question["content"].split()[0])
        assert (question["role"], tool["output"], widget["type"]) == ("user", words, "widget")
        assert answer["content"].count("wörd") == words


@pytest.mark.postgres
def test_when_a_process_is_killed_the_other_one_goes_on_with_its_thread(crew, pair):
    pids, urls = pair
    with client_of(urls[0], "emil") as client:
        turn = client.post("/api/turns", json={"message": "2 0 wait"}).json()
        with client.stream("GET", f"/api/turns/{turn['turn_id']}/events") as response:
            seen = next(f for f in frames_of(response.iter_lines()) if f["event"] == "item_done")
    with client_of(urls[1], "emil") as client:
        assert client.get(f"/api/turns/{turn['turn_id']}").status_code == 404
        crew.kill(pids[0])
        body = {"message": "1", "thread_id": turn["thread_id"]}
        assert client.post("/api/turns", json=body).status_code == 202
        items = client.get(f"/api/threads/{turn['thread_id']}").json()["items"]["data"]

    assert items[0] == seen["data"]["item"]
    assert items[2]["content"] == "1"
