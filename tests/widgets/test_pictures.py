"""Pictures of a turn: when its events came, and who sent what to whom."""

import re
from xml.etree import ElementTree as ET

import pytest

from chatlab import (
    AssistantMessage,
    Card,
    ChatKitServer,
    RequestContext,
    Task,
    ToolStatus,
    Widget,
    streams,
)
from chatlab.errors import InvalidInput
from chatlab.testing import CountingIds, FixedClock, collect
from chatlab.widgets import lifecycle, timeline

pytestmark = pytest.mark.anyio
ALICE = RequestContext(user_id="alice")


class Busy(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Welcome")
            return
        yield ToolStatus(tool="a_tool_with_<a>_long_name", status="running", detail="; #1 <b>")
        await self.clock.sleep(2)
        yield ToolStatus(tool="a_tool_with_<a>_long_name", status="failed", detail="no disk")
        for piece in ("It ", "did ", "not."):
            yield AssistantMessage(content=piece)
            await self.clock.sleep(1)
        yield Task(title="export", progress=1, status="completed")
        yield Widget(root=Card(title="Again?", children=()))
        raise OSError(input.content)


def busy():
    return Busy(clock=FixedClock(), new_id=CountingIds())


async def moments_of(server, message):
    return await streams.timeline(server.send(message, ALICE), server.clock)


async def test_the_streamed_answer_begins_long_before_the_other_one():
    picture = timeline(await moments_of(busy(), "Go"))

    assert picture.text.splitlines() == [
        "request/response:     first words: 5.0 s",
        "streamed:             first words: 2.0 s",
        "a_tool_with_<a>_lon…: failed: 2.0 s",
        "export:               completed: 5.0 s",
        "widget:               to click: 5.0 s",
        "error:                over: 5.0 s",
        "from the server:      6 events",
        "",
        "0.0 s  thread_created",
        "0.0 s  item_done",
        "0.0 s  tool_status",
        "2.0 s  tool_status",
        "2.0 s  item_done",
        "2.0 s to 4.0 s  3 assistant_message",
        "5.0 s  item_done",
        "5.0 s  task",
        "5.0 s  item_done",
        "5.0 s  widget",
        "5.0 s  item_done",
        "5.0 s  error",
    ]


async def test_the_picture_says_in_words_what_it_shows_and_is_the_same_each_time():
    picture = timeline(await moments_of(busy(), "Go"))

    drawn = ET.fromstring(picture.html)
    assert drawn.get("role") == "img"
    for line in picture.text.splitlines()[:7]:
        name, _, note = line.partition(":")
        assert f"{name}: {note.strip()}" in (drawn.get("aria-label") or "")
    assert picture == timeline(await moments_of(busy(), "Go"))


async def test_a_turn_without_a_word_and_without_time_is_drawn_too():
    clock = FixedClock()

    class Silent(ChatKitServer):
        async def respond(self, thread, input, context):
            return
            yield

    picture = timeline(await streams.timeline(Silent(clock=clock).send(None, ALICE), clock))
    assert "request/response: over: 0.0 s" in picture.text
    assert "streamed" not in picture.text
    with pytest.raises(InvalidInput, match="Read a stream"):
        timeline([])


async def test_a_turns_diagram_shows_who_sends_what_to_whom():
    server = busy()
    diagram = lifecycle(await collect(server.send("Go", ALICE)))

    assert [re.sub(" +", " ", line) for line in diagram.text.splitlines()] == [
        "client → server send “Go”",
        "server → store save the thread",
        "server → store append msg_1, the question: completed",
        "server → your code call respond(thread, input, context)",
        "your code → server yield ToolStatus",
        "server → client ToolStatus running ; #1 <b>",
        "your code → server yield ToolStatus",
        "server → client ToolStatus failed no disk",
        "server → store append tool_1, what a tool did: completed",
        "your code → server yield 3 pieces, one by one",
        "server → client “It did not.”",
        "server → store append msg_2, the answer: completed",
        "your code → server yield Task",
        "server → client Task completed export",
        "server → store append job_1, what a tool did: completed",
        "your code → server yield Widget",
        "server → client Widget",
        "server → store append wdg_1, the answer: completed",
        "server → client error: Something went wrong while answering…",
    ]
    assert "ToolStatus running ; #1 &lt;b&gt;" in diagram.html
    assert "<b>" not in diagram.html
    assert diagram.html.count('paint-order="stroke"') == 19  # no label is struck through


async def test_an_opened_chat_has_no_question_and_a_thread_shows_its_items():
    server = busy()
    turn = server.send(None, ALICE)
    opened = lifecycle(await collect(turn))
    kept = lifecycle(await server.thread(turn.thread_id, ALICE))

    assert [re.sub(" +", " ", line) for line in opened.text.splitlines()][:4] == [
        "client → server open the chat",
        "server → store save the thread",
        "server → your code call respond(thread, input, context)",
        "your code → server yield a piece",
    ]
    assert [re.sub(" +", " ", line) for line in kept.text.splitlines()] == [
        "server → client Welcome",
        "server → store msg_2: assistant, completed",
    ]
    assert ">store<" in kept.html
    assert ">your code<" not in kept.html


def test_a_turn_that_has_not_begun_is_a_diagram_too():
    assert lifecycle([]).text == "client    → server     open the chat"
