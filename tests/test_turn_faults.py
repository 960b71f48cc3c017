"""Nothing lost, nothing doubled: what goes on beside a turn, and what is sent again after it."""

import asyncio
from contextlib import suppress

import anyio
import pytest

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ClientEffect,
    HiddenContext,
    InvalidInput,
    ItemDone,
    MemoryStore,
    NotFoundError,
    Notice,
    RequestContext,
    SQLStore,
    StoreError,
    Task,
    Text,
    ThreadUpdate,
    ToolStatus,
    Widget,
)
from chatlab.streams import to_sse
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


async def test_respond_names_its_thread_in_the_stream(store):
    class Titled(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Not")
            yield ThreadUpdate(title="Groceries", metadata={"kind": "list"})
            yield AssistantMessage(content="ed.")
            yield ThreadUpdate(metadata={"items": 1})

    turn = Titled(store).send("Buy milk", ALICE)
    events = await collect(turn)

    assert [event.type for event in events] == [
        *("thread_created", "item_done", "assistant_message", "thread_updated"),
        *("assistant_message", "thread_updated", "item_done", "thread_updated"),
    ]
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [e.thread.title for e in events if e.type == "thread_updated"] == ["Groceries"] * 3
    thread = await store.load_thread(turn.thread_id, ALICE)
    assert (thread.title, thread.metadata) == ("Groceries", {"kind": "list", "items": 1})
    assert await texts(store, turn.thread_id) == [("user", "Buy milk"), ("assistant", "Noted.")]


async def test_a_title_that_was_sent_stays_when_the_turn_is_stopped(store):
    class Titled(ChatKitServer):
        async def respond(self, thread, input, context):
            yield ThreadUpdate(title="Groceries")
            await anyio.sleep_forever()

    async with Titled(store).send("Buy milk", ALICE) as turn:
        async for event in turn:
            if event.type == "thread_updated":
                break

    assert (await store.load_thread(turn.thread_id, ALICE)).title == "Groceries"


async def test_a_title_is_one_line_of_at_most_200_characters(store):
    class Echoing(ChatKitServer):
        async def respond(self, thread, input, context):
            yield ThreadUpdate(title=input.content)

    turn = Echoing(store).send("Buy\nmilk " + "x" * 50_000, ALICE)
    await collect(turn)

    title = (await store.load_thread(turn.thread_id, ALICE)).title
    assert title == "Buy milk " + "x" * 191


async def test_metadata_that_is_no_json_ends_the_turn_and_changes_nothing(store):
    class Odd(ChatKitServer):
        async def respond(self, thread, input, context):
            yield ThreadUpdate(title="Groceries", metadata={"x": object()})

    turn = Odd(store).send("Buy milk", ALICE)
    *_, last = await collect(turn)

    assert (last.type, last.code) == ("error", "invalid_input")
    assert (await store.load_thread(turn.thread_id, ALICE)).title is None


# All or nothing


class Failing(SQLStore):
    """Fails when a key is to be finished: the last write of a turn."""

    fails = True

    async def finish_key(self, *args):
        if self.fails:
            raise StoreError("x", "has no room left", "Free some space.")
        await super().finish_key(*args)


async def test_the_end_of_a_turn_is_written_whole_or_not_at_all(tmp_path):
    async with Failing(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}") as store:
        server = Echo(store)
        turn = server.send("hello", ALICE, idempotency_key="k")
        assert (await collect(turn))[-1].code == "store_error"
        assert await texts(store, turn.thread_id) == [("user", "hello")]
        store.fails = False

        await sent(server)

        assert await texts(store, turn.thread_id) == [("user", "hello"), ("assistant", "hello 2")]


async def test_a_key_is_not_tied_to_a_thread_that_is_not_there(store):
    server = Echo(store)
    refused = server.send("hello", ALICE, "thr_of_somebody", idempotency_key="k")
    assert (await collect(refused))[-1].code == "not_found"

    thread_id, _ = await sent(server)

    assert thread_id != "thr_of_somebody"
    assert [thread.id for thread in (await server.threads(ALICE)).data] == [thread_id]


# A store that fails once, two calls at once, a thread that is deleted while it is answered


class FailsOnce(MemoryStore):
    """The first item that is to be saved is not."""

    failures = 1

    async def save_item(self, thread_id, item, context):
        if self.failures:
            self.failures -= 1
            raise StoreError("x", "does not answer", "Is it running?")
        await super().save_item(thread_id, item, context)


async def test_an_item_whose_saving_failed_is_saved_when_the_turn_ends():
    class Shows(ChatKitServer):
        async def respond(self, thread, input, context):
            yield Widget(root=CARD)

    server = Shows(FailsOnce())
    turn = server.send("hello", ALICE)
    *_, last = await collect(turn)

    assert last.code == "store_error"
    assert [role for role, _ in await texts(server.store, turn.thread_id)] == ["user", "assistant"]


async def test_an_answer_that_is_deleted_while_it_is_retried_loses_nothing_of_the_new_one(store):
    server = Echo(store)
    thread_id, (message, answer) = await sent(server)
    turn = server.retry(thread_id, message, ALICE)
    async for event in turn:
        if event.type == "assistant_message":
            await store.delete_thread_item(thread_id, answer, ALICE)

    assert (turn.state, turn.error) == ("completed", None)
    assert await texts(store, thread_id) == [("user", "hello"), ("assistant", "hello 2")]


async def test_of_two_calls_of_a_tool_the_last_one_is_meant(store):
    class Twice(ChatKitServer):
        async def respond(self, thread, input, context):
            for id in ("call_1", "call_2"):
                yield ToolStatus(tool="book", status="running", call_id=id, arguments={"id": id})
            yield ToolStatus(tool="book", status="completed", output="booked")

    turn = Twice(store).send("hello", ALICE)
    await collect(turn)

    page = await store.load_thread_items(turn.thread_id, None, 10, "asc", ALICE)
    calls = {item.call_id: (item.outcome, item.status) for item in page.data[1:]}
    assert calls == {"call_2": ("completed", "completed"), "call_1": (None, "incomplete")}


async def test_a_thread_is_deleted_when_its_turn_is_over_and_not_before(store):
    server, deleted = Echo(store), anyio.Event()
    turn = server.send("hello", ALICE)

    async def delete():
        await server.delete(turn.thread_id, ALICE)
        deleted.set()

    async with anyio.create_task_group() as group:
        async for event in turn:
            if event.type == "assistant_message":
                group.start_soon(delete)
                await anyio.wait_all_tasks_blocked()
                assert not deleted.is_set()

    assert (turn.state, turn.error) == ("completed", None)
    assert (await server.threads(ALICE)).data == ()


# The card that was clicked


CARD = Card(children=(Button(label="Delete", action=Action(type="delete")),), title="Sure?")


class Confirming(ChatKitServer):
    """Shows a card; once it was clicked, the card says so, and has no button."""

    clicks = 0

    async def respond(self, thread, input, context):
        yield Widget(root=CARD)

    async def action(self, thread, action, sender, context):
        self.clicks += 1
        yield Widget(item_id=sender.id, root=Card(children=(Text(value="Deleted."),)))


async def test_a_clicked_card_becomes_another_in_its_place_and_offers_nothing_more(store):
    server = Confirming(store)
    turn = server.send("Delete 42", ALICE)
    card = next(e.item for e in await collect(turn) if isinstance(e, ItemDone) and e.seq > 2)
    await collect(server.send("and?", ALICE, turn.thread_id))

    events = await collect(server.act(Action(type="delete"), ALICE, turn.thread_id, card.id))
    again = await collect(server.act(Action(type="delete"), ALICE, turn.thread_id, card.id))

    assert [event.type for event in events] == ["widget", "item_replaced", "thread_updated"]
    assert {event.item_id for event in events[:2]} == {card.id}
    assert (events[1].item.content, events[1].item.timestamp) == ("Deleted.", card.timestamp)
    assert [e.content for e in again if isinstance(e, AssistantMessage)] == [
        "This has been answered already."
    ]
    assert server.clicks == 1
    assert [text for _, text in await texts(store, turn.thread_id)] == [
        *("Delete 42", "Deleted."),
        *("and?", "Sure?\nDelete", "This has been answered already."),
    ]


async def test_only_a_widget_can_be_replaced_by_one(store):
    class Wrong(ChatKitServer):
        async def respond(self, thread, input, context):
            yield Widget(item_id=input.id, root=CARD)

    *_, last = await collect(Wrong(store).send("hello", ALICE))

    assert (last.code, "names a user_message" in last.message) == ("invalid_input", True)


async def test_a_card_that_a_retry_goes_on_with_stays(store):
    class Remembering(ChatKitServer):
        card = Widget(root=CARD)

        async def respond(self, thread, input, context):
            self.card = Widget(item_id=self.card.item_id, root=CARD)
            yield self.card
            yield AssistantMessage(content="Sure?")

    server = Remembering(store)
    turn = server.send("Delete 42", ALICE)
    message = (await collect(turn))[1].item_id
    before = await texts(store, turn.thread_id)

    await collect(server.retry(turn.thread_id, message, ALICE))

    assert await texts(store, turn.thread_id) == before


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


async def test_a_message_that_was_answered_late_is_answered_once(store):
    class Late(Echo):
        async def respond(self, thread, input, context):
            async for event in super().respond(thread, input, context):
                yield event
            if self.tries == 1:
                await anyio.sleep_forever()

    server = Late(store)
    async with server.send("hello", ALICE, idempotency_key="k") as turn:
        async for event in turn:
            if event.type == "assistant_message":
                break
    await collect(server.send("more", ALICE, turn.thread_id))

    answers = [await sent(server) for _ in range(3)]

    assert server.tries == 3
    assert answers[0] == answers[1] == answers[2]
    assert [text for _, text in await texts(store, turn.thread_id)] == [
        *("hello", "more", "more 2", "hello 3")
    ]


async def test_a_stopped_greeting_is_replaced_when_the_chat_is_opened_again(store):
    class Greeting(ChatKitServer):
        histories = ()

        async def respond(self, thread, input, context):
            self.histories = (*self.histories, [item.content for item in thread.history])
            yield AssistantMessage(content="Wel")
            if len(self.histories) == 1:
                await anyio.sleep_forever()
            yield AssistantMessage(content="come")

    server = Greeting(store)
    async with server.send(None, ALICE, idempotency_key="k") as turn:
        async for event in turn:
            if event.type == "assistant_message":
                break

    for _ in range(2):
        assert (await sent(server, None))[0] == turn.thread_id

    assert await texts(store, turn.thread_id) == [("assistant", "Welcome")]
    assert server.histories == ([], [])


async def test_an_opening_that_shows_nothing_happens_once(store):
    class Silent(ChatKitServer):
        async def respond(self, thread, input, context):
            yield HiddenContext(content="came from the start page")

    for _ in range(2):
        thread_id, items = await sent(Silent(store), None)

    assert items == []
    assert await texts(store, thread_id) == [("system", "came from the start page")]


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


async def test_a_fork_that_is_cancelled_at_any_moment_leaves_no_conversation(store):
    server = Echo(store)
    turn = server.send("hello", ALICE)
    answer = (await collect(turn))[-2].item_id
    await collect(server.send("more", ALICE, turn.thread_id))

    for steps in range(0, 60, 3):
        task = asyncio.create_task(server.fork(turn.thread_id, answer, ALICE))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await server.delete((await task).id, ALICE)
        assert [thread.id for thread in (await server.threads(ALICE)).data] == [turn.thread_id]


async def test_a_fork_up_to_what_is_deleted_meanwhile_copies_nothing():
    class Deleting(MemoryStore):
        async def load_item(self, thread_id, item_id, context):
            item = await super().load_item(thread_id, item_id, context)
            await self.delete_thread_item(thread_id, item_id, context)
            return item

    server = Echo(Deleting())
    turn = server.send("hello", ALICE)
    answer = (await collect(turn))[-2].item_id
    await collect(server.send("more", ALICE, turn.thread_id))

    with pytest.raises(NotFoundError):
        await server.fork(turn.thread_id, answer, ALICE)

    assert [thread.id for thread in (await server.threads(ALICE)).data] == [turn.thread_id]


async def test_a_message_that_is_stopped_before_its_turn_begins_is_not_kept(store):
    server = Echo(store)
    first = server.send("hello", ALICE)
    await anext(first)
    waiting = server.send("never mind", ALICE, first.thread_id)
    reading = asyncio.create_task(collect(waiting))
    await asyncio.sleep(0)
    assert waiting.state == "running"
    stopping = asyncio.create_task(waiting.aclose())
    await asyncio.sleep(0)

    await collect(first)
    await stopping

    assert (await reading, waiting.state) == ([], "stopped")
    assert await texts(store, first.thread_id) == [("user", "hello"), ("assistant", "hello 1")]


async def test_a_fork_copies_items_whose_ids_are_as_long_as_can_be(store):
    server = Echo(store)
    turn = server.send("hello", ALICE)
    last = (await collect(turn))[-2]
    long = last.item.model_copy(update={"id": "x" * 255})
    await store.add_thread_item(turn.thread_id, long, ALICE)
    await collect(server.send("more", ALICE, turn.thread_id))
    after = (await server.thread(turn.thread_id, ALICE)).items.data[3]

    copy = await server.fork(turn.thread_id, after.id, ALICE)

    assert await texts(store, copy.id) == (await texts(store, turn.thread_id))[:3]


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


async def test_half_a_character_that_ends_a_message_is_no_part_of_the_next(store):
    class Halves(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="\ud83d", end=True)
            yield AssistantMessage(content="\ude00")

    turn = Halves(store).send("x", ALICE)
    await collect(turn)

    assert [text for _, text in await texts(store, turn.thread_id)] == ["x", "?", "?"]


async def test_empty_pieces_make_no_item(store):
    class Model(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="")
            yield ToolStatus(tool="look_up", status="completed", output="42")
            yield AssistantMessage(content="")
            yield AssistantMessage(content="It is 42.")
            yield AssistantMessage(content="")

    turn = Model(store).send("x", ALICE)
    events = await collect(turn)

    assert [role for role, _ in await texts(store, turn.thread_id)] == ["user", "tool", "assistant"]
    pieces = [event for event in events if isinstance(event, AssistantMessage)]
    assert [piece.item_id != "" for piece in pieces] == [False, False, True, True]


async def test_respond_may_end_a_message_and_begin_another(store):
    class Two(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="One", end=True)
            yield AssistantMessage(content="", end=True)
            yield AssistantMessage(content="T")
            yield AssistantMessage(content="wo", end=True)

    turn = Two(store).send("x", ALICE)
    await collect(turn)

    assert [text for _, text in await texts(store, turn.thread_id)] == ["x", "One", "Two"]


def nested(levels):
    return [nested(levels - 1)] if levels else []


@pytest.mark.parametrize(
    "event",
    [
        HiddenContext(content="\ud83d"),
        Notice(message="\ud83d"),
        Task(title="\ud83d"),
        ToolStatus(tool="t", status="running", arguments={"x": nested(220)}),
        ToolStatus(tool="t", status="completed", output=nested(220)),
    ],
    ids=lambda event: f"{event.type} {getattr(event, 'status', '')}",
)
async def test_what_cannot_be_kept_takes_nothing_along_and_can_be_sent(store, event):
    class Odd(ChatKitServer):
        async def respond(self, thread, input, context):
            yield ToolStatus(tool="other", status="running", detail="other")
            yield AssistantMessage(content="Precious")
            yield event

    turn = Odd(store).send("x", ALICE)
    *_, last = await collect(to_sse(turn))

    assert b"cannot be kept as JSON" in last
    assert turn.state == "failed"
    assert sorted(await texts(store, turn.thread_id)) == [
        *(("assistant", "Precious"), ("tool", "other"), ("user", "x"))
    ]


async def test_what_the_store_refuses_takes_nothing_along():
    class Picky(MemoryStore):
        async def save_item(self, thread_id, item, context):
            if item.type == "hidden_context":
                raise InvalidInput("item", "is not wanted here", "Leave it out.")
            await super().save_item(thread_id, item, context)

    class Noting(ChatKitServer):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Precious")
            yield HiddenContext(content="noted")

    store = Picky()
    turn = Noting(store).send("x", ALICE)
    *_, last = await collect(turn)

    assert last.code == "invalid_input"
    assert await texts(store, turn.thread_id) == [("user", "x"), ("assistant", "Precious")]


async def test_pieces_of_another_turn_leave_their_numbers_there():
    class Relaying(ChatKitServer):
        async def respond(self, thread, input, context):
            for first in (None, 40):
                yield AssistantMessage(item_id="msg_1", seq=50, first_seq=first, content="a")

    events = await collect(Relaying().send("x", ALICE))

    pieces = [event for event in events if isinstance(event, AssistantMessage)]
    assert [(piece.seq, piece.first_seq) for piece in pieces] == [(3, None), (4, None)]


# What the model knows, and what is only told


class Discreet(ChatKitServer):
    """Notes things for the model, and tells the user what is not kept."""

    histories = ()

    async def respond(self, thread, input, context):
        self.histories = (*self.histories, [item.content for item in thread.history])
        yield Notice(message="Looking", level="progress")
        yield HiddenContext(content=f"secret {input.content}")
        yield ClientEffect(name="open", data={"page": 2})
        yield AssistantMessage(content="Done.")


async def test_hidden_context_is_history_and_reaches_no_user(store):
    server = Discreet(store)
    turn = server.send("one", ALICE, idempotency_key="k")
    events = await collect(turn)
    replay = await collect(server.send("one", ALICE, idempotency_key="k"))
    await collect(server.send("two", ALICE, turn.thread_id))
    copy = await server.fork(turn.thread_id, events[1].item_id, ALICE)

    assert server.histories == ([], ["one", "secret one", "Done."])
    assert "secret" not in f"{events} {replay} {await server.thread(turn.thread_id, ALICE)}"
    kinds = [event.type for event in events]
    assert kinds[2:5] == ["notice", "client_effect", "assistant_message"]
    assert len(await texts(store, turn.thread_id)) == 6
    assert await texts(store, copy.id) == []


async def test_no_event_of_a_replay_carries_history(store):
    server = Discreet(store)
    turn = server.send("one", ALICE)
    await collect(turn)
    for _ in range(2):
        again = server.send("two", ALICE, turn.thread_id, idempotency_key="k")
        *_, updated = await collect(again)
        assert updated.thread.history == ()


async def test_pages_of_a_thread_are_as_long_without_what_is_hidden(store):
    class Secretive(ChatKitServer):
        async def respond(self, thread, input, context):
            for n in range(30):
                yield HiddenContext(content=f"{n}")
                if n % 3 == 0:
                    yield AssistantMessage(content=f"{n}", end=True)

    server = Secretive(store)
    turn = server.send("go", ALICE)
    await collect(turn)
    for order in ("asc", "desc"):
        seen, after, more, pages = [], None, True, 0
        while more and pages < 9:
            thread = await server.thread(turn.thread_id, ALICE, limit=4, after=after, order=order)
            seen += [item.content for item in thread.items.data]
            after, more, pages = thread.items.after, thread.items.has_more, pages + 1
        expected = ["go", *(str(n) for n in range(0, 30, 3))]
        assert seen == (expected if order == "asc" else expected[::-1])
        assert pages == 3


@pytest.mark.parametrize(
    "event", [Notice(message="\ud800"), Notice(message="a", title="\ud800"), Task(title="\ud800")]
)
async def test_what_cannot_be_sent_fails_the_turn_and_not_its_readers(store, event):
    class Odd(ChatKitServer):
        async def respond(self, thread, input, context):
            yield event

    events = await collect(Odd(store).send("Hi", ALICE))

    assert events[-1].type == "error"
    assert "cannot be kept as JSON" in events[-1].message
    assert all(event.model_dump_json() for event in events)
