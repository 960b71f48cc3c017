"""What every store promises, over every store: memory, SQLite and PostgreSQL."""

import time
from datetime import UTC, datetime, timedelta, timezone

import anyio
import pytest
from holding import held
from lookups import MISSING, MISSING_ITEM
from pydantic import BaseModel, ConfigDict, TypeAdapter

from chatlab import (
    Action,
    AssistantMessageItem,
    Button,
    Card,
    InvalidInput,
    NotFoundError,
    RequestContext,
    TaskItem,
    Text,
    Thread,
    ThreadMetadata,
    ToolItem,
    TurnInProgress,
    UserMessageItem,
    WidgetItem,
)
from chatlab.items import Form, Input, Page, Row, Select
from chatlab.stores import MAX_LIMIT, IdempotencyRecord

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

ITEMS = [
    UserMessageItem(id="msg_1", thread_id="thr_1", content="hello", timestamp=NOON),
    UserMessageItem(
        id="msg_2",
        thread_id="thr_1",
        content="",
        timestamp=datetime(2026, 7, 1, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=5.5))),
    ),
    AssistantMessageItem(
        id="msg_3", thread_id="thr_1", content="I was", timestamp=NOON, status="incomplete"
    ),
    ToolItem(
        id="tol_1",
        thread_id="thr_1",
        content="looked it up",
        timestamp=NOON,
        tool="find_task",
        call_id="call_1",
        arguments={"title": "milk", "tags": ["a", None, True, 1.5], "more": {"deep": {}}},
        output=[{"id": 1}, "two", None],
        outcome="failed",
    ),
    WidgetItem(
        id="wid_1",
        thread_id="thr_1",
        content="a form",
        timestamp=NOON,
        widget=Card(
            title="New task",
            children=(
                Text(value="**What?**"),
                Form(
                    action=Action(type="create", payload={"list": 7}),
                    children=(
                        Row(children=(Input(name="title", required=True),)),
                        Select(name="priority", options=("low", "high"), value="low"),
                    ),
                ),
                Button(label="Cancel", action=Action(type="cancel")),
            ),
        ),
    ),
    TaskItem(
        id="tsk_1", thread_id="thr_1", content="", timestamp=NOON, title="Export", progress=0.25
    ),
]


async def ids(store, context, thread_id="thr_1", order="asc"):
    page = await store.load_thread_items(thread_id, None, MAX_LIMIT, order, context)
    return [item.id for item in page.data]


async def everything(store, context):
    """All that a customer can see."""
    threads = (await store.load_threads(MAX_LIMIT, None, "asc", context)).data
    return [
        (thread, (await store.load_thread_items(thread.id, None, MAX_LIMIT, "asc", context)).data)
        for thread in threads
    ]


@pytest.fixture
async def filled(store, alice, a_thread, a_message):
    """A thread of Alice's, with five messages said at the same moment."""
    await store.save_thread(a_thread(alice), alice)
    for number in (3, 1, 4, 2, 5):
        await store.add_thread_item("thr_1", a_message(f"msg_{number}"), alice)
    return ["msg_3", "msg_1", "msg_4", "msg_2", "msg_5"]


# Threads


async def test_a_thread_comes_back_as_it_was_saved(store, alice, a_thread):
    thread = a_thread(
        alice,
        title="Täsks ✓",
        metadata={"plan": "pro", "n": [1, 2.5, None, {"deep": True}]},
        updated_at=NOON + timedelta(microseconds=1),
    )
    await store.save_thread(thread, alice)
    assert await store.load_thread("thr_1", alice) == thread


async def test_history_and_items_are_not_saved_with_the_thread(store, alice, a_thread, a_message):
    plain = a_thread(alice)
    items = Page(data=(a_message("msg_1"),))
    thread = Thread(**dict(plain) | {"history": (a_message("msg_1"),)}, items=items)
    await store.save_thread(thread, alice)
    loaded = await store.load_thread("thr_1", alice)
    assert type(loaded) is ThreadMetadata
    assert loaded == plain
    assert await ids(store, alice) == []


async def test_saving_a_thread_again_replaces_it_and_keeps_its_items_and_place(
    store, alice, a_thread, filled
):
    await store.save_thread(a_thread(alice, "thr_2"), alice)
    renamed = a_thread(alice, title="renamed", created_at=NOON + timedelta(days=1))
    await store.save_thread(renamed, alice)
    assert await store.load_thread("thr_1", alice) == renamed
    assert await ids(store, alice) == filled
    page = await store.load_threads(5, None, "asc", alice)
    assert [thread.id for thread in page.data] == ["thr_1", "thr_2"]


async def test_threads_come_in_the_order_of_their_making_in_pages(store, alice, a_thread):
    made = ["thr_c", "thr_a", "thr_e", "thr_b", "thr_d"]
    for id in made:
        await store.save_thread(a_thread(alice, id), alice)
    for order, expected in (("asc", made), ("desc", made[::-1])):
        first = await store.load_threads(2, None, order, alice)
        second = await store.load_threads(2, first.after, order, alice)
        last = await store.load_threads(2, second.after, order, alice)
        pages = [first, second, last]
        assert [[thread.id for thread in page.data] for page in pages] == [
            expected[:2],
            expected[2:4],
            expected[4:],
        ]
        assert [page.has_more for page in pages] == [True, True, False]
        assert [page.after for page in pages] == [expected[1], expected[3], expected[4]]


async def test_a_customer_without_threads_gets_an_empty_page(store, alice):
    assert await store.load_threads(5, None, "desc", alice) == Page()


async def test_a_deleted_thread_is_gone_with_its_items(store, alice, a_thread, filled):
    await store.delete_thread("thr_1", alice)
    assert await everything(store, alice) == []
    with pytest.raises(NotFoundError):
        await store.delete_thread("thr_1", alice)
    await store.save_thread(a_thread(alice), alice)
    assert await ids(store, alice) == []


async def test_a_thread_made_again_after_it_was_deleted_is_the_newest(store, alice, a_thread):
    for id in ("thr_1", "thr_2"):
        await store.save_thread(a_thread(alice, id), alice)
    await store.delete_thread("thr_1", alice)
    await store.save_thread(a_thread(alice), alice)
    page = await store.load_threads(5, None, "asc", alice)
    assert [thread.id for thread in page.data] == ["thr_2", "thr_1"]


# Items


@pytest.mark.parametrize("way", ["add_thread_item", "save_item"])
async def test_items_of_every_type_come_back_as_they_were(store, alice, a_thread, way):
    await store.save_thread(a_thread(alice), alice)
    for item in ITEMS:
        await getattr(store, way)("thr_1", item, alice)
    page = await store.load_thread_items("thr_1", None, 50, "asc", alice)
    assert page == Page(data=tuple(ITEMS), after=ITEMS[-1].id)
    for item in ITEMS:
        assert await store.load_item("thr_1", item.id, alice) == item


class Note(BaseModel):
    """An item of somebody else's making."""

    model_config = ConfigDict(extra="allow")

    id: str


async def test_items_of_any_shape_can_be_kept_given_their_adapter(open_store, alice, a_thread):
    store = open_store(items=TypeAdapter(Note))
    await store.save_thread(a_thread(alice), alice)
    note = Note(id="n1", author={"name": "Eve"}, stars=[1, 2])
    await store.add_thread_item("thr_1", note, alice)
    assert await store.load_item("thr_1", "n1", alice) == note
    assert (await store.load_thread_items("thr_1", None, 5, "asc", alice)).data == (note,)


async def test_items_are_in_the_order_of_adding_whatever_their_clocks_say(
    store, alice, filled, a_message
):
    early = a_message("msg_0").model_copy(update={"timestamp": NOON - timedelta(days=1)})
    await store.add_thread_item("thr_1", early, alice)
    assert await ids(store, alice) == [*filled, "msg_0"]
    assert await ids(store, alice, order="desc") == ["msg_0", *filled[::-1]]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 4, 5, MAX_LIMIT])
async def test_pages_hold_every_item_once_though_all_were_said_at_once(
    store, alice, filled, order, limit
):
    found, after, pages = [], None, 0
    while True:
        page = await store.load_thread_items("thr_1", after, limit, order, alice)
        found += [item.id for item in page.data]
        pages += 1
        assert page.after == found[-1]
        if not page.has_more:
            break
        after = page.after
    assert found == (filled if order == "asc" else filled[::-1])
    assert pages == -(-5 // limit)


async def test_after_the_last_item_comes_an_empty_page(store, alice, filled):
    assert await store.load_thread_items("thr_1", filled[-1], 5, "asc", alice) == Page()
    assert await store.load_thread_items("thr_1", filled[0], 5, "desc", alice) == Page()


async def test_an_empty_thread_has_an_empty_page(store, alice, a_thread):
    await store.save_thread(a_thread(alice), alice)
    assert await store.load_thread_items("thr_1", None, 5, "asc", alice) == Page()


@pytest.mark.parametrize("limit", [0, -1, -5, MAX_LIMIT + 1, 10**9, 10**30])
async def test_a_limit_that_makes_no_page_is_refused_and_named(store, alice, filled, limit):
    for ask in (
        store.load_thread_items("thr_1", None, limit, "asc", alice),
        store.load_thread_items("thr_unknown", None, limit, "asc", alice),
        store.load_threads(limit, None, "asc", alice),
    ):
        with pytest.raises(InvalidInput, match=f"limit is {limit}") as caught:
            await ask
        assert caught.value.what == "limit"
        assert str(MAX_LIMIT) in caught.value.fix


async def test_save_item_replaces_in_place(store, alice, filled):
    new = AssistantMessageItem(id="msg_4", thread_id="thr_1", content="new", timestamp=NOON)
    await store.save_item("thr_1", new, alice)
    assert await ids(store, alice) == filled
    assert await store.load_item("thr_1", "msg_4", alice) == new
    page = await store.load_thread_items("thr_1", "msg_4", 5, "asc", alice)
    assert [item.id for item in page.data] == ["msg_2", "msg_5"]


async def test_save_item_appends_what_is_new(store, alice, filled, a_message):
    await store.save_item("thr_1", a_message("msg_0"), alice)
    assert await ids(store, alice) == [*filled, "msg_0"]


async def test_an_id_that_the_thread_has_is_not_added_again(store, alice, filled, a_message):
    with pytest.raises(InvalidInput, match=r"'msg_4' is in this thread already\. .*save_item"):
        await store.add_thread_item("thr_1", a_message("msg_4", "other words"), alice)
    assert await ids(store, alice) == filled
    assert (await store.load_item("thr_1", "msg_4", alice)).content == "hello"


async def test_two_threads_may_have_items_with_one_id(store, alice, filled, a_thread, a_message):
    await store.save_thread(a_thread(alice, "thr_2"), alice)
    await store.add_thread_item("thr_2", a_message("msg_4", "elsewhere", "thr_2"), alice)
    assert (await store.load_item("thr_1", "msg_4", alice)).content == "hello"
    await store.delete_thread_item("thr_1", "msg_4", alice)
    assert (await store.load_item("thr_2", "msg_4", alice)).content == "elsewhere"


async def test_a_deleted_item_is_gone_and_the_others_keep_their_order(
    store, alice, filled, a_message
):
    await store.delete_thread_item("thr_1", "msg_4", alice)
    assert await ids(store, alice) == ["msg_3", "msg_1", "msg_2", "msg_5"]
    for way in MISSING_ITEM.values():
        with pytest.raises(NotFoundError, match="item 'msg_4'"):
            await way(store, "msg_4", alice)
    await store.delete_thread_item("thr_1", "msg_5", alice)
    await store.add_thread_item("thr_1", a_message("msg_4"), alice)
    assert await ids(store, alice) == ["msg_3", "msg_1", "msg_2", "msg_4"]


async def test_items_added_all_at_once_are_all_there_once(store, alice, a_thread, a_message):
    await store.save_thread(a_thread(alice), alice)
    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(store.add_thread_item, "thr_1", a_message(f"msg_{number}"), alice)
    assert sorted(await ids(store, alice)) == [f"msg_{number}" for number in range(10)]


async def test_threads_made_all_at_once_are_all_there_once(store, alice, a_thread):
    async with anyio.create_task_group() as tasks:
        for number in (1, 1, 1, 2, 3, 4, 5):
            tasks.start_soon(store.save_thread, a_thread(alice, f"thr_{number}"), alice)
    found, after = [], None
    while True:
        page = await store.load_threads(2, after, "asc", alice)
        found += [thread.id for thread in page.data]
        if (after := page.after) is None or not page.has_more:
            break
    assert sorted(found) == ["thr_1", "thr_2", "thr_3", "thr_4", "thr_5"]


# What comes out is a copy


async def test_changing_what_was_saved_or_loaded_changes_nothing_in_the_store(
    store, alice, a_thread
):
    thread = a_thread(alice, metadata={"tags": ["a"]})
    tool = ITEMS[3].model_copy(deep=True)
    await store.save_thread(thread, alice)
    await store.add_thread_item("thr_1", tool, alice)
    thread.metadata["tags"].append("after saving")
    tool.arguments["title"] = "after saving"
    for _ in range(2):
        loaded = await store.load_thread("thr_1", alice)
        assert loaded.metadata == {"tags": ["a"]}
        loaded.metadata["tags"].clear()
        item = await store.load_item("thr_1", "tol_1", alice)
        assert item == ITEMS[3]
        item.arguments.clear()
        (item,) = (await store.load_thread_items("thr_1", None, 5, "asc", alice)).data
        assert item == ITEMS[3]
        item.output.clear()


# Somebody else's


@pytest.mark.parametrize("way", MISSING)
async def test_somebody_elses_thread_is_the_same_error_as_one_that_never_was(
    *, store, alice, bob, filled, a_thread, a_message, way
):
    before = await everything(store, alice)
    await store.save_thread(a_thread(bob, "thr_bob"), bob)
    told = []
    for id in ("thr_1", "thr_0"):
        with pytest.raises(NotFoundError) as caught:
            await MISSING[way](store, id, a_message("msg_4", "evil"), bob)
        told.append((caught.type, str(caught.value).replace(id, "?"), caught.value.kind))
        assert caught.value.id == id
    assert told == [(NotFoundError, "There is no thread '?'.", "thread")] * 2
    assert await everything(store, alice) == before
    assert await everything(store, bob) == [(a_thread(bob, "thr_bob"), ())]


@pytest.mark.parametrize("way", MISSING_ITEM)
async def test_an_item_of_another_thread_is_the_same_error_as_one_that_never_was(
    *, store, alice, bob, filled, a_thread, a_message, way
):
    await store.save_thread(a_thread(bob), bob)
    await store.add_thread_item("thr_1", a_message("msg_bob"), bob)
    await store.save_thread(a_thread(bob, "thr_2"), bob)
    await store.add_thread_item("thr_2", a_message("msg_other"), bob)
    for id in ("msg_4", "msg_other", "msg_0"):
        with pytest.raises(NotFoundError) as caught:
            await MISSING_ITEM[way](store, id, bob)
        assert (caught.value.kind, caught.value.id) == ("item", id)
    assert await ids(store, alice) == filled
    assert await ids(store, bob) == ["msg_bob"]
    assert await ids(store, bob, "thr_2") == ["msg_other"]


async def test_a_thread_can_only_be_saved_by_its_owner(store, alice, bob, a_thread):
    await store.save_thread(a_thread(alice, title="mine"), alice)
    for thread in (a_thread(alice, title="stolen"), a_thread(alice, "thr_0", title="planted")):
        with pytest.raises(NotFoundError, match=thread.id):
            await store.save_thread(thread, bob)
    assert await everything(store, alice) == [(a_thread(alice, title="mine"), ())]
    assert await everything(store, bob) == []


async def test_two_customers_may_have_threads_with_one_id(
    *, store, alice, bob, filled, a_thread, a_message
):
    await store.save_thread(a_thread(bob, title="Bob's"), bob)
    await store.add_thread_item("thr_1", a_message("msg_4", "Bob's"), bob)
    assert (await store.load_item("thr_1", "msg_4", alice)).content == "hello"
    await store.delete_thread("thr_1", bob)
    assert await ids(store, alice) == filled


LOOK_ALIKES = [
    ("alice", "Alice"),
    ("alice", "alice "),
    ("caf\u00e9", "cafe\u0301"),
    ("a", "a\u200b"),
    ("a\\", "a\\005c"),
    ("%", "_"),
    ("1", "01"),
    ("x" * 80 + "1", "x" * 80 + "2"),
    ("🦊" * 80, "🦊" * 81),
]


@pytest.mark.parametrize(("one", "other"), LOOK_ALIKES, ids=range(len(LOOK_ALIKES)))
async def test_names_that_look_alike_are_different_names(
    *, store, alice, a_thread, a_message, one, other
):
    for name in (one, other):
        await store.save_thread(a_thread(alice, name, title=ascii(name)), alice)
    await store.add_thread_item(one, a_message(one, "one", one), alice)
    assert (await store.load_thread(other, alice)).title == ascii(other)
    with pytest.raises(NotFoundError):
        await store.load_item(one, other, alice)
    await store.add_thread_item(one, a_message(other, "other", one), alice)
    assert await ids(store, alice, one) == [one, other]
    assert await ids(store, alice, other) == []
    page = await store.load_thread_items(one, one, 5, "asc", alice)
    assert [item.id for item in page.data] == [other]
    them = [RequestContext(user_id=f"{name}{alice.user_id}{name}") for name in (one, other)]
    for context in them:
        await store.save_thread(a_thread(context, title=context.user_id), context)
    for context in them:
        assert await everything(store, context) == [(a_thread(context, title=context.user_id), ())]


# Strange data is kept, or refused in plain words


@pytest.mark.parametrize(
    "content",
    [
        "",
        " \t\r\n ",
        "before\0after",
        "👩‍👩‍👧‍👦 שלום \u202e\u2028",
        "'; DROP TABLE chatlab_items; --",
        "%s :name $1 ? \\ \\u0000",
        "\ufeff\ufffe\x7f\x1b[31m",
        "é" * 500_000,
    ],
    ids=range(8),
)
async def test_text_of_any_kind_comes_back_to_the_letter(
    store, alice, a_thread, a_message, content
):
    await store.save_thread(a_thread(alice, title=content, metadata={content: content}), alice)
    await store.add_thread_item("thr_1", a_message("msg_1", content), alice)
    loaded = await store.load_thread("thr_1", alice)
    assert (loaded.title, loaded.metadata) == (content, {content: content})
    assert (await store.load_item("thr_1", "msg_1", alice)).content == content


def nested(depth):
    data = {}
    for _ in range(depth):
        data = {"deeper": data}
    return data


@pytest.mark.parametrize("strange", ["\ud800", object(), b"\xff", nested(5000)], ids=range(4))
async def test_what_is_no_json_is_refused_and_nothing_is_changed(store, alice, filled, strange):
    before = await everything(store, alice)
    thread = before[0][0].model_copy(update={"metadata": {"x": strange}})
    tool = ITEMS[3].model_copy(update={"output": strange, "id": "msg_4"})
    fresh = tool.model_copy(update={"id": "msg_new"})
    for refused in (
        store.save_thread(thread, alice),
        store.save_thread(thread.model_copy(update={"id": "thr_new"}), alice),
        store.add_thread_item("thr_1", fresh, alice),
        store.save_item("thr_1", fresh, alice),
        store.save_item("thr_1", tool, alice),
    ):
        with pytest.raises(InvalidInput, match="cannot be kept as JSON"):
            await refused
    assert await everything(store, alice) == before


@pytest.mark.parametrize("id", ["\ud800", "", "\0", "x" * 100_000, "🦊" * 200], ids=range(5))
async def test_an_id_that_never_was_is_not_found_however_strange(
    store, alice, filled, a_message, id
):
    for way in MISSING.values():
        with pytest.raises(NotFoundError, match="There is no thread"):
            await way(store, id, a_message("msg_4"), alice)
    for way in MISSING_ITEM.values():
        with pytest.raises(NotFoundError, match="There is no item"):
            await way(store, id, alice)
    async with held(store, id, alice):
        pass


UNKEPT = ["", "\0", "a\n", "a\x1fb", "a\u2028b", "\ud800", "x" * 256]


@pytest.mark.parametrize("id", UNKEPT, ids=range(len(UNKEPT)))
@pytest.mark.usefixtures("filled")
async def test_an_id_that_nobody_can_see_or_that_is_too_long_is_refused(
    store, alice, a_thread, a_message, id
):
    before = await everything(store, alice)
    request = IdempotencyRecord(thread_id="thr_1", item_id="msg_1")
    for refused in (
        store.save_thread(a_thread(alice, id), alice),
        store.add_thread_item("thr_1", a_message(id), alice),
        store.save_item("thr_1", a_message(id), alice),
        store.claim_key(id, request, alice),
        store.claim_key("key", request.model_copy(update={"thread_id": id}), alice),
    ):
        with pytest.raises(InvalidInput, match=r"control character|is blank|has 256 characters"):
            await refused
    assert await everything(store, alice) == before
    assert await store.claim_key("key", request, alice) == request


@pytest.mark.parametrize("id", ["a/b c", "a:b", "x" * 254, "🦊" * 200], ids=range(4))
async def test_an_id_may_be_strange_and_long(store, alice, a_thread, a_message, id):
    context = RequestContext(user_id=f"{id}{alice.user_id}"[-200:])
    await store.save_thread(a_thread(context, id), context)
    for number in range(2):
        await store.add_thread_item(id, a_message(f"{id}{number}", thread_id=id), context)
    assert (await store.load_thread(id, context)).id == id
    page = await store.load_thread_items(id, f"{id}0", 5, "asc", context)
    assert [item.id for item in page.data] == [f"{id}1"]
    assert (await store.load_threads(5, id, "asc", context)) == Page()
    request = IdempotencyRecord(thread_id=id, item_id=f"{id}0")
    assert await store.claim_key(id, request, context) == request
    await store.finish_key(id, (f"{id}0", f"{id}1"), context)
    done = await store.claim_key(id, request, context)
    assert done.item_ids == (f"{id}0", f"{id}1")
    async with held(store, id, context):
        await store.delete_thread(id, context)
    assert await everything(store, context) == []


# Idempotency keys

REQUEST = IdempotencyRecord(thread_id="thr_1", item_id="msg_1")
REPEAT = IdempotencyRecord(thread_id="thr_2", item_id="msg_2")


async def test_a_key_stays_with_the_first_request(store, alice):
    assert await store.claim_key("key", REQUEST, alice) == REQUEST
    assert await store.claim_key("key", REPEAT, alice) == REQUEST
    assert await store.claim_key("other", REPEAT, alice) == REPEAT


async def test_a_finished_key_tells_what_its_turn_left(store, alice):
    await store.claim_key("key", REQUEST, alice)
    await store.finish_key("key", ("msg_1", "msg_9"), alice)
    finished = REQUEST.model_copy(update={"item_ids": ("msg_1", "msg_9")})
    assert await store.claim_key("key", REPEAT, alice) == finished
    await store.finish_key("key", ("msg_1", "msg_10"), alice)
    again = await store.claim_key("key", REPEAT, alice)
    assert again.item_ids == ("msg_1", "msg_10")


async def test_a_key_that_nobody_claimed_cannot_be_finished(store, alice, bob):
    await store.claim_key("key", REQUEST, alice)
    for key, who in (("key", bob), ("other", alice)):
        with pytest.raises(NotFoundError) as caught:
            await store.finish_key(key, ("msg_1",), who)
        assert (caught.value.kind, caught.value.id) == ("idempotency key", key)
    assert await store.claim_key("key", REPEAT, alice) == REQUEST


async def test_keys_of_two_customers_do_not_meet(store, alice, bob):
    await store.claim_key("key", REQUEST, alice)
    assert await store.claim_key("key", REPEAT, bob) == REPEAT
    await store.finish_key("key", ("msg_bob",), bob)
    assert await store.claim_key("key", REPEAT, alice) == REQUEST


async def test_keys_go_with_their_thread_and_with_no_other(store, alice, bob, a_thread):
    for who in (alice, bob):
        await store.save_thread(a_thread(who), who)
        await store.claim_key("key", REQUEST, who)
    await store.claim_key("other", REPEAT, alice)
    await store.delete_thread("thr_1", alice)
    with pytest.raises(NotFoundError):
        await store.finish_key("key", ("msg_1",), alice)
    assert await store.claim_key("key", REPEAT, alice) == REPEAT
    assert await store.claim_key("other", REQUEST, alice) == REPEAT
    assert await store.claim_key("key", REPEAT, bob) == REQUEST


async def test_of_many_claims_at_once_one_wins_and_all_hear_of_it(store, alice):
    answers = []

    async def claim(number):
        request = IdempotencyRecord(thread_id="thr_1", item_id=f"msg_{number}")
        answers.append(await store.claim_key("key", request, alice))

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(claim, number)
    assert len(answers) == 8
    assert len(set(answers)) == 1


# Turns


async def test_a_held_thread_is_busy_after_the_wait_and_free_again_later(open_store, alice):
    store = open_store(turn_wait=0.1)
    async with held(store, "thr_1", alice):
        began = time.monotonic()
        with anyio.fail_after(60), pytest.raises(TurnInProgress, match="'thr_1'") as caught:
            async with held(store, "thr_1", alice):
                pytest.fail("two turns held one thread")
        assert time.monotonic() - began > 0.09
        assert caught.value.thread_id == "thr_1"
    async with held(store, "thr_1", alice):
        pass


async def test_a_store_that_waits_for_nothing_says_at_once_that_a_thread_is_busy(open_store, alice):
    store = open_store(turn_wait=0)
    async with held(store, "thr_1", alice):
        with pytest.raises(TurnInProgress):
            await held(store, "thr_1", alice).__aenter__()
    async with held(store, "thr_1", alice):
        pass


async def test_a_second_turn_waits_for_the_first_to_end(open_store, alice, a_thread):
    store = open_store(turn_wait=20)
    told = []

    async def second():
        told.append("second asks")
        async with held(store, "thr_1", alice):
            told.append("second holds")

    async with anyio.create_task_group() as tasks, held(store, "thr_1", alice):
        tasks.start_soon(second)
        while not told:
            await anyio.lowlevel.checkpoint()
        for _ in range(5):
            await store.save_thread(a_thread(alice), alice)
        told.append("first lets go")
    assert told == ["second asks", "first lets go", "second holds"]


async def test_of_many_turns_at_once_each_has_the_thread_for_itself(open_store, alice, a_thread):
    store = open_store(turn_wait=20)
    await store.save_thread(a_thread(alice, metadata={"n": 0}), alice)

    async def count():
        async with held(store, "thr_1", alice):
            n = (await store.load_thread("thr_1", alice)).metadata["n"]
            await anyio.lowlevel.checkpoint()
            await store.save_thread(a_thread(alice, metadata={"n": n + 1}), alice)

    async with anyio.create_task_group() as tasks:
        for _ in range(8):
            tasks.start_soon(count)
    assert (await store.load_thread("thr_1", alice)).metadata == {"n": 8}


async def test_turns_of_different_threads_and_customers_do_not_meet(open_store, alice, bob):
    store = open_store(turn_wait=0)
    async with held(store, "thr_1", alice), held(store, "thr_2", alice), held(store, "thr_1", bob):
        with pytest.raises(TurnInProgress):
            await held(store, "thr_2", alice).__aenter__()


async def test_a_turn_may_be_left_in_another_task_than_it_was_entered_in(store, alice):
    turn = held(store, "thr_1", alice)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(turn.__aenter__)
    with pytest.raises(TurnInProgress):
        await held(store, "thr_1", alice).__aenter__()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(turn.__aexit__, None, None, None)
    async with held(store, "thr_1", alice):
        pass


async def test_a_turn_that_fails_or_is_cancelled_lets_go(store, alice):
    with pytest.raises(ZeroDivisionError):
        async with held(store, "thr_1", alice):
            raise ZeroDivisionError
    with anyio.CancelScope() as scope:
        async with held(store, "thr_1", alice):
            scope.cancel()
            await anyio.sleep_forever()
    async with held(store, "thr_1", alice):
        pass


async def test_whoever_gives_up_waiting_leaves_the_turn_where_it_was(open_store, alice):
    store = open_store(turn_wait=20)
    turn = held(store, "thr_1", alice)
    await turn.__aenter__()
    with anyio.move_on_after(0.05) as scope:
        await held(store, "thr_1", alice).__aenter__()
    assert scope.cancelled_caught
    with anyio.move_on_after(0.05) as scope:
        await held(store, "thr_1", alice).__aenter__()
    assert scope.cancelled_caught
    await turn.__aexit__(None, None, None)
    async with held(store, "thr_1", alice):
        pass
