"""The turns that an app runs, without HTTP around them."""

import asyncio

import pytest
from servers import Talker

from chatlab import InvalidInput, RequestContext, StoreError
from chatlab.adapters.http import JWTAuthenticator, Limits
from chatlab.adapters.http.turn_registry import TurnRegistry
from chatlab.stores import MemoryStore

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")


class Torn(MemoryStore):
    """A store that can no longer be reached when a turn is to be finished."""

    async def save_thread(self, thread, context):
        if thread.updated_at > thread.created_at:
            raise StoreError("here", "does not answer", "Is it running?")
        await super().save_thread(thread, context)


def sending(talker, message):
    return lambda: talker.send(message, ALICE)


async def ended(one):
    """The turn's last event, and how it ended."""
    await one.task
    return one.log.next_after(one.log.last_seq - 1), one.log.state


async def test_a_turn_that_takes_too_long_is_stopped_and_says_so():
    talker = Talker()
    turns = TurnRegistry(Limits(turn_seconds=1))
    one = await turns.start(sending(talker, "1 0 wait"), ALICE, None, "said")

    last, state = await ended(one)
    items = (await talker.thread(one.thread_id, ALICE)).items.data

    assert (last.code, state) == ("limit_reached", "stopped")
    assert "took longer than 1 seconds" in last.message
    assert (items[-1].content, items[-1].status) == ("0 wörd\n", "incomplete")


async def test_a_turn_whose_store_breaks_down_says_so_and_not_where_it_is():
    turns = TurnRegistry(Limits())
    one = await turns.start(sending(Talker(Torn()), "1"), ALICE, None, "said")

    last, state = await ended(one)

    assert (last.type, state) == ("error", "failed")
    assert "here" not in last.message


async def test_the_oldest_turns_make_room_when_they_are_long():
    async def over(turns):
        one = await turns.start(sending(Talker(), "100"), ALICE, None, "said")
        await one.task
        return one

    size = (await over(TurnRegistry(Limits()))).log.size
    turns = TurnRegistry(Limits(keep_bytes=2 * size + size // 2))
    kept = [await over(turns) for _ in range(4)]

    assert [one.id in turns._turns for one in kept] == [False, True, True, True]


async def test_closing_stops_what_runs():
    talker = Talker()
    turns = TurnRegistry(Limits())
    one = await turns.start(sending(talker, "1 0 wait"), ALICE, None, "said")

    await turns.aclose()

    assert one.log.state == "stopped"


def test_a_secret_that_can_be_guessed_is_refused():
    with pytest.raises(InvalidInput, match="Use 32 bytes or more, made at random"):
        JWTAuthenticator("secret")


class Watched(dict):
    """Counts how many of its entries are looked at in passing."""

    looked_at = 0

    def values(self):
        for value in super().values():
            Watched.looked_at += 1
            yield value


async def test_nobody_looks_at_the_turns_of_others():
    turns = TurnRegistry(Limits())
    turns._turns = Watched()
    for n in range(50):
        user = RequestContext(user_id=f"user {n}")
        one = await turns.start(lambda user=user: Talker().send("1", user), user, None, "said")
        await one.task
    talker = Talker()
    running = await turns.start(sending(talker, "1 0 wait"), ALICE, None, "said")

    assert turns.running_in(running.thread_id, ALICE) is running
    assert turns.running_in(running.thread_id, RequestContext(user_id="user 3")) is None
    assert Watched.looked_at == 0
    assert [len(one.running) for one in turns._users.values()] == [0] * 50 + [1]
    await turns.aclose()


async def test_what_is_forgotten_leaves_nothing_behind():
    turns = TurnRegistry(Limits(keep_seconds=0))
    for _ in range(3):
        await (await turns.start(sending(Talker(), "3"), ALICE, None, "said")).task
    with pytest.raises(InvalidInput):
        await turns.start(sending(Talker(), "\0"), ALICE, None, "refused")
    await asyncio.sleep(0.01)

    assert (turns._turns, turns._users) == ({}, {})
