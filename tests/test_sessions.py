"""Sessions: who comes back, and until when."""

from datetime import timedelta

import pytest

from chatlab import InvalidInput, SessionExpired, SessionNotFound
from chatlab.sessions import MemorySessionStore, Sessions
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def sessions(clock):
    return Sessions(MemorySessionStore(), clock, HOUR, new_id=CountingIds())


async def test_a_key_brings_back_the_user_and_the_permissions(sessions, clock):
    key = await sessions.create("alice", frozenset({"tasks:delete"}))
    context = await sessions.resume(key)
    assert (context.user_id, context.permissions) == ("alice", {"tasks:delete"})
    assert context.session.id == "ses_1"
    assert context.session.expires_at == clock.now() + HOUR


@pytest.mark.parametrize("key", ["", "key_2", "\ud800"])
async def test_a_key_that_nobody_was_given_is_not_found(sessions, key):
    await sessions.create("alice")
    with pytest.raises(SessionNotFound):
        await sessions.resume(key)


@pytest.mark.parametrize("user_id", ["", "\x1fchatkit:alice", "a\nb"])
async def test_a_name_that_nobody_may_have_gets_no_key(sessions, user_id):
    with pytest.raises(InvalidInput, match="user_id"):
        await sessions.create(user_id)


async def test_the_time_out_counts_from_the_last_use(sessions, clock):
    key = await sessions.create("alice")
    for _ in range(3):
        clock.advance(3599)
        await sessions.resume(key)
    clock.advance(3600)
    with pytest.raises(SessionExpired):
        await sessions.resume(key)


async def test_an_expired_session_stays_expired(sessions, clock):
    key = await sessions.create("alice")
    clock.advance(3600)
    for _ in range(2):
        with pytest.raises(SessionExpired):
            await sessions.resume(key)


async def test_cleaning_up_takes_the_expired_and_leaves_the_others(sessions, clock):
    old = await sessions.create("alice")
    clock.advance(1800)
    new = await sessions.create("alice")
    clock.advance(1800)
    assert await sessions.clean_up() == 1
    assert await sessions.clean_up() == 0
    with pytest.raises(SessionNotFound):
        await sessions.resume(old)
    assert (await sessions.resume(new)).user_id == "alice"


async def test_the_key_itself_is_kept_nowhere(clock):
    store = MemorySessionStore()
    key = await Sessions(store, clock, HOUR).create("alice")
    assert key not in repr(vars(store))


@pytest.mark.parametrize("span", ["time_out", "max_age"])
def test_a_time_out_of_nothing_is_refused(span):
    with pytest.raises(InvalidInput, match=span):
        Sessions(MemorySessionStore(), **{span: timedelta(0)})


async def test_whoever_logs_out_has_a_key_that_is_good_for_nothing(sessions):
    key, other = await sessions.create("alice"), await sessions.create("alice")
    for _ in range(2):
        await sessions.end(key)
    with pytest.raises(SessionNotFound):
        await sessions.resume(key)
    assert (await sessions.resume(other)).user_id == "alice"


async def test_one_user_is_logged_out_everywhere_and_the_others_nowhere(sessions):
    hers = [await sessions.create("alice") for _ in range(3)]
    his = await sessions.create("bob")
    await sessions.end_all("alice")
    for key in hers:
        with pytest.raises(SessionNotFound):
            await sessions.resume(key)
    assert (await sessions.resume(his)).user_id == "bob"


async def test_a_session_that_is_always_used_ends_all_the_same(clock):
    sessions = Sessions(MemorySessionStore(), clock, HOUR, max_age=2 * HOUR)
    key = await sessions.create("alice")
    begun = clock.now()
    for _ in range(3):
        clock.advance(2399)
        context = await sessions.resume(key)
    assert context.session.expires_at == begun + 2 * HOUR
    clock.advance(3)
    with pytest.raises(SessionExpired):
        await sessions.resume(key)


async def test_one_user_has_so_many_sessions_and_one_more_ends_the_oldest(clock):
    sessions = Sessions(MemorySessionStore(), clock, HOUR, max_sessions=2)
    his = await sessions.create("bob")
    keys = []
    for _ in range(3):
        keys.append(await sessions.create("alice"))
        clock.advance(1)
    with pytest.raises(SessionNotFound):
        await sessions.resume(keys[0])
    for key in (*keys[1:], his):
        await sessions.resume(key)


async def test_a_session_that_is_ended_while_it_is_resumed_stays_ended(clock):
    class Slow(MemorySessionStore):
        async def load(self, key_hash):
            record = await super().load(key_hash)
            await sessions.end(key)
            return record

    sessions = Sessions(Slow(), clock, HOUR)
    key = await sessions.create("alice")
    for _ in range(2):
        with pytest.raises(SessionNotFound):
            await sessions.resume(key)
