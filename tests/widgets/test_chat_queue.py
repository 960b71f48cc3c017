"""One queue in a pane: what is typed is answered in order in one thread, or given back."""

import asyncio

import pytest

from chatlab import AssistantMessage, ChatKitServer, MemoryStore, RequestContext
from chatlab.errors import StoreError
from chatlab.stores import SQLStore
from chatlab.widgets import ChatView

ALICE = RequestContext(user_id="alice")
pytestmark = pytest.mark.anyio


class Gated(ChatKitServer):
    """Answers once it is let."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.let = asyncio.Event()

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="You said ")
        await self.let.wait()
        if input is not None:
            yield AssistantMessage(content=input.content)


class Full(MemoryStore):
    """Has no room for any item."""

    full = True

    async def add_thread_item(self, *arguments):
        if self.full:
            raise StoreError("disk", "has no room left", "Free some space.")
        await super().add_thread_item(*arguments)


class Slow(MemoryStore):
    """Writes an item when it is let."""

    def __init__(self):
        super().__init__()
        self.asked, self.let = asyncio.Event(), asyncio.Event()

    async def add_thread_item(self, *arguments):
        self.asked.set()
        await self.let.wait()
        await super().add_thread_item(*arguments)


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
    else:
        async with SQLStore(
            f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}", turn_wait=0.1
        ) as sql:
            yield sql


def shown(server, thread_id=None):
    view = ChatView(server, ALICE, thread_id)
    view.pane.connect()
    sent = view.sent = []
    view.pane.widget.send = lambda frame, _buffers=None: sent.append(frame)
    return view


def types(view, *texts):
    """As if typed while the kernel was at work: all of it comes at once."""
    for text in texts:
        message = {"type": "send", "text": text, "id": f"id of {text}"}
        view.pane._channel._on_message(None, message, None)


async def until(condition):
    while not condition():  # noqa: ASYNC110 - nothing tells when a view is so far
        await asyncio.sleep(0.001)


async def settled(view):
    """Everything that was sent has been worked through, and the browser has been told."""
    await asyncio.sleep(0)
    await until(lambda: not view._tasks and view.pane._channel._flushing is None)


def fates(view):
    patches = [patch for frame in view.sent for patch in frame["patches"]]
    return {id: kept for patch in patches for id, kept in patch.get("fates", {}).items()}


async def said(server):
    threads = (await server.threads(ALICE)).data
    found = [(await server.thread(thread.id, ALICE)).items.data for thread in threads]
    return [[item.content for item in items] for items in found]


FIRST_AND_SECOND = ["first", "You said first", "second", "You said second"]


async def test_two_messages_typed_at_once_are_answered_in_order_in_one_new_thread(store):
    server = Gated(store)
    view = shown(server)
    types(view, "first", "second")
    await until(lambda: view.thread_id is not None)
    server.let.set()
    await settled(view)
    assert await said(server) == [FIRST_AND_SECOND]
    assert fates(view) == {"id of first": True, "id of second": True}


async def test_a_message_that_comes_during_an_answer_waits_for_its_turn(store):
    server = Gated(store)
    view = shown(server)
    types(view, "first")
    await until(lambda: view._turn is not None and view.thread_id is not None)
    types(view, "second")
    server.let.set()
    await settled(view)
    assert await said(server) == [FIRST_AND_SECOND]


async def test_a_cell_and_the_input_share_the_queue(store):
    server = Gated(store)
    view = shown(server)
    types(view, "first")
    await until(lambda: view.thread_id is not None)
    said_by_cell = asyncio.create_task(view.say("second"))
    await asyncio.sleep(0)
    server.let.set()
    await said_by_cell
    assert await said(server) == [FIRST_AND_SECOND]


async def test_stop_ends_the_answer_and_the_next_message_has_its_turn(store):
    server = Gated(store)
    view = shown(server)
    types(view, "first", "second")
    await until(lambda: view.thread_id is not None)
    await view.stop()
    server.let.set()
    await settled(view)
    assert await said(server) == [["first", "You said ", "second", "You said second"]]


async def test_what_gets_into_no_thread_is_given_back_and_leaves_no_trace():
    server = Gated(Full())
    server.let.set()
    view = shown(server)
    types(view, "first", "x" * 1_000_000)
    await settled(view)
    assert fates(view) == {"id of first": False, f"id of {'x' * 1_000_000}": False}
    assert view.thread_id is None
    server.store.full = False
    types(view, "second")
    await settled(view)
    assert (await said(server))[0] == ["second", "You said second"]
    assert fates(view)["id of second"]


async def test_a_message_for_a_thread_that_another_holds_for_long_is_given_back(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    async with SQLStore(url, turn_wait=0.05) as store:
        server = Gated(store)
        turn = server.send("hello", ALICE)
        await anext(turn)
        await anext(turn)
        view = shown(server, turn.thread_id)
        types(view, "first")
        await settled(view)
        await turn.aclose()
    assert fates(view) == {"id of first": False}


async def test_the_fate_of_a_message_is_in_the_snapshot_too():
    server = Gated(MemoryStore())
    server.let.set()
    view = shown(server)
    types(view, "first")
    await settled(view)
    view.pane._channel._on_message(None, {"type": "snapshot"}, None)
    await until(lambda: "snapshot" in view.sent[-1])
    assert view.sent[-1]["fates"] == {"id of first": True}
    assert view.sent[-1]["state"] == "completed"


async def test_a_message_that_is_stopped_on_its_way_into_the_store_is_in_one_thread_once():
    server = Gated(Slow())
    view = shown(server)
    types(view, "first")
    await server.store.asked.wait()
    stopping = asyncio.create_task(view.stop())
    await asyncio.sleep(0)
    server.store.let.set()
    server.let.set()
    await stopping
    await until(lambda: view.pane._fates)
    assert view.pane._fates == {"id of first": True}
    await until(lambda: view.pane._state == "stopped")
    assert [entry["kind"] for entry in view.pane.view_model.snapshot()] == ["user", "stats"]

    types(view, "second")
    await until(lambda: view.pane._state == "completed")
    (thread,) = (await server.threads(ALICE)).data
    items = (await server.thread(thread.id, ALICE)).items.data
    assert [item.content for item in items] == ["first", "second", "You said second"]


async def test_a_greeting_that_is_stopped_before_it_says_anything_leaves_the_pane_ready():
    class Silent(ChatKitServer):
        async def respond(self, thread, input, context):
            begun.set()
            await asyncio.Event().wait()
            yield AssistantMessage(content="never")

    begun = asyncio.Event()
    view = shown(Silent())
    greeting = asyncio.create_task(view.say(None))
    await begun.wait()
    await view.stop()
    await greeting
    assert view.pane._state == "stopped"
    assert (view.thread_id, (await view.server.threads(ALICE)).data) == (None, ())
