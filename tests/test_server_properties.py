"""What holds for every sequence of messages and stops, and for messages of any length."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatlab import AssistantMessage, ChatKitServer, MemoryStore, RequestContext, TurnInProgress
from chatlab.testing import collect

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")


class Echo(ChatKitServer):
    """Says whose question it answers, a letter at a time."""

    async def respond(self, thread, input, context):
        for letter in f"{context.user_id}:{input.content}":
            yield AssistantMessage(content=letter)


class Letters(ChatKitServer):
    """Says as many letters as it is asked for, one event each."""

    async def respond(self, thread, input, context):
        for _ in range(int(input.content)):
            yield AssistantMessage(content="x")


steps = st.lists(
    st.tuples(
        st.sampled_from(["alice", "bob"]),
        st.integers(0, 3),
        st.text(
            alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8
        ),
        st.integers(0, 12),
    ),
    max_size=12,
)


@given(steps=steps)
@settings(max_examples=60)
async def test_whoever_asks_and_whenever_it_stops_everybody_finds_their_own_words(steps):
    server = Echo(MemoryStore(turn_wait=0))
    threads: dict[tuple[str, int], str] = {}
    said: dict[tuple[str, int], list[str]] = {}
    for user, number, message, stop_after in steps:
        context = RequestContext(user_id=user)
        turn = server.send(message, context, threads.get((user, number)))
        seen = 0
        async for _ in turn:
            seen += 1
            if seen == stop_after:
                break
        await turn.aclose()
        if seen:
            threads[user, number] = turn.thread_id
            said.setdefault((user, number), []).append(message)
    for (user, number), thread_id in threads.items():
        thread = await server.thread(thread_id, RequestContext(user_id=user), limit=1000)
        asked = [item.content for item in thread.items.data if item.role == "user"]
        assert asked == said[user, number]
        question = ""
        for item in thread.items.data:
            if item.role == "user":
                question = item.content
            else:
                whole = f"{user}:{question}"
                assert whole.startswith(item.content)
                assert item.status == "incomplete" or item.content == whole
    for user in ("alice", "bob"):
        page = await server.threads(RequestContext(user_id=user), limit=1000)
        mine = [thread_id for (owner, _), thread_id in threads.items() if owner == user]
        assert sorted(thread.id for thread in page.data) == sorted(mine)


async def test_ten_times_as_many_pieces_take_about_ten_times_as_long():
    server = Letters()

    async def seconds(pieces: int) -> float:
        start = time.thread_time()
        async for _ in server.send(str(pieces), ALICE):
            pass
        return time.thread_time() - start

    await seconds(1_000)
    ratios = [await seconds(100_000) / await seconds(10_000) for _ in range(3)]
    assert min(ratios) <= 20


async def test_a_turn_nobody_holds_is_closed_before_the_next_one_starts():
    server = Echo(MemoryStore(turn_wait=60))
    first = server.send("hello", ALICE)
    await collect(first)
    for _ in range(10):
        dropped = server.send("hello", ALICE, first.thread_id)
        await anext(dropped)
        del dropped
        turn = server.send("again", ALICE, first.thread_id)
        assert (await collect(turn))[-1].type == "thread_updated"


async def test_a_turn_in_a_variable_is_in_progress_on_every_try():
    server = Echo(MemoryStore(turn_wait=0))
    kept = server.send("hello", ALICE)
    await anext(kept)
    for _ in range(10):
        with pytest.raises(TurnInProgress):
            await anext(server.send("again", ALICE, kept.thread_id))
    await kept.aclose()
