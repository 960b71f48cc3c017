"""Clients of the official protocol that drop at any frame: nothing lost, nothing done twice."""

import asyncio
import random
from collections import Counter
from contextlib import aclosing

import pytest
from official_client import Client, message

from chatlab import (
    AssistantMessage,
    ChatKitServer,
    MemoryStore,
    RequestContext,
    SQLStore,
    ThreadUpdate,
    ToolStatus,
)
from chatlab.adapters.chatkit import as_chatkit

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    async with SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}") as opened:
        yield opened


class Booking(ChatKitServer):
    """Books once for each message: what an earlier try has booked is in `thread.history`."""

    def __init__(self, store):
        super().__init__(store)
        self.booked = Counter()

    async def respond(self, thread, input, context):
        booked = [item.output for item in thread.history if item.type == "tool"]
        yield ThreadUpdate(title=input.content)
        if input.id not in booked:
            yield ToolStatus(tool="book", status="running")
            self.booked[input.id] += 1
            yield ToolStatus(tool="book", status="completed", output=input.id)
        for word in ("It", " is", " booked", "."):
            await asyncio.sleep(0)
            yield AssistantMessage(content=word)


async def say(client, thread_id, text, key, frames):
    """Read so many frames, then drop; the thread, and whether the turn was read to its end."""
    asked = {"input": message(text), "metadata": {"idempotency_key": key}}
    kind = "threads.create"
    if thread_id is not None:
        kind, asked = "threads.add_user_message", asked | {"thread_id": thread_id}
    last = None
    async with aclosing(client.stream(kind, **asked)) as events:
        async for event in events:
            last, frames = event, frames - 1
            if event.type == "thread.created":
                thread_id = event.thread.id
            if frames == 0:
                return thread_id, False
    return thread_id, last.type == "thread.updated"


async def talk(client, moments, name):
    """Six messages, each sent again under its key until its answer was read to the end."""
    thread_id = None
    for number in range(6):
        done = False
        while not done:
            text, key = f"{name} {number}", f"{name}-{number}"
            said = await say(client, thread_id, text, key, moments.randint(1, 24))
            thread_id, done = said
    return thread_id


@pytest.mark.parametrize(("seed", "clients"), [(1, 4), pytest.param(2, 20, marks=pytest.mark.soak)])
async def test_whoever_drops_and_asks_again_is_answered_once_and_booked_once(store, seed, clients):
    moments, server = random.Random(seed), Booking(store)
    people = [
        Client(as_chatkit(server), RequestContext(user_id=f"user-{n}")) for n in range(clients)
    ]

    threads = await asyncio.gather(
        *(talk(client, moments, f"user-{n}") for n, client in enumerate(people))
    )

    for n, (client, thread_id) in enumerate(zip(people, threads, strict=True)):
        page = await store.load_thread_items(thread_id, None, 1000, "asc", client.context)
        said = [item.content for item in page.data if item.role == "user"]
        assert said == [f"user-{n} {number}" for number in range(6)]
        answers = [item.content for item in page.data if item.role == "assistant"]
        assert answers == ["It is booked."] * 6
        assert len((await server.threads(client.context)).data) == 1
    assert set(server.booked.values()) == {1}
    assert len(server.booked) == 6 * clients
