"""What things cost, counted in frames, statements and bytes: never on a clock."""

import gc
import sys
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import contextmanager
from pathlib import Path

import aiosqlite
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlalchemy.engine import Engine

import chatlab
from chatlab import (
    AssistantMessage,
    ChatKitServer,
    MemoryStore,
    RequestContext,
    SystemClock,
    ThreadMetadata,
)
from chatlab.stores import IdempotencyRecord, SQLStore
from chatlab.streams import event_frame, sse_frame, to_sse
from chatlab.testing import collect

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
HOME = str(Path(chatlab.__file__).parent)


class Talker(ChatKitServer):
    """Says as many pieces as it is asked for."""

    async def respond(self, thread, input, context):
        for n in range(int(input.content)):
            yield AssistantMessage(content=f"{n} ")


@contextmanager
def counted_calls():
    """How often each function was entered or resumed, chatlab's alone."""
    calls = Counter()

    def note(frame, kind, _):
        if kind == "call" and frame.f_code.co_filename.startswith(HOME):
            calls[frame.f_code.co_qualname] += 1

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


async def calls_for(stream: AsyncIterator[object]) -> int:
    with counted_calls() as calls:
        async for _ in stream:
            pass
    return calls.total()


async def test_a_piece_goes_through_few_frames():
    few, many = [await calls_for(Talker().send(n, ALICE)) for n in ("100", "200")]

    assert (many - few) / 100 <= 6  # Turn, run, pull, record_piece, stamp; respond() is ours here


async def test_a_piece_on_its_way_to_the_network_goes_through_three_more():
    few, many = [await calls_for(to_sse(Talker().send(n, ALICE))) for n in ("100", "200")]

    assert (many - few) / 100 <= 9  # a step of the pipe, its generator, and the frame


async def test_what_is_being_said_is_kept_once():
    class Measured(ChatKitServer):
        async def respond(self, thread, input, context):
            gc.collect()
            tracemalloc.start()
            try:
                for n in range(50_000):
                    yield AssistantMessage(content=f"{n:10}")
                kept.append(tracemalloc.get_traced_memory()[0])
            finally:
                tracemalloc.stop()

    kept = []
    async for _ in Measured().send("go", ALICE):
        pass

    assert kept[0] < 1.5 * 500_000


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 2**53))
def test_an_events_frame_is_what_the_standard_says_it_is(text, seq):
    event = AssistantMessage(content=text, thread_id="thr", item_id="msg", seq=seq)

    frame = sse_frame(event.model_dump_json(), event.type, str(seq) if seq else None)

    assert event_frame(event) == frame.encode()


class Untouched(dict):
    """A dictionary that nobody may go through."""

    def __iter__(self):
        raise AssertionError("somebody looks at everything")

    keys = values = items = __reversed__ = __iter__


async def test_a_store_in_memory_lists_and_deletes_without_looking_at_everything():
    store, now = MemoryStore(), SystemClock().now()
    for n in range(100):
        thread = ThreadMetadata(id=f"thr_{n}", user_id="alice", created_at=now, updated_at=now)
        await store.save_thread(thread, ALICE)
        ids = IdempotencyRecord(thread_id=thread.id, item_id="msg")
        await store.claim_key(f"key {n}", ids, ALICE)
    threads = store._users["alice"]
    threads._things = Untouched(threads._things)
    store._requests = Untouched(store._requests)

    with counted_calls() as calls:
        page = await store.load_threads(5, "thr_50", "desc", ALICE)
        await store.delete_thread("thr_49", ALICE)
        after = await store.load_threads(5, "thr_47", "asc", ALICE)

    assert [thread.id for thread in page.data] == [f"thr_{n}" for n in range(49, 44, -1)]
    assert [thread.id for thread in after.data] == [f"thr_{n}" for n in (48, 50, 51, 52, 53)]
    assert calls.total() < 60  # ten threads are read, of a hundred
    fresh = await store.claim_key("key 49", IdempotencyRecord(thread_id="b", item_id="c"), ALICE)
    assert fresh.thread_id == "b"


async def test_a_turn_on_sqlite_is_two_transactions_of_two_trips_each(tmp_path, monkeypatch):
    trips, statements, commits = [], [], []
    original = aiosqlite.Connection._execute

    async def counted(self, work, *args, **kwargs):
        trips.append(work)
        return await original(self, work, *args, **kwargs)

    async with SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}") as store:
        server = Talker(store)
        thread_id = (await collect(server.send("1", ALICE)))[0].thread_id
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        with listening("before_cursor_execute", statements), listening("commit", commits):
            await collect(server.send("50", ALICE, thread_id))
            assert len(statements) <= 14
            assert len(commits) == 2
            assert len(trips) == 2 * len(commits)


@contextmanager
def listening(name, heard):
    def note(*_):
        heard.append(name)

    event.listen(Engine, name, note)
    try:
        yield
    finally:
        event.remove(Engine, name, note)
