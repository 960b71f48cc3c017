"""The demo of lesson 03 shows what a turn really does: its ten stations, and the code's lines."""

import pytest

from chatlab import AssistantMessage, ChatKitServer, RequestContext
from chatlab.lessons.l03_first_respond.demos.swimlanes import draw_lifecycle
from chatlab.lessons.l03_first_respond.demos.turn_trace import respond_source, trace_turn

pytestmark = pytest.mark.anyio
ALICE = RequestContext(user_id="alice")


class Two(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content="You said: ")
        yield AssistantMessage(content=input.content if input else "nothing")


class Falls(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content="One moment")
        raise ValueError("no bread")


def stations(run):
    return [frame.station for frame in run.frames]


async def test_a_message_goes_through_ten_stations_and_leaves_two_items():
    run = await trace_turn(Two(), "a message", "Hello?", ALICE)
    assert stations(run) == [1, 2, 3, 4, 5, 6, 7, 8, 7, 8, 9, 10]
    assert [len(frame.items) for frame in run.frames] == [0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2]
    assert run.frames[-1].items == (("user", "Hello?"), ("assistant", "You said: Hello?"))
    assert run.frames[-1].wire[-1] == "ThreadUpdated"


async def test_the_next_message_finds_the_first_in_its_history():
    server = Two()
    first = await trace_turn(server, "a message", "Hello?", ALICE)
    second = await trace_turn(server, "one more", "Again", ALICE, first.thread_id)
    assert stations(second) == stations(first)
    assert second.thread_id == first.thread_id
    assert [frame.note for frame in second.frames if frame.station == 6] == [
        "The server calls your code: history has 2 items, input is “Again”."
    ]


async def test_without_a_message_no_item_is_made_of_it():
    run = await trace_turn(Two(), "None", None, ALICE)
    assert stations(run) == [1, 2, 3, 6, 7, 8, 7, 8, 9, 10]


async def test_each_yield_is_found_in_the_code():
    server = Two()
    run = await trace_turn(server, "a message", "Hello?", ALICE)
    lines = [frame.line for frame in run.frames if frame.station == 7]
    assert ["yield" in respond_source(server)[line] for line in lines] == [True, True]


async def test_a_turn_that_fails_is_shown_to_where_it_failed():
    run = await trace_turn(Falls(), "a message", "Toast?", ALICE)
    assert "Your code raises ValueError: no bread" in [frame.note for frame in run.frames]
    assert run.frames[-1].items == (("user", "Toast?"), ("assistant", "One moment"))
    assert 10 not in stations(run)


async def test_the_picture_of_a_turn_says_in_words_what_it_shows():
    picture = draw_lifecycle([("send", "client", "nothing"), ("<load>", "store", "nothing")])
    assert picture.text.splitlines()[0].split() == [
        *("1", "send", "client", "a", "crash", "leaves:", "nothing")
    ]
    assert "&lt;load&gt;" in picture.html
    assert "<load>" not in picture.html


@pytest.mark.parametrize("rows", [None, "send", [("send", "nobody", "nothing")], [1]])
async def test_what_is_no_turn_is_not_drawn(rows):
    assert "Fill in LIFECYCLE" in draw_lifecycle(rows).text
