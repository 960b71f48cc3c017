"""The race of lesson 04: what is drawn is what two real turns did."""

import asyncio

import pytest

from chatlab.lessons.l04_streaming.demos.two_lanes import _fallback, _RaceDemo
from chatlab.lessons.l04_streaming.demos.two_lanes_run import Collecting, LaneRun, Streaming
from chatlab.testing import FixedClock

pytestmark = pytest.mark.anyio

REPLY = "One two three four."


async def test_both_are_over_together_and_one_had_text_at_once():
    collected, streamed = (
        LaneRun(kind, REPLY, 0.5, FixedClock()) for kind in (Collecting, Streaming)
    )
    await collected.read()
    await streamed.read()

    one, two = collected.snapshot(), streamed.snapshot()
    assert (one["first"], one["ended"], one["sent"]) == (2.5, 2.5, [[2.5, REPLY]])
    assert (two["first"], two["ended"], len(two["sent"])) == (0.5, 2.5, 5)
    assert one["made"] == two["made"] == [0.5, 1.0, 1.5, 2.0, 2.5]


@pytest.mark.parametrize(
    ("kind", "kept"),
    [(Collecting, None), (Streaming, {"text": "One two", "status": "incomplete"})],
)
async def test_stopped_midway_the_light_is_out_and_what_was_said_is_kept(kind, kept):
    lane = LaneRun(kind, REPLY, 0.5, FixedClock())

    await lane.read_until(1.2)

    seen = lane.snapshot()
    assert (seen["state"], seen["open"], seen["kept"]) == ("stopped", False, kept)


async def test_the_still_copy_is_the_same_each_time():
    assert await _fallback(REPLY) == await _fallback(REPLY)


async def test_the_browser_can_ask_and_stop_and_ask_again():
    race = _RaceDemo(REPLY)
    lights = []

    def stop_at_the_first_text(change):
        *_, streamed = change["new"]["lanes"]
        lights.append(streamed["open"])
        if streamed["sent"] and streamed["state"] == "running":
            race.on_message({"type": "stop"})

    race.widget.observe(stop_at_the_first_text, "frame")
    race.on_message({"type": "ask", "delay": 0.5})
    race.on_message({"type": "ask", "delay": 0.5})
    await asyncio.gather(*race.tasks)

    assert race.widget.frame["run"] == 1
    assert {one["state"] for one in race.widget.frame["lanes"]} == {"stopped"}
    assert (True in lights, lights[-1], race.widget.frame["running"]) == (True, False, False)

    race.widget.unobserve_all()
    await asyncio.sleep(0)
    race.on_message({"type": "ask", "delay": 0})
    await asyncio.gather(*race.tasks)

    assert {one["state"] for one in race.widget.frame["lanes"]} == {"completed"}
    assert (race.widget.frame["run"], race.widget.frame["delay"]) == (2, 0.05)
