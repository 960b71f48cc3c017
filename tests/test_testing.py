"""What tests, checks and lessons stand on: a clock that obeys, ids that count."""

import signal
from datetime import UTC, datetime, timedelta

import anyio
import httpx
import pytest

from chatlab.errors import InvalidInput
from chatlab.testing import CountingIds, FixedClock, collect, serving

pytestmark = pytest.mark.anyio


async def test_collect_gives_everything_in_order() -> None:
    async def stream():
        for number in range(3):
            yield number

    assert await collect(stream()) == [0, 1, 2]


def test_a_fixed_clock_stands_still() -> None:
    clock = FixedClock()

    assert clock.now() == clock.now() == datetime(2026, 1, 5, 9, tzinfo=UTC)
    assert clock.monotonic() == clock.monotonic() == 0


async def test_sleeping_moves_both_of_its_hands_by_as_much() -> None:
    start = datetime(2030, 1, 1, tzinfo=UTC)
    clock = FixedClock(start)

    await clock.sleep(1.5)
    await clock.sleep(0)
    clock.advance(60)

    assert clock.monotonic() == 61.5
    assert clock.now() == start + timedelta(seconds=61.5)


async def test_an_hour_of_sleep_takes_no_time_and_lets_the_others_run() -> None:
    clock = FixedClock()
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(other)
            await clock.sleep(3600)
            assert ran == ["other"]


async def test_a_clock_never_goes_back() -> None:
    clock = FixedClock()
    await clock.sleep(10)

    await clock.sleep(-1)
    with pytest.raises(InvalidInput, match="seconds is -1"):
        clock.advance(-1)

    assert clock.monotonic() == 10


def test_ids_count_by_prefix_and_begin_anew_with_each_counter() -> None:
    new_id = CountingIds()

    assert [new_id("msg"), new_id("thr"), new_id("msg")] == ["msg_1", "thr_1", "msg_2"]
    assert CountingIds()("msg") == "msg_1"


async def test_an_app_is_served_as_long_as_the_block_runs_and_signals_are_left_alone() -> None:
    async def app(scope, receive, send) -> None:
        assert scope["type"] == "http", "an app without a lifespan is served, too"
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body", "body": b"no coffee"})

    before = signal.getsignal(signal.SIGINT)
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(app) as url:
            assert signal.getsignal(signal.SIGINT) is before
            answer = await client.get(url)
        assert (answer.status_code, answer.text) == (418, "no coffee")
        with pytest.raises(httpx.ConnectError):
            await client.get(url)
