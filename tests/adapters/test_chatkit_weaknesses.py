"""Where the official server loses or leaks, the wrapped one does not: a test for each weakness."""

import asyncio
import gc
import json
import re
from contextlib import aclosing
from datetime import timedelta

import pytest
from agents import Agent, Runner
from chatkit import server as official_server
from chatkit import types as official
from official_client import Client, message, replies, text_of

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ChatlabError,
    InvalidInput,
    MemoryStore,
    RequestContext,
    Widget,
)
from chatlab.adapters.agents import ScriptedAgentModel, stream_agent_response, to_agent_input
from chatlab.adapters.chatkit import ChatKitStore, as_chatkit
from chatlab.testing import FixedClock

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
BOB = RequestContext(user_id="bob")


class Counting(ChatKitServer):
    """Counts aloud, and notes how far it came and when it was closed."""

    words = ("one ", "two ", "three ", "four ")

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.said = 0
        self.closed = 0
        self.ended = asyncio.Event()

    async def respond(self, thread, input, context):
        try:
            for word in self.words:
                self.said += 1
                yield AssistantMessage(content=word)
        finally:
            self.closed += 1
            self.ended.set()


class Breaking(Counting):
    """Breaks in the middle, for reasons of its own."""

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="So far ")
        raise OSError("/var/secret")


class WithWidget(ChatKitServer):
    """Answers with something to click on."""

    async def respond(self, thread, input, context):
        yield Widget(root=Card(children=(Button(label="Go", action=Action(type="go")),)))

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content="gone")


class Remembering(MemoryStore):
    """A store that counts the items it hands out."""

    handed_out = 0

    async def load_thread_items(self, *args):
        page = await super().load_thread_items(*args)
        self.handed_out += len(page.data)
        return page


async def first(stream, wanted):
    """Read until there is one like that; the stream stays open."""
    async for event in stream:
        if event.type == wanted:
            return event
    raise AssertionError(f"no {wanted}")


def said_in(items):
    return [(item.type, text_of(item)) for item in items]


def requests_about(thread_id, item_id, attachment_id):
    """Every request that names something of somebody's."""
    thread, item = {"thread_id": thread_id}, {"thread_id": thread_id, "item_id": item_id}
    click = item | {"action": {"type": "go"}}
    return [
        ("threads.add_user_message", thread | {"input": message("mine?")}),
        ("threads.create", {"input": message("mine?", attachments=[attachment_id])}),
        ("threads.retry_after_item", item),
        ("threads.custom_action", click),
        ("threads.custom_action", thread | {"action": {"type": "go"}}),
        ("threads.add_client_tool_output", thread | {"result": 1}),
        ("threads.add_structured_input", item | {"input": {}}),
        ("threads.get_by_id", thread),
        ("threads.list", {"after": thread_id}),
        ("threads.update", thread | {"title": "mine"}),
        ("threads.sync_custom_action", click),
        ("items.list", thread),
        ("items.feedback", thread | {"item_ids": [item_id], "kind": "negative"}),
        ("attachments.delete", {"attachment_id": attachment_id}),
        ("threads.delete", thread),
    ]


async def answers(client, requests, *secrets):
    """What each of them gives, with the ids that were asked for made alike."""
    seen = []
    for type, params in requests:
        try:
            result = await client.ask(type, **params)
            is_stream = isinstance(result, official_server.StreamingResult)
            got = [frame async for frame in result] if is_stream else result.json
        except ChatlabError as error:
            got = (error.__class__, str(error))
        text = repr(got)
        for number, secret in enumerate(secrets):
            text = text.replace(secret, f"ID{number}")
        seen.append((type, text))
    return seen


class Uploads(official_server.AttachmentStore):
    """Where files would go: it notes what it was told to delete."""

    def __init__(self):
        self.deleted = []

    async def create_attachment(self, input, context):
        id = self.generate_attachment_id(input.mime_type, context)
        return official.FileAttachment(id=id, name=input.name, mime_type=input.mime_type)

    async def delete_attachment(self, attachment_id, context):
        self.deleted.append(attachment_id)


async def test_isolation_what_is_somebody_elses_cannot_be_told_from_what_never_was():
    uploads = Uploads()
    chat = as_chatkit(WithWidget(clock=FixedClock()), uploads)
    alice, bob = Client(chat, ALICE), Client(chat, BOB)
    file = {"name": "plan.txt", "size": 4, "mime_type": "text/plain"}
    attachment = json.loads(await alice.answer("attachments.create", **file))["id"]
    thread, events = await alice.create("Hello", attachments=[attachment])
    widget = next(
        event.item.id
        for event in events
        if event.type == "thread.item.done" and event.item.type == "widget"
    )
    before = await alice.answer("threads.get_by_id", thread_id=thread)
    ids, never = (thread, widget, attachment), ("thr_never", "wdg_never", "atc_never")

    tried = await answers(bob, requests_about(*ids), *ids)

    assert tried == await answers(bob, requests_about(*never), *never)
    assert all("There is no " in said or "does not take it" in said for _, said in tried)
    assert await alice.answer("threads.get_by_id", thread_id=thread) == before
    assert json.loads(await bob.answer("threads.list"))["data"] == []
    assert uploads.deleted == []
    mine = await answers(alice, requests_about(*ids), *ids)
    assert [one for one, two in zip(mine, tried, strict=True) if one == two] == [
        one for one in tried if one[0].startswith(("threads.add_client", "threads.add_structured"))
    ]


async def test_a_client_that_drops_keeps_what_was_said():
    server = Counting()
    client = Client(as_chatkit(server), ALICE)
    thread = None

    async for frame in await client.ask("threads.create", input=message("Count")):
        event = json.loads(frame.removeprefix(b"data: "))
        thread = thread or event["thread"]["id"]
        if event.get("update", {}).get("delta") == "two ":
            break
    del frame, event
    gc.collect()
    async with asyncio.timeout(10):
        await server.ended.wait()
    async with server.store.turn(thread, ALICE) as held:
        await held.begin(asyncio.sleep(0))
        items = await client.items(thread)

    assert said_in(items) == [
        ("user_message", "Count"),
        ("assistant_message", "one two "),
    ]
    kept = await server.thread(thread, ALICE)
    assert [item.status for item in kept.items.data] == ["completed", "incomplete"]


@pytest.mark.parametrize("closing", ["the iterator", "the generator behind it", "the task"])
async def test_closing_the_stream_closes_respond_before_it_returns(closing):
    server = Counting()
    client = Client(as_chatkit(server), ALICE)
    result = await client.ask("threads.create", input=message("Count"))
    frames = aiter(result)
    opening = [json.loads((await anext(frames)).removeprefix(b"data: ")) for _ in range(6)]

    if closing == "the iterator":
        await frames.aclose()
    elif closing == "the generator behind it":
        await result.json_events.aclose()
    else:
        reading = asyncio.create_task(anext(frames))
        reading.cancel()
        await asyncio.wait([reading])
        await frames.aclose()

    assert (server.said, server.closed) == (1, 1)
    assert said_in(await client.items(opening[0]["thread"]["id"]))[1:] == [
        ("assistant_message", "one ")
    ]


async def test_a_stopped_task_closes_respond_in_the_middle_of_its_wait():
    started = asyncio.Event()

    class Waiting(Counting):
        async def respond(self, thread, input, context):
            yield AssistantMessage(content="Wait ")
            started.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.closed += 1

    server = Waiting()
    client = Client(as_chatkit(server), ALICE)
    reading = asyncio.create_task(client.create("Count"))
    await started.wait()

    reading.cancel()
    await asyncio.wait([reading])

    assert reading.cancelled()
    assert server.closed == 1
    [thread] = json.loads(await client.answer("threads.list"))["data"]
    assert said_in(await client.items(thread["id"]))[1:] == [("assistant_message", "Wait ")]


async def test_stopping_the_client_stops_the_agents_run_and_its_model():
    model = ScriptedAgentModel("a long answer in many words " * 50, 10_000)

    class AgentServer(ChatKitServer):
        async def respond(self, thread, input, context):
            agent = Agent(name="Agent", model=model)
            run = Runner.run_streamed(agent, to_agent_input([*thread.history, input]))
            async with aclosing(stream_agent_response(run)) as events:
                async for event in events:
                    yield event

    client = Client(as_chatkit(AgentServer()), ALICE)
    stream = client.stream("threads.create", input=message("Hi"))
    await first(stream, "thread.item.updated")
    running = model.open_connections

    await stream.aclose()

    assert (running, model.open_connections) == (1, 0)


async def test_nothing_runs_ahead_of_a_slow_client():
    class Endless(Counting):
        words = ("word ",) * 10_000

    server = Endless()
    stream = Client(as_chatkit(server), ALICE).stream("threads.create", input=message("Go"))

    read = 0
    async with aclosing(stream):
        async for event in stream:
            read += event.type == "thread.item.updated" and hasattr(event.update, "delta")
            if read == 10:
                break
        assert server.said == 10


async def test_an_exception_keeps_what_was_said_and_tells_nothing_of_the_inside(caplog):
    client = Client(as_chatkit(Breaking()), ALICE)

    thread, events = await client.create("Go")

    assert events[-1] == official.ErrorEvent(
        code="custom",
        message="Something went wrong while answering. What was said so far is kept.",
        allow_retry=True,
    )
    assert said_in(await client.items(thread)) == [
        ("user_message", "Go"),
        ("assistant_message", "So far "),
    ]
    assert "/var/secret" in caplog.text


async def test_a_store_that_fails_is_said_in_the_stream_and_told_in_the_log(caplog):
    class Torn(MemoryStore):
        def turn(self, thread_id, context):
            raise OSError("/var/secret")

    events = await Client(as_chatkit(Counting(Torn())), ALICE).say("thr_1", "Hi")

    assert events == [
        official.ErrorEvent(message="Something went wrong. Please try again.", allow_retry=True)
    ]
    assert "/var/secret" in caplog.text


async def test_respond_without_yield_is_explained():
    class Returning(ChatKitServer):
        async def respond(self, thread, input, context):
            return AssistantMessage(content="Hi")

    _, events = await Client(as_chatkit(Returning()), ALICE).create("Hi")

    assert events[-1].type == "error"
    assert "Did you forget `yield`?" in events[-1].message


async def test_an_unknown_thread_is_said_inside_the_stream():
    events = await Client(as_chatkit(Counting()), ALICE).say("thr_never", "Hi")

    assert events == [official.ErrorEvent(message="There is no thread 'thr_never'.")]


async def test_a_conversation_that_cannot_begin_leaves_no_empty_thread():
    client = Client(as_chatkit(Counting()), ALICE)

    for text in ("x" * 100_001, "a\0b"):
        with pytest.raises(InvalidInput, match="The message"):
            await client.ask("threads.create", input=message(text))
    events = await client.events("threads.create", input=message("Hi", attachments=["atc_never"]))
    assert [event.type for event in events][-1:] == ["error"]

    assert json.loads(await client.answer("threads.list"))["data"] == []


async def test_ids_have_128_bits_and_times_have_a_zone():
    chat = as_chatkit(WithWidget())
    client = Client(chat, ALICE)

    thread_id, events = await client.create("Hi")

    items = await client.items(thread_id)
    thread = official.Thread.model_validate_json(
        await client.answer("threads.get_by_id", thread_id=thread_id)
    )
    streamed = [event.item for event in events if event.type == "thread.item.done"]
    things = (thread, *items, *streamed)
    assert {thing.created_at.utcoffset() for thing in things} == {timedelta(0)}
    made = [chat.store.generate_thread_id(ALICE)] + [
        chat.store.generate_item_id(kind, thread, ALICE)
        for kind in ("message", "tool_call", "task", "workflow", "sdk_hidden_context")
    ]
    ids = [thread_id, *(item.id for item in items), *made]
    assert all(re.fullmatch(r"[a-z_]+_[0-9a-f]{32}", id) for id in ids)
    assert len(set(ids)) == len(ids)


async def test_equal_times_lose_nothing_between_pages():
    client = Client(as_chatkit(Counting(clock=FixedClock())), ALICE)
    thread, _ = await client.create("0")
    for number in range(1, 15):
        await client.say(thread, str(number))
    others = [(await client.create("other"))[0] for _ in range(24)]

    items = await client.items(thread, limit=7)
    listed, after = [], None
    for _ in range(100):
        page = json.loads(await client.answer("threads.list", limit=6, after=after))
        listed += [one["id"] for one in page["data"]]
        after = page.get("after")
        if not page["has_more"]:
            break

    assert len({item.created_at for item in items}) == 1
    assert [text_of(item) for item in items[::2]] == [str(number) for number in range(15)]
    assert listed == [thread, *others][::-1]


@pytest.mark.parametrize("limit", [-5, 0, 1001, 10**9])
async def test_a_limit_that_no_page_can_have_is_refused(limit):
    client = Client(as_chatkit(Counting()), ALICE)
    thread, _ = await client.create("Hi")

    for asked in ({"type": "threads.list"}, {"type": "items.list", "thread_id": thread}):
        with pytest.raises(InvalidInput, match="Ask for 1 to 1000 at a time"):
            await client.answer(**asked, limit=limit)


async def test_two_turns_at_once_run_one_after_the_other_or_are_refused_in_the_stream():
    server = Counting(MemoryStore(turn_wait=0.01))
    client = Client(as_chatkit(server), ALICE)
    thread, _ = await client.create("first")
    slow = client.stream("threads.add_user_message", thread_id=thread, input=message("second"))
    await first(slow, "stream_options")

    refused = await client.say(thread, "third")
    await client.answer("threads.update", thread_id=thread, title="Not lost")
    rest = [event async for event in slow]
    assert [event.thread.title for event in rest if event.type == "thread.updated"] == ["Not lost"]
    server.store.turn_wait = 10
    await asyncio.gather(*(client.say(thread, text) for text in ("fourth", "fifth")))

    assert refused == [
        official.ErrorEvent(
            message="This conversation is still being answered. Wait for it, then send again.",
            allow_retry=True,
        )
    ]
    assert replies(rest) == ["one two three four "]
    spoken = [item.type for item in await client.items(thread)]
    assert spoken == ["user_message", "assistant_message"] * 4


async def test_a_new_title_outlives_the_next_turn():
    client = Client(as_chatkit(Counting()), ALICE)
    thread, _ = await client.create("Hi")
    changed = await client.answer("threads.update", thread_id=thread, title="Counting")

    events = await client.say(thread, "Again")

    assert json.loads(changed)["title"] == events[-1].thread.title == "Counting"


async def test_a_message_sent_again_under_its_key_is_answered_once():
    server = Counting()
    client = Client(as_chatkit(server), ALICE)
    key = {"metadata": {"idempotency_key": "k1"}, "input": message("Count")}

    once = await client.events("threads.create", **key)
    again = await client.events("threads.create", **key)

    assert server.said == 4
    assert [event.type for event in again] == [
        *("thread.created", "thread.item.done", "stream_options"),
        *("thread.item.done", "thread.updated"),
    ]
    done = [
        [event for event in events if event.type == "thread.item.done"] for events in (once, again)
    ]
    assert done[0] == done[1]
    assert again[0].thread.id == once[0].thread.id
    odd = await client.events("threads.create", metadata={"idempotency_key": 7}, input=message("x"))
    assert [event.message for event in odd] == [
        "idempotency_key is not a string. Use a random UUID."
    ]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"quoted_text": "one"}, {"quoted_text": "two"}),
        ({"quoted_text": "one"}, {}),
        ({}, {"quoted_text": "two"}),
        ({"attachments": ["atc_1"]}, {"attachments": ["atc_2"]}),
        ({"attachments": ["atc_1"]}, {}),
        ({}, {"attachments": ["atc_1"]}),
    ],
)
async def test_what_is_said_under_a_key_stays_whole_and_something_else_is_refused(first, then):
    server = Counting()
    chat = as_chatkit(server)
    for id in ("atc_1", "atc_2"):
        file = official.FileAttachment(id=id, name=id, mime_type="text/plain")
        await chat.store.save_attachment(file, ALICE)
    client = Client(chat, ALICE)
    key = {"metadata": {"idempotency_key": "k1"}}

    once = await client.events("threads.create", **key, input=message("Count", **first))
    other = await client.events("threads.create", **key, input=message("Count", **then))
    again = await client.events("threads.create", **key, input=message("Count", **first))

    assert [event.type for event in other] == ["error"]
    assert "another message" in other[0].message
    assert server.said == 4
    said = [next(e.item for e in one if e.type == "thread.item.done") for one in (once, again)]
    assert said[0] == said[1] == await chat.store.load_item(said[0].thread_id, said[0].id, ALICE)


async def test_a_message_that_was_cut_off_before_it_was_kept_whole_is_kept_when_it_comes_again():
    chat = as_chatkit(Counting())
    client = Client(chat, ALICE)
    key = {"metadata": {"idempotency_key": "k1"}, "input": message("Count", quoted_text="one")}
    turn = chat.server.send("Count", ALICE, idempotency_key="k1")
    await anext(turn)
    await turn.aclose()

    events = await client.events("threads.create", **key)

    item = next(event.item for event in events if event.type == "thread.item.done")
    assert (item.id, item.quoted_text) == (turn.message_id, "one")
    assert item == await chat.store.load_item(turn.thread_id, item.id, ALICE)


async def test_retry_deletes_the_old_answer_when_the_new_one_is_complete_and_not_before():
    class Moody(ChatKitServer):
        mood = "good"

        async def respond(self, thread, input, context):
            yield AssistantMessage(content=f"in a {self.mood} mood")
            if self.mood == "bad":
                raise OSError

    server = Moody()
    client = Client(as_chatkit(server), ALICE)
    thread, _ = await client.create("How?")
    before = await client.items(thread)
    asked = {"thread_id": thread, "item_id": before[0].id}

    server.mood = "bad"
    failed = await client.events("threads.retry_after_item", **asked)
    kept = await client.items(thread)
    server.mood = "best"
    events = await client.events("threads.retry_after_item", **asked)

    assert failed[-1].type == "error"
    assert kept[:2] == before
    assert [event.type for event in events][:3] == [
        *("stream_options", "thread.item.added", "thread.item.updated"),
    ]
    assert [event.item_id for event in events if event.type == "thread.item.removed"] == [
        item.id for item in kept[1:]
    ]
    assert said_in(await client.items(thread)) == [
        ("user_message", "How?"),
        ("assistant_message", "in a best mood"),
    ]


async def test_what_a_message_costs_on_the_wire_grows_with_its_length_and_not_with_its_square():
    async def sent(words):
        class Long(Counting):
            pass

        Long.words = ("word ",) * words
        result = await Client(as_chatkit(Long()), ALICE).ask("threads.create", input=message("Go"))
        return sum([len(frame) async for frame in result])

    assert await sent(4_000) < 2.1 * await sent(2_000)


async def test_a_request_builds_no_adapter(monkeypatch):
    client = Client(as_chatkit(Counting()), ALICE)

    class Unbuilt:
        def __class_getitem__(cls, _):
            raise AssertionError("an adapter was built")

    monkeypatch.setattr(official_server, "TypeAdapter", Unbuilt)

    thread, _ = await client.create("Hi")
    await client.answer("threads.get_by_id", thread_id=thread)
    with pytest.raises(AssertionError, match="an adapter was built"):
        await official_server.ChatKitServer.process(client.chat, "{}", ALICE)


async def test_a_turn_in_a_long_thread_reads_only_the_newest_of_it():
    store = Remembering()
    server = Counting(store, history_limit=20)
    client = Client(as_chatkit(server), ALICE)
    thread, _ = await client.create("Hi")
    for number in range(300):
        note = official.AssistantMessageItem(
            id=f"msg_{number}",
            thread_id=thread,
            created_at=server.clock.now(),
            content=[official.AssistantMessageContent(text="...")],
        )
        await ChatKitStore(store).add_thread_item(thread, note, ALICE)
    store.handed_out = 0

    await client.say(thread, "Still there?")

    assert store.handed_out == 20
