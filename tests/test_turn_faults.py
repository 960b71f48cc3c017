"""Nothing lost, nothing doubled: what goes on beside a turn, and what is sent again after it."""

import anyio
import pytest

from chatlab import (
    AssistantMessage,
    ChatKitServer,
    ItemDone,
    MemoryStore,
    RequestContext,
    SQLStore,
    StoreError,
    ToolStatus,
)
from chatlab.testing import collect

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")


@pytest.fixture(params=["memory", "sqlite"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    async with SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}") as opened:
        yield opened


class Echo(ChatKitServer):
    """Answers with what it was told, once for each try; tools run where it is told to."""

    tries = 0

    async def respond(self, thread, input, context):
        self.tries += 1
        yield AssistantMessage(content=f"{input.content} {self.tries}")


async def texts(store, thread_id):
    page = await store.load_thread_items(thread_id, None, 100, "asc", ALICE)
    return [(item.role, item.content) for item in page.data]


async def rename(store, thread_id, title):
    thread = await store.load_thread(thread_id, ALICE)
    await store.save_thread(thread.model_copy(update={"title": title, "metadata": {"n": 1}}), ALICE)


# What is saved beside a turn


async def test_a_title_that_respond_saves_is_there_after_the_turn(store):
    class Titled(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Noted.")
            await rename(self.store, thread.id, "Groceries")

    turn = Titled(store).send("Buy milk", ALICE)
    *_, updated = await collect(turn)

    assert updated.thread.title == "Groceries"
    thread = await store.load_thread(turn.thread_id, ALICE)
    assert (thread.title, thread.metadata) == ("Groceries", {"n": 1})


async def test_somebody_else_may_rename_a_thread_while_it_is_answered(store):
    turn = Echo(store).send("hello", ALICE)
    async for event in turn:
        if event.type == "assistant_message":
            await rename(store, turn.thread_id, "Renamed")

    assert (await store.load_thread(turn.thread_id, ALICE)).title == "Renamed"


# What is sent again under its key


async def sent(server, text="hello"):
    """A message under the key `k`: the turn's thread, and the ids of its items."""
    turn = server.send(text, ALICE, idempotency_key="k")
    events = await collect(turn)
    assert turn.error is None
    return turn.thread_id, [event.item.id for event in events if isinstance(event, ItemDone)]


async def test_after_a_retry_the_key_replays_what_is_there_now(store):
    server = Echo(store)
    thread_id, (message, _) = await sent(server)
    await rename(store, thread_id, "Greetings")
    await collect(server.retry(thread_id, message, ALICE))
    before = await store.load_thread(thread_id, ALICE)

    assert (await sent(server))[0] == thread_id

    assert server.tries == 2
    assert await store.load_thread(thread_id, ALICE) == before
    assert await texts(store, thread_id) == [("user", "hello"), ("assistant", "hello 2")]


async def test_where_the_answer_was_deleted_the_key_answers_anew_in_the_same_thread(store):
    server = Echo(store)
    thread_id, (_, answer) = await sent(server)
    await rename(store, thread_id, "Greetings")
    await store.delete_thread_item(thread_id, answer, ALICE)

    assert (await sent(server))[0] == thread_id

    assert (await store.load_thread(thread_id, ALICE)).title == "Greetings"
    assert await texts(store, thread_id) == [("user", "hello"), ("assistant", "hello 2")]


async def test_where_the_message_was_deleted_it_is_sent_anew_in_the_same_thread(store):
    server = Echo(store)
    thread_id, items = await sent(server)
    await rename(store, thread_id, "Greetings")
    created = (await store.load_thread(thread_id, ALICE)).created_at
    for id in items:
        await store.delete_thread_item(thread_id, id, ALICE)

    assert (await sent(server))[0] == thread_id

    thread = await store.load_thread(thread_id, ALICE)
    assert (thread.title, thread.created_at) == ("Greetings", created)
    assert await texts(store, thread_id) == [("user", "hello"), ("assistant", "hello 2")]


async def test_a_key_replays_its_own_turn_and_not_the_next_one(store):
    server = Echo(store)
    thread_id, items = await sent(server)
    await collect(server.send("more", ALICE, thread_id))

    assert await sent(server) == (thread_id, items)


async def test_a_stopped_answer_is_replaced_when_its_message_is_sent_again(store):
    class Tools(ChatKitServer):
        tries = 0
        histories = ()

        async def respond(self, thread, input, context):
            self.tries += 1
            self.histories = (*self.histories, [item.content for item in thread.history])
            if self.tries == 1:
                yield ToolStatus(tool="book", status="completed", detail="booked")
                yield AssistantMessage(content="half")
                await anyio.sleep_forever()
            yield AssistantMessage(content="whole")

    server = Tools(store)
    async with server.send("go", ALICE, idempotency_key="k") as turn:
        async for event in turn:
            if event.type == "assistant_message":
                break
    await sent(server, "go")

    assert await texts(store, turn.thread_id) == [
        ("user", "go"),
        ("tool", "booked"),
        ("assistant", "whole"),
    ]
    assert server.histories == ([], ["booked"])


# Conversations that nobody heard of


class Refusing(MemoryStore):
    """Keeps threads, and no message: it waits for ever, or says that there is no room."""

    waits = True

    async def add_thread_item(self, *_):
        if self.waits:
            await anyio.sleep_forever()
        raise StoreError("x", "has no room left", "Free some space.")


@pytest.mark.parametrize("waits", [True, False])
async def test_a_first_message_that_is_not_kept_leaves_no_conversation(waits):
    server = Echo(Refusing())
    server.store.waits = waits
    with anyio.move_on_after(0.01):
        assert [event.type for event in await collect(server.send("hello", ALICE))] == ["error"]

    assert (await server.threads(ALICE)).data == ()


# Text


def saying(*pieces):
    class Saying(ChatKitServer):
        async def respond(self, thread, input, context):
            for piece in pieces:
                yield AssistantMessage(content=piece)

    return Saying()


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (("Hi \ud83d", "\ude00!"), "Hi 😀!"),
        (("\ud83d", "\ude00"), "😀"),
        (("\ud83d", "", "\ude00\ud83d", "\ude01"), "😀😁"),
        (("a\ud83d", "b"), "a?b"),
        (("a\ud83d",), "a?"),
        (("\ude00\ud83d",), "??"),
        (("日本\ud83d", "\ude00"), "日本😀"),
    ],
)
async def test_half_a_character_waits_for_its_other_half(pieces, text):
    events = await collect(saying(*pieces).send("x", ALICE))

    assert "".join(e.content for e in events if isinstance(e, AssistantMessage)) == text
    assert [e.item.content for e in events if isinstance(e, ItemDone)] == ["x", text]
