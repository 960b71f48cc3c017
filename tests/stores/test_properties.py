"""What holds for every sequence of calls, whoever makes them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from holding import held
from hypothesis import given, settings
from hypothesis import strategies as st

from chatlab import (
    AssistantMessageItem,
    ChatlabError,
    MemoryStore,
    RequestContext,
    SQLStore,
    ThreadMetadata,
)
from chatlab.stores import MAX_LIMIT, IdempotencyRecord

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)

thread_ids = st.sampled_from(["thr_1", "thr_2"])
item_ids = st.sampled_from(["msg_1", "msg_2", "msg_3"])
keys = st.sampled_from(["key_1", "key_2"])
orders = st.sampled_from(["asc", "desc"])
limits = st.sampled_from([0, 1, 2, 5, MAX_LIMIT + 1])
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=3)


def call(name, *arguments):
    return st.tuples(st.just(name), *arguments)


calls = st.one_of(
    call("save_thread", thread_ids, words),
    call("load_thread", thread_ids),
    call("load_threads", limits, st.none() | thread_ids, orders),
    call("delete_thread", thread_ids),
    call("add_thread_item", thread_ids, item_ids, words),
    call("add_thread_item", thread_ids, item_ids, words),
    call("save_item", thread_ids, item_ids, words),
    call("load_thread_items", thread_ids, st.none() | item_ids, limits, orders),
    call("load_item", thread_ids, item_ids),
    call("delete_thread_item", thread_ids, item_ids),
    call("claim_key", keys, thread_ids, item_ids),
    call("finish_key", keys, item_ids),
    call("turn", thread_ids),
)


@pytest.fixture(scope="module")
def sqlite_store(tmp_path_factory):
    """One for all examples, each of which brings customers of its own."""
    return SQLStore(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('properties') / 'chat.sqlite'}")


def newcomer():
    return RequestContext(user_id=str(uuid4()))


def an_item(id, thread_id, content=""):
    return AssistantMessageItem(id=id, thread_id=thread_id, content=content, timestamp=NOON)


async def answer(store, context, call):
    """What the store returns or raises."""
    name, *given = call
    if name == "save_thread":
        id, title = given
        thread = ThreadMetadata(
            id=id, user_id=context.user_id, created_at=NOON, updated_at=NOON, title=title
        )
        given = [thread]
    elif name in {"add_thread_item", "save_item"}:
        thread_id, item_id, content = given
        given = [thread_id, an_item(item_id, thread_id, content)]
    elif name == "claim_key":
        key, thread_id, item_id = given
        given = [key, IdempotencyRecord(thread_id=thread_id, item_id=item_id)]
    elif name == "finish_key":
        key, item_id = given
        given = [key, (item_id,)]
    try:
        if name == "turn":
            async with held(store, *given, context):
                return "held"
        return await getattr(store, name)(*given, context)
    except ChatlabError as error:
        return type(error), str(error)


async def view(store, context):
    """All that a customer can see."""
    page = await store.load_threads(MAX_LIMIT, None, "asc", context)
    return [
        (thread, (await store.load_thread_items(thread.id, None, MAX_LIMIT, "asc", context)).data)
        for thread in page.data
    ]


@given(calls=st.lists(calls, max_size=25))
@settings(max_examples=40)
async def test_a_database_answers_every_call_as_a_dictionary_does(sqlite_store, calls):
    memory, alice = MemoryStore(), newcomer()
    for one in calls:
        assert await answer(sqlite_store, alice, one) == await answer(memory, alice, one), one
    assert await view(sqlite_store, alice) == await view(memory, alice)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@given(calls=st.lists(st.tuples(st.sampled_from(["alice", "bob"]), calls), max_size=25))
@settings(max_examples=30)
async def test_what_one_customer_does_changes_nothing_for_another(sqlite_store, kind, calls):
    shared = MemoryStore() if kind == "memory" else sqlite_store
    customers = {"alice": newcomer(), "bob": newcomer()}
    alone = {"alice": MemoryStore(), "bob": MemoryStore()}
    for who, one in calls:
        context = customers[who]
        assert await answer(shared, context, one) == await answer(alone[who], context, one)
    for who, context in customers.items():
        assert await view(shared, context) == await view(alone[who], context)


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
@given(
    added=st.integers(0, 8),
    deleted=st.sets(st.integers(0, 7)),
    limit=st.integers(1, 9),
    order=orders,
)
@settings(max_examples=30)
async def test_following_the_pages_gives_everything_once_and_in_order(
    *, sqlite_store, kind, added, deleted, limit, order
):
    store, alice = MemoryStore() if kind == "memory" else sqlite_store, newcomer()
    await answer(store, alice, ("save_thread", "thr_1", ""))
    for number in range(added):
        await store.add_thread_item("thr_1", an_item(str(number), "thr_1"), alice)
        await answer(store, alice, ("save_thread", f"thr_{number + 2}", ""))
    for number in deleted & set(range(added)):
        await store.delete_thread_item("thr_1", str(number), alice)
        await store.delete_thread(f"thr_{number + 2}", alice)
    kept = [number for number in range(added) if number not in deleted]
    items = [str(number) for number in kept]
    threads = ["thr_1", *[f"thr_{number + 2}" for number in kept]]

    async def items_after(after):
        return await store.load_thread_items("thr_1", after, limit, order, alice)

    async def threads_after(after):
        return await store.load_threads(limit, after, order, alice)

    for ask, expected in ((items_after, items), (threads_after, threads)):
        found, after, more = [], None, True
        while more:
            page = await ask(after)
            assert len(page.data) == min(limit, len(expected) - len(found))
            found += [each.id for each in page.data]
            after, more = page.after, page.has_more
        assert found == (expected if order == "asc" else expected[::-1])
