"""The flow between a producer and a slow reader, on a clock that several tasks share."""

import asyncio

import pytest

from chatlab.errors import InvalidInput
from chatlab.widgets import Backpressure
from chatlab.widgets.backpressure.flow import Flow, Knobs
from chatlab.widgets.backpressure.simulation import SharedClock, backpressure_fallback, simulate

pytestmark = pytest.mark.anyio


async def test_a_producer_that_waits_is_as_fast_as_the_reader_and_one_buffer():
    seen = await simulate(Knobs(policy="wait"))

    assert (seen["taken"], seen["pending"], seen["held"]) == (25, 8, True)
    assert seen["made"] == 25 + 8 + 1


async def test_without_an_end_what_waits_grows_with_the_time():
    knobs = Knobs(produce=16, read=4, policy="unbounded")
    waiting = [(await simulate(knobs, seconds))["waiting"] for seconds in (2.01, 4.01)]

    assert waiting == [24, 48]


async def test_joined_neighbours_let_a_slow_reader_keep_up_in_few_events():
    seen = await simulate(Knobs(policy="coalesce"))

    assert (seen["made"], seen["taken"], seen["events"], seen["held"]) == (100, 95, 25, False)
    assert seen["waiting"] == seen["made"] - seen["taken"]


async def test_even_joined_neighbours_fill_the_buffer_of_a_reader_who_hardly_reads():
    seen = await simulate(Knobs(produce=60, read=1, room=4, policy="coalesce"), 20)

    assert (seen["pending"], seen["held"]) == (4, True)


@pytest.mark.parametrize("policy", ["wait", "coalesce", "unbounded"])
async def test_a_reader_who_is_faster_leaves_nothing_waiting(policy):
    seen = await simulate(Knobs(produce=4, read=32, policy=policy), 5.01)

    assert (seen["pending"], seen["waiting"], seen["taken"]) == (0, 0, 20)


async def test_a_knob_works_while_it_flows():
    clock, knobs = SharedClock(), Knobs(produce=8, read=8)
    flow = Flow(knobs, clock)
    running = asyncio.create_task(flow.run())
    await clock.go_on(2.01)
    before = flow.snapshot()["taken"]
    knobs.read = 1
    await clock.go_on(2)
    running.cancel()
    await asyncio.wait([running])

    assert before == 16
    assert flow.snapshot()["taken"] - before == 2


async def test_the_still_copy_compares_the_policies_and_is_the_same_each_time():
    copy = await backpressure_fallback(Knobs())

    assert [line.split("  ")[0] for line in copy["text/plain"].splitlines()[2:]] == [
        "the producer waits",
        "pieces are joined; then the producer waits",
        "a list that may grow for ever",
    ]
    assert copy == await backpressure_fallback(Knobs())


async def until(holds):
    async with asyncio.timeout(120):
        while not holds():  # noqa: ASYNC110 - a widget's trait is what is waited for
            await asyncio.sleep(0.02)


async def test_live_it_starts_begins_anew_with_another_policy_and_stops():
    before = asyncio.all_tasks()
    live = Backpressure(produce=60, read=1, room=2)
    for said in ({"type": "start"}, {"type": "turn", "knob": "room", "to": 99}):
        live.on_message(said)
    await until(lambda: live.widget.frame.get("pending") == 32)
    live.on_message({"type": "turn", "knob": "policy", "to": "unbounded"})
    await until(lambda: 0 < live.widget.frame["pending"] < 32)
    live.on_message({"type": "turn", "knob": "policy", "to": "<b>"})
    live.on_message({"type": "turn", "knob": "read", "to": "fast"})
    live.on_message({"type": "stop"})
    await until(lambda: not live.widget.frame["running"])

    assert vars(live._knobs) == {"produce": 60, "read": 1, "room": 32, "policy": "unbounded"}
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(
    ("knobs", "says"),
    [
        ({"produce": 0}, "Choose between 1 and 60"),
        ({"room": 33}, "Choose between 1 and 32"),
        ({"policy": "drop"}, "Choose wait, coalesce, unbounded"),
    ],
)
def test_a_knob_that_is_turned_too_far_says_how_far_it_goes(knobs, says):
    with pytest.raises(InvalidInput, match=says):
        Backpressure(**knobs)
