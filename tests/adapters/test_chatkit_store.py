"""A chatlab store with the official interface: what goes in comes out, for its owner alone."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from chatkit import server as official_server
from chatkit import store as official_store
from chatkit import types as official
from official_client import Client, text_of
from pydantic import TypeAdapter, ValidationError

from chatlab import (
    Action,
    Button,
    InvalidInput,
    MemoryStore,
    NotFoundError,
    RequestContext,
    ThreadMetadata,
    ToolItem,
    WidgetItem,
)
from chatlab.adapters.chatkit import ChatKitNotFound, ChatKitStore
from chatlab.stores import SQLStore
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
BOB = RequestContext(user_id="bob")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ITEM = TypeAdapter(official.ThreadItem)

SOURCE = {"type": "url", "title": "Plants", "url": "https://example.com"}
TAG = {"type": "input_tag", "id": "u1", "text": "@Bob", "data": {"a": 1}}
FILE = {"type": "file", "id": "atc_1", "name": "a.txt", "mime_type": "text/plain"}
CARD = {"type": "Card", "size": "sm", "children": [{"type": "Badge", "label": "New"}]}
TASK = {"type": "web_search", "title": "Search", "queries": ["plants"]}
QUESTION = {"type": "multiple_choice", "id": "q1", "question": "Which?", "options": []}
WORDS = {"type": "input_text", "text": "Hi"}
KINDS = {
    "plain question": {"type": "user_message", "content": [WORDS], "inference_options": {}},
    "rich question": {
        "type": "user_message",
        "content": [WORDS, TAG, WORDS],
        "attachments": [FILE],
        "quoted_text": "as I said",
        "inference_options": {"model": "large"},
    },
    "plain answer": {"type": "assistant_message", "content": [{"text": "Hello"}]},
    "empty answer": {"type": "assistant_message", "content": []},
    "cited answer": {
        "type": "assistant_message",
        "content": [
            {"text": "Hello", "annotations": [{"type": "annotation", "source": SOURCE}]},
            {"text": "again"},
        ],
    },
    "client's tool, pending": {
        "type": "client_tool_call",
        "call_id": "c1",
        "name": "locate",
        "arguments": {"precise": True},
    },
    "client's tool, done": {
        "type": "client_tool_call",
        "status": "completed",
        "call_id": "c1",
        "name": "locate",
        "arguments": {},
        "output": [1, {"x": None}],
    },
    "widget": {"type": "widget", "widget": CARD, "copy_text": "New"},
    "image": {"type": "generated_image", "image": {"id": "i1", "url": "https://example.com/1"}},
    "question to the user": {"type": "structured_input", "inputs": [QUESTION]},
    "workflow": {
        "type": "workflow",
        "workflow": {
            "type": "reasoning",
            "tasks": [TASK, {"type": "thought", "content": "Hm"}],
            "summary": {"duration": 3},
        },
    },
    "task": {"type": "task", "task": TASK},
    "hidden context": {"type": "hidden_context_item", "content": {"any": ["thing", None]}},
    "the SDK's hidden context": {"type": "sdk_hidden_context", "content": "cancelled"},
    "end of turn": {"type": "end_of_turn"},
}


def item(id="it_1", thread_id="thr_1", at=NOON, **fields):
    return ITEM.validate_python({"id": id, "thread_id": thread_id, "created_at": at, **fields})


def thread(id="thr_1", **more):
    return official.ThreadMetadata(id=id, created_at=NOON, **more)


@pytest.fixture(params=["memory", "sqlite"])
async def plain(request, tmp_path):
    if request.param == "memory":
        yield MemoryStore()
        return
    async with SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}") as store:
        yield store


@pytest.fixture
def store(plain):
    return ChatKitStore(plain, clock=FixedClock(), new_id=CountingIds())


async def test_every_kind_of_item_comes_out_as_it_went_in_and_where_it_went_in(store, plain):
    await store.save_thread(thread(), ALICE)
    items = [item(id=name, **fields) for name, fields in KINDS.items()]

    for one in items:
        await store.add_thread_item("thr_1", one, ALICE)

    page = await store.load_thread_items("thr_1", None, 1000, "asc", ALICE)
    newest = await store.load_thread_items("thr_1", "widget", 3, "desc", ALICE)
    assert page.data == items
    assert newest.data == items[4:7][::-1]
    assert newest.has_more
    assert [await store.load_item("thr_1", one.id, ALICE) for one in items] == items
    own = await plain.load_thread_items("thr_1", None, 1000, "asc", ALICE)
    assert [one.content for one in own.data][:5] == ["Hi", "Hi@BobHi", "Hello", "", "Helloagain"]


@pytest.mark.postgres
async def test_every_kind_of_item_comes_out_of_postgresql_as_it_went_in(postgres_url):
    carol = RequestContext(user_id=f"carol-{uuid4()}")
    items = [item(id=name, **fields) for name, fields in KINDS.items()]
    file = TypeAdapter(official.Attachment).validate_python(FILE)

    async with SQLStore(postgres_url) as plain:
        store = ChatKitStore(plain)
        await store.save_thread(thread(), carol)
        for one in items:
            await store.add_thread_item("thr_1", one, carol)
        await store.save_attachment(file, carol)

        assert (await store.load_thread_items("thr_1", None, 99, "asc", carol)).data == items
        assert await store.load_attachment("atc_1", carol) == file
        await store.delete_thread("thr_1", carol)


async def test_saving_an_item_replaces_all_of_it(store):
    await store.save_thread(thread(), ALICE)
    rich, bare = item(**KINDS["cited answer"]), item(**KINDS["plain answer"])
    await store.add_thread_item("thr_1", rich, ALICE)

    await store.save_item("thr_1", bare, ALICE)
    after = await store.load_item("thr_1", "it_1", ALICE)
    await store.save_item("thr_1", rich, ALICE)
    again = await store.load_item("thr_1", "it_1", ALICE)
    await store.delete_thread_item("thr_1", "it_1", ALICE)
    await store.add_thread_item("thr_1", bare, ALICE)

    assert (after, again) == (bare, rich)
    assert await store.load_item("thr_1", "it_1", ALICE) == bare


async def test_an_item_that_is_saved_and_new_goes_to_the_end(store):
    await store.save_thread(thread(), ALICE)
    items = [item(id=name, **KINDS[name]) for name in ("workflow", "widget", "plain answer")]

    for one in items:
        await store.save_item("thr_1", one, ALICE)

    assert (await store.load_thread_items("thr_1", None, 9, "asc", ALICE)).data == items


async def test_what_is_saved_over_a_tools_call_or_a_widget_leaves_chatlabs_own_item_as_it_was(
    store, plain
):
    await store.save_thread(thread(), ALICE)
    base = {"thread_id": "thr_1", "timestamp": NOON}
    button = Button(label="Go", action=Action(type="go", payload={"id": 7}))
    call = ToolItem(
        id="tool_1", tool="find", call_id="c1", content="Found", output={"id": 7}, **base
    )
    shown = WidgetItem(id="wdg_1", widget=button, content="Go", **base)
    for own in (call, shown):
        await plain.add_thread_item("thr_1", own, ALICE)
    work = await store.load_item("thr_1", "tool_1", ALICE)
    work.workflow.expanded = True
    card = item("wdg_1", **KINDS["widget"])

    for changed in (work, card):
        await store.save_item("thr_1", changed, ALICE)

    assert (await store.load_thread_items("thr_1", None, 9, "asc", ALICE)).data == [work, card]
    assert (await plain.load_thread_items("thr_1", None, 9, "asc", ALICE)).data == (call, shown)


async def test_a_widget_that_is_replaced_says_the_same_in_both_worlds(store, plain):
    await store.save_thread(thread(), ALICE)
    card = item("wdg_1", **KINDS["widget"]).model_copy(update={"copy_text": "Buy milk?"})
    await store.add_thread_item("thr_1", card, ALICE)

    done = card.model_copy(update={"copy_text": "Bought."})
    await store.save_item("thr_1", done, ALICE)

    assert await store.load_item("thr_1", "wdg_1", ALICE) == done
    assert (await plain.load_item("thr_1", "wdg_1", ALICE)).content == "Bought."


async def test_a_thread_whose_own_note_has_our_key_is_listed(store, plain):
    fields = {"user_id": "alice", "created_at": NOON, "updated_at": NOON}
    for id, note in (("thr_1", "x"), ("thr_2", {"id": "x"}), ("thr_3", {"status": 1})):
        noted = ThreadMetadata(id=id, metadata={"chatkit": note}, **fields)
        await plain.save_thread(noted, ALICE)

    page = await store.load_threads(10, None, "asc", ALICE)

    assert [one.metadata["chatkit"] for one in page.data] == ["x", {"id": "x"}, {"status": 1}]


async def test_a_thread_keeps_its_status_its_image_domains_and_its_metadata(store):
    locked = thread(
        title="Plants",
        status={"type": "locked", "reason": "late"},
        allowed_image_domains=["example.com"],
        metadata={"a": [1]},
    )
    await store.save_thread(locked, ALICE)
    await store.save_thread(thread("thr_2"), ALICE)

    page = await store.load_threads(10, None, "desc", ALICE)

    assert await store.load_thread("thr_1", ALICE) == locked
    assert page.data == [thread("thr_2"), locked]
    with pytest.raises(InvalidInput, match="metadata has the key 'chatkit'"):
        await store.save_thread(thread(metadata={"chatkit": 1}), ALICE)


async def test_a_thread_that_is_deleted_takes_everything_with_it(store, plain):
    await store.save_thread(thread(), ALICE)
    await store.add_thread_item("thr_1", item(**KINDS["rich question"]), ALICE)
    await store.save_feedback("thr_1", ["it_1"], "positive", ALICE)

    await store.delete_thread("thr_1", ALICE)
    await store.save_thread(thread(), ALICE)
    await store.add_thread_item("thr_1", item(**KINDS["plain question"]), ALICE)

    assert await store.load_item("thr_1", "it_1", ALICE) == item(**KINDS["plain question"])
    assert await store.load_feedback("thr_1", ["it_1"], ALICE) == {}
    assert [one.id for one in (await plain.load_threads(10, None, "asc", ALICE)).data] == ["thr_1"]


async def test_somebody_elses_things_are_not_there_in_both_worlds(store):
    file = TypeAdapter(official.Attachment).validate_python(FILE)
    rich = item(**KINDS["rich question"])
    await store.save_thread(thread(), ALICE)
    await store.add_thread_item("thr_1", rich, ALICE)
    await store.save_attachment(file, ALICE)
    await store.save_thread(thread("thr_bob"), BOB)

    refused = [
        store.load_thread("thr_1", BOB),
        store.load_threads(10, "thr_1", "asc", BOB),
        store.delete_thread("thr_1", BOB),
        store.load_thread_items("thr_1", None, 10, "asc", BOB),
        store.add_thread_item("thr_1", rich, BOB),
        store.save_item("thr_1", rich, BOB),
        store.load_item("thr_1", "it_1", BOB),
        store.load_item("thr_bob", "it_1", BOB),
        store.delete_thread_item("thr_1", "it_1", BOB),
        store.save_feedback("thr_1", ["it_1"], "negative", BOB),
        store.load_attachment("atc_1", BOB),
    ]
    await store.delete_attachment("atc_1", BOB)  # quiet, as upstream, and without effect: see below

    for asked in refused:
        with pytest.raises(ChatKitNotFound, match="There is no") as caught:
            await asked
        assert isinstance(caught.value, official_store.NotFoundError)
        assert isinstance(caught.value, NotFoundError)
    assert await store.load_feedback("thr_1", ["it_1"], BOB) == {}
    assert await store.load_attachment("atc_1", ALICE) == file
    assert [one.id for one in (await store.load_threads(10, None, "asc", BOB)).data] == ["thr_bob"]


async def test_nobody_gets_at_the_shelf_by_calling_themselves_its_owner(store):
    with pytest.raises(ValidationError, match="control character"):
        RequestContext(user_id="\x1fchatkit:alice")
    unchecked = ALICE.model_copy(update={"user_id": "\x1fchatkit:alice"})
    with pytest.raises(InvalidInput, match="control character"):
        await store.load_attachment("atc_1", unchecked)


async def test_a_naive_time_gets_its_zone(store):
    naive = datetime(2026, 1, 5, 12)  # noqa: DTZ001 - the official server makes such times
    await store.save_thread(official.ThreadMetadata(id="thr_1", created_at=naive), ALICE)
    await store.add_thread_item("thr_1", item(at=naive, **KINDS["plain answer"]), ALICE)
    await store.add_thread_item("thr_1", item("it_2", at=naive, **KINDS["task"]), ALICE)

    page = await store.load_thread_items("thr_1", None, 10, "asc", ALICE)

    kept = [(await store.load_thread("thr_1", ALICE)), *page.data]
    assert [one.created_at for one in kept] == [naive.astimezone(UTC)] * 3
    assert [one.created_at.utcoffset() for one in kept] == [timedelta(0)] * 3


@pytest.mark.parametrize(("limit", "order"), [(0, "asc"), (-5, "asc"), (10**9, "asc"), (5, "up")])
async def test_a_page_that_cannot_be_is_refused(store, limit, order):
    await store.save_thread(thread(), ALICE)

    with pytest.raises(InvalidInput):
        await store.load_threads(limit, None, order, ALICE)
    with pytest.raises(InvalidInput):
        await store.load_thread_items("thr_1", None, limit, order, ALICE)


async def test_an_official_server_runs_on_a_chatlab_store(store, plain):
    class Official(official_server.ChatKitServer):
        async def respond(self, thread, input_user_message, context):
            thread.title = text_of(input_user_message)
            hidden = {"type": "hidden_context_item", "content": {"secret": 1}}
            yield official.ThreadItemDoneEvent(item=item("ctx_1", thread.id, **hidden))
            answer = item("msg_x", thread.id, **KINDS["cited answer"])
            yield official.ThreadItemDoneEvent(item=answer)

    client = Client(Official(store), ALICE)

    created, events = await client.create("Hi")

    assert created == "thr_1"
    assert [one.id for one in await client.items("thr_1")] == ["msg_1", "msg_x"]
    assert (await store.load_thread("thr_1", ALICE)).title == "Hi"
    assert "thread.updated" in [event.type for event in events]
    own = await plain.load_thread_items("thr_1", None, 10, "asc", ALICE)
    assert [(one.role, one.content) for one in own.data] == [
        *(("user", "Hi"), ("system", '{"secret": 1}'), ("assistant", "Helloagain")),
    ]
