"""The plug of lesson 11: a real server, a real line, and every word of the reply."""

import asyncio
from functools import partial

import pytest

from chatlab.adapters.http import create_app
from chatlab.lessons.l11_ship_it.demos.pull_the_plug import (
    _BACK_AFTER_PIECES,
    _CUT_AFTER_PIECES,
    _fallback,
    _PullThePlugDemo,
)
from chatlab.lessons.l11_ship_it.demos.pull_the_plug_client import REPLY

pytestmark = pytest.mark.anyio

served = partial(create_app, chatkit=False)


async def frame_with(socket, wanted):
    """Wait until the browser is shown what is wanted."""
    found = asyncio.get_running_loop().create_future()

    def look(change):
        if wanted(change["new"]) and not found.done():
            found.set_result(change["new"])

    socket.widget.observe(look, "frame")
    look({"new": socket.widget.frame})
    try:
        return await asyncio.wait_for(found, 120)
    finally:
        socket.widget.unobserve(look, "frame")


def said(rows):
    return "".join(row[3] for row in rows)


def pieces(rows):
    return sum(last - first + 1 for first, last, kind, *_ in rows if kind == "assistant_message")


async def test_pulled_and_put_in_again_the_cursor_finds_every_word():
    socket = _PullThePlugDemo(served)

    socket.on_message({"type": "ask", "pause": 0.02})
    await frame_with(socket, lambda frame: pieces(frame.get("heard", ())) >= 5)
    socket.on_message({"type": "pull"})
    out = await frame_with(socket, lambda frame: not frame["plugged"])
    on = await frame_with(socket, lambda frame: pieces(frame["log"]) > pieces(out["log"]) + 3)
    socket.on_message({"type": "plug in", "way": "cursor"})
    end = await frame_with(socket, lambda frame: frame["over"] and not frame["running"])
    await socket._task

    assert on["heard"] == out["heard"]
    assert (end["asked"], end["run"]) == ([0, out["cursor"]], 1)
    assert said(end["heard"]) == said(end["log"]) == REPLY


async def test_the_still_copy_shows_what_each_way_back_costs_and_is_the_same_each_time():
    once = await _fallback(served)

    assert once == await _fallback(served)
    plain = once["text/plain"]
    assert "Every word, once." in plain
    assert "characters came twice." in plain
    assert "characters are lost." in plain
    assert f"cursor={_CUT_AFTER_PIECES + 2}" in plain
    assert f"cursor={_BACK_AFTER_PIECES + 2}" in plain
