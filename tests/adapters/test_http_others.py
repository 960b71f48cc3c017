"""What one user's requests cost the others: the event loop goes round while one is served."""

import asyncio
import threading
from collections import Counter
from contextlib import asynccontextmanager

import httpx
import pytest
from servers import Echo
from serving import KEYS

from chatlab import AssistantMessage, ChatKitServer, MemoryStore, ToolStatus
from chatlab.adapters.http import Limits, create_app
from chatlab.frontend.entries import item_entry
from chatlab.frontend.markdown import render_markdown
from chatlab.frontend.view_model import ChatViewModel

pytestmark = pytest.mark.anyio

COSTLY = ("a\n" * 9_900, "- a\n" * 4_900, "*_" * 9_900, "[[[[[a\n\n" * 2_000, "|a" * 9_900)
"""What may be rendered and takes longest."""


@asynccontextmanager
async def asking(server, user="alice", app=None):
    transport = httpx.ASGITransport(app or create_app(server, KEYS.authenticate))
    headers = {"Authorization": f"Bearer {KEYS.issue(user)}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers=headers
    ) as client:
        yield client


@asynccontextmanager
async def counting_rounds():
    """A list that grows by one each time the loop goes round."""
    rounds = []

    async def count():
        while True:
            rounds.append(None)
            await asyncio.sleep(0)

    task = asyncio.create_task(count())
    try:
        yield rounds
    finally:
        task.cancel()


async def conversation(client, texts):
    """The texts, said and echoed in one thread; its id, and the last turn's."""
    thread_id = turn_id = None
    for text in texts:
        body = {"message": text, "thread_id": thread_id}
        turn = (await client.post("/api/turns", json=body)).json()
        thread_id, turn_id = turn["thread_id"], turn["turn_id"]
        async with client.stream("GET", f"/api/turns/{turn_id}/events") as events:
            async for _ in events.aiter_lines():
                pass
    return thread_id, turn_id


async def test_a_page_of_costly_texts_is_rendered_beside_the_loop():
    async with asking(Echo()) as alice:
        texts = [f"{number}\n\n{text}" for number in range(3) for text in COSTLY]
        thread_id, _ = await conversation(alice, texts)
        async with counting_rounds() as rounds:
            page = (await alice.get(f"/page/threads/{thread_id}")).json()

    assert len(page["entries"]) == 2 * len(texts)
    assert len(rounds) > len(page["entries"])


async def test_the_patches_of_a_costly_reply_are_rendered_beside_the_loop(monkeypatch):
    loop_thread, rendered_in = threading.get_ident(), set()

    def noting(text):
        rendered_in.add(threading.get_ident())
        return render_markdown(text)

    monkeypatch.setattr("chatlab.frontend.entries.render_markdown", noting)
    monkeypatch.setattr("chatlab.frontend.view_model.render_markdown", noting)
    async with asking(Echo()) as alice:
        _, turn_id = await conversation(alice, ["[" * 9_000])
        page = await alice.get(f"/page/turns/{turn_id}/patches")

    assert "[[[" in page.text
    assert rendered_in
    assert loop_thread not in rendered_in


class Tapping(ChatKitServer):
    """Says a long message letter by letter, or works in many small steps."""

    async def respond(self, thread, input, context):
        count = int(input.content.split()[1])
        if input.content.startswith("letters"):
            for _ in range(count):
                yield AssistantMessage(content="a")
        else:
            for _ in range(count):
                yield ToolStatus(tool="walk", status="running", call_id="one")


@pytest.mark.parametrize(
    ("said", "path", "rounds_at_least"),
    [
        ("letters 20000", "/page/turns/{}/patches", 40),
        ("letters 20000", "/page/turns/{}/patches?cursor=20000", 40),
        ("steps 2000", "/api/turns/{}/events", 2000),
    ],
)
async def test_what_has_long_been_there_is_sent_and_the_loop_goes_round(
    said, path, rounds_at_least
):
    async with asking(Tapping()) as alice:
        _, turn_id = await conversation(alice, [said])
        async with counting_rounds() as rounds:
            await alice.get(path.format(turn_id))

    assert len(rounds) > rounds_at_least


async def test_pages_that_take_long_leave_a_thread_to_those_of_others(monkeypatch):
    alice_served, bob_begun = threading.Event(), threading.Event()

    def rendered(item):
        if item.content == "bob's":
            bob_begun.set()
            alice_served.wait(120)
        return item_entry(item)

    monkeypatch.setattr("chatlab.adapters.http.page_routes.item_entry", rendered)
    app = create_app(Echo(), KEYS.authenticate)
    async with asking(None, "alice", app) as alice, asking(None, "bob", app) as bob:
        hers, _ = await conversation(alice, ["alice's"])
        his, _ = await conversation(bob, ["bob's"])
        asked = [asyncio.create_task(bob.get(f"/page/threads/{his}")) for _ in range(4)]
        assert await asyncio.to_thread(bob_begun.wait, 120)
        try:
            async with asyncio.timeout(60):
                page = await alice.get(f"/page/threads/{hers}")
        finally:
            alice_served.set()
            await asyncio.wait(asked)

    assert [entry["text"] for entry in page.json()["entries"]] == ["alice's"] * 2
    assert all(task.result().status_code == 200 for task in asked)


class Slow(MemoryStore):
    """Answers when `go` is set; counts who asks at the same time, and how many of one user."""

    def __init__(self):
        super().__init__()
        self.go, self.asked = asyncio.Event(), asyncio.Event()
        self.asking = Counter()
        self.most = Counter()

    @asynccontextmanager
    async def _counted(self, context):
        self.asking[context.user_id] += 1
        self.most[context.user_id] = max(self.most[context.user_id], self.asking[context.user_id])
        self.asked.set()
        await self.go.wait()
        await asyncio.sleep(0.01)
        yield
        self.asking[context.user_id] -= 1

    async def load_threads(self, limit, after, order, context):
        async with self._counted(context):
            return await super().load_threads(limit, after, order, context)

    async def load_thread_items(self, thread_id, after, limit, order, context):
        async with self._counted(context):
            return await super().load_thread_items(thread_id, after, limit, order, context)


def official(type, **params):
    return "POST", "/chatkit", {"type": type, "params": params}


@pytest.mark.parametrize(
    "door",
    [
        lambda _: ("GET", "/api/threads?limit=1000", None),
        lambda id: ("GET", f"/api/threads/{id}?limit=1000", None),
        lambda id: ("GET", f"/page/threads/{id}", None),
        lambda _: official("threads.list"),
        lambda id: official("threads.get_by_id", thread_id=id),
        lambda id: official("items.list", thread_id=id),
    ],
)
async def test_of_one_users_pages_a_few_are_asked_for_and_one_is_made_at_a_time(door):
    store = Slow()
    store.go.set()
    app = create_app(Echo(store), KEYS.authenticate, limits=Limits(requests=3))
    async with asking(None, "alice", app) as alice, asking(None, "bob", app) as bob:
        his, _ = await conversation(bob, ["bob's"])
        store.go.clear()
        store.asked.clear()
        method, path, body = door(his)
        pages = [asyncio.create_task(bob.request(method, path, json=body)) for _ in range(5)]
        refused, _ = await asyncio.wait(pages, return_when=asyncio.FIRST_COMPLETED)
        await store.asked.wait()
        store.asked.clear()
        hers = asyncio.create_task(alice.get("/api/threads"))
        await store.asked.wait()
        store.go.set()
        statuses = [(await page).status_code for page in pages]
        assert (await hers).status_code == 200

    assert {page.result().status_code for page in refused} == {429}
    assert sorted(statuses) == [200, 200, 200, 429, 429]
    assert store.most == {"alice": 1, "bob": 1}


async def test_of_one_users_panes_one_goes_on_each_time_the_loop_goes_round(monkeypatch):
    app = create_app(Tapping(), KEYS.authenticate)
    async with asking(None, "alice", app) as alice:
        _, turn_id = await conversation(alice, ["letters 5000"])
        rounds_of, apply = [0], ChatViewModel.apply

        def counted(self, event):
            rounds_of[-1] += 1
            return apply(self, event)

        monkeypatch.setattr(ChatViewModel, "apply", counted)
        panes = [asyncio.create_task(alice.get(f"/page/turns/{turn_id}/patches")) for _ in range(8)]
        while not all(pane.done() for pane in panes):
            await asyncio.sleep(0)
            rounds_of.append(0)

    assert sum(rounds_of) >= 8 * 5000
    assert max(rounds_of) <= 200
