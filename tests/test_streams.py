"""The tools over streams: nothing lost, nothing overtaken, nothing left open."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from functools import wraps
from itertools import groupby

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hypothesis import given
from hypothesis import strategies as st

from chatlab import ChatKitServer, InvalidInput, RequestContext
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    Task,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdated,
    ToolStatus,
    Widget,
    event_adapter,
)
from chatlab.items import Text, ThreadMetadata, UserMessageItem
from chatlab.llm import ScriptedModel
from chatlab.streams import (
    Buffered,
    StreamPipe,
    TimedEvent,
    buffered,
    coalesce,
    sse_frame,
    timeline,
    to_sse,
)
from chatlab.testing import FixedClock, collect

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
NOON = FixedClock().now()


def piece(seq: int, content: str, item_id: str = "msg_1") -> AssistantMessage:
    return AssistantMessage(thread_id="thr_1", item_id=item_id, seq=seq, content=content)


def tool(seq: int) -> ToolStatus:
    return ToolStatus(thread_id="thr_1", item_id="tool_1", seq=seq, tool="add", status="running")


async def rounds(count: int) -> None:
    for _ in range(count):
        await checkpoint()


class Source:
    """A stream that knows how far it was read, and whether and by which task it was closed."""

    def __init__(self, *events: object, error: Exception | None = None) -> None:
        self.events = events
        self.error = error
        self.given = 0
        self.closed = 0
        self.same_task = True

    async def stream(self) -> AsyncIterator[ThreadStreamEvent]:
        task = asyncio.current_task()
        try:
            for event in self.events:
                self.given += 1
                yield event
            if self.error is not None:
                raise self.error
        finally:
            with anyio.CancelScope(shield=True):
                await rounds(5)
            self.closed += 1
            self.same_task = task is asyncio.current_task()


class Wire:
    """A stream that is no generator: it is open before anybody reads it, and after its end."""

    def __init__(self, *events: ThreadStreamEvent) -> None:
        self.events = list(events)
        self.closed = False

    def __aiter__(self) -> "Wire":
        return self

    async def __anext__(self) -> ThreadStreamEvent:
        if not self.events:
            raise StopAsyncIteration
        return self.events.pop(0)

    async def aclose(self) -> None:
        self.closed = True


class Silent(Wire):
    """Nothing ever comes."""

    async def __anext__(self) -> ThreadStreamEvent:
        return await asyncio.Event().wait()


class Failing(Wire):
    """Breaks at its end."""

    async def __anext__(self) -> ThreadStreamEvent:
        if not self.events:
            raise LookupError("theirs")
        return await super().__anext__()


TOOLS: dict[str, Callable[..., StreamPipe]] = {
    "buffered": lambda stream: buffered(stream, 2),
    "coalesce": lambda stream: coalesce(stream, 2),
    "to_sse": to_sse,
    "all three": lambda stream: to_sse(coalesce(buffered(stream, 2), 2)),
}


def every_tool(test: Callable) -> Callable:
    """Run the test with each tool in turn, and see that no task outlives it."""

    @wraps(test)
    async def and_no_task_is_left(through: Callable[..., StreamPipe]) -> None:
        before = asyncio.all_tasks()
        await test(through)
        await rounds(3)
        assert asyncio.all_tasks() == before

    return pytest.mark.parametrize("through", TOOLS.values(), ids=TOOLS)(and_no_task_is_left)


def many() -> Source:
    return Source(*(tool(seq) for seq in range(1, 101)))


@every_tool
async def test_a_stream_that_was_read_to_its_end_is_closed(through) -> None:
    source = many()

    assert len(await collect(through(source.stream()))) == 100
    assert (source.given, source.closed, source.same_task) == (100, 1, True)


@every_tool
async def test_a_stream_that_does_not_close_itself_is_closed_at_its_end(through) -> None:
    wire = Wire(tool(1), tool(2))

    assert len(await collect(through(wire))) == 2
    assert wire.closed


@every_tool
async def test_leaving_the_block_midway_closes_the_stream_behind_it(through) -> None:
    source = many()
    async with through(source.stream()) as events:
        async for _ in events:
            break
        assert source.closed == 0

    assert (source.closed, source.same_task) == (1, True)


@every_tool
async def test_aclose_midway_closes_the_stream_before_it_returns(through) -> None:
    source = many()
    events = through(source.stream())
    await anext(events)

    await events.aclose()

    assert (source.closed, source.same_task) == (1, True)
    assert await collect(events) == []


@every_tool
async def test_closing_twice_is_closing_once(through) -> None:
    source = many()
    events = through(source.stream())
    await anext(events)

    await events.aclose()
    await events.aclose()

    assert source.closed == 1


@every_tool
async def test_what_was_never_read_is_closed_too(through) -> None:
    wire = Wire(tool(1))
    async with through(wire):
        pass

    assert wire.closed
    assert wire.events == [tool(1)]


@every_tool
async def test_a_stream_that_was_begun_elsewhere_is_closed_too(through) -> None:
    source = many()
    begun = source.stream()
    await anext(begun)

    await through(begun).aclose()

    assert source.closed == 1


@every_tool
async def test_a_break_without_a_block_closes_the_stream_soon(through) -> None:
    source = many()
    stream = source.stream()
    async for _ in through(stream):
        break
    gc.collect()
    await rounds(20)

    assert source.closed == 1


@every_tool
async def test_an_exception_in_the_block_closes_the_stream_and_goes_on(through) -> None:
    source = many()

    async def read_and_fail() -> None:
        async with through(source.stream()) as events:
            await anext(events)
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await read_and_fail()

    assert source.closed == 1


@every_tool
async def test_a_reader_who_is_cancelled_while_it_works_closes_the_stream(through) -> None:
    source = many()
    with anyio.CancelScope() as scope:
        async with through(source.stream()) as events:
            async for _ in events:
                scope.cancel()
                await checkpoint()

    assert scope.cancelled_caught
    assert source.closed == 1


@every_tool
async def test_a_reader_who_is_cancelled_while_it_waits_closes_the_stream(through) -> None:
    closed: list[str] = []

    async def silent() -> AsyncIterator[ThreadStreamEvent]:
        try:
            yield piece(1, "Hm")
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await checkpoint()
            closed.append("closed")

    reader = asyncio.create_task(collect(through(silent())))
    await rounds(20)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert closed == ["closed"]


@pytest.mark.parametrize("tool", [buffered, coalesce])
async def test_a_reader_who_is_cancelled_twice_leaves_nothing_running_behind(tool) -> None:
    closed: list[str] = []

    async def slow_to_close() -> AsyncIterator[ThreadStreamEvent]:
        try:
            yield piece(1, "Hm")
            await anyio.sleep_forever()
        finally:
            await rounds(5)
            closed.append("closed")

    async def read() -> None:
        async with tool(slow_to_close(), 2) as events:
            await collect(events)

    before = asyncio.all_tasks()
    reader = asyncio.create_task(read())
    await rounds(20)
    reader.cancel()
    await rounds(2)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader

    assert closed == ["closed"]
    assert asyncio.all_tasks() == before


@every_tool
async def test_a_reader_who_was_cancelled_before_it_began_closes_the_stream(through) -> None:
    wire = Wire(tool(1), tool(2))
    with anyio.CancelScope() as scope:
        scope.cancel()
        async with through(wire) as events:
            await checkpoint()
            await anext(events)

    assert wire.closed


@every_tool
async def test_a_reader_who_is_cancelled_in_its_very_first_step_closes_the_stream(through) -> None:
    wire = Silent()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await collect(through(wire))

    assert wire.closed


@every_tool
async def test_what_the_stream_raises_comes_after_its_events(through) -> None:
    source = Source(piece(1, "a"), tool(2), error=LookupError("theirs"))
    events = through(source.stream())
    await anext(events)
    await anext(events)
    with pytest.raises(LookupError, match="theirs"):
        await anext(events)

    assert source.closed == 1


@every_tool
async def test_what_goes_wrong_while_the_stream_is_closed_is_raised(through) -> None:
    async def stubborn() -> AsyncIterator[ThreadStreamEvent]:
        try:
            while True:
                yield tool(1)
                await checkpoint()
        finally:
            raise LookupError("could not hang up")

    events = through(stubborn())
    await anext(events)

    with pytest.raises(LookupError, match="could not hang up"):
        await events.aclose()


@every_tool
async def test_a_stream_with_a_cancel_scope_around_its_yields_can_be_left(through) -> None:
    async def with_a_time_limit() -> AsyncIterator[ThreadStreamEvent]:
        with anyio.fail_after(60):
            while True:
                yield tool(1)
                await checkpoint()

    async with through(with_a_time_limit()) as events:
        await anext(events)


@every_tool
async def test_a_generator_that_yields_inside_the_block_can_be_left_by_break(through) -> None:
    source = many()

    async def respond() -> AsyncIterator[object]:
        async with through(source.stream()) as events:
            async for event in events:
                yield event

    async for _ in respond():
        break
    gc.collect()
    await rounds(30)

    assert source.closed == 1


@every_tool
async def test_stopping_a_turn_through_a_tool_keeps_what_was_said_as_incomplete(through) -> None:
    clock = FixedClock()
    model = ScriptedModel("One two three four five six seven", clock=clock)

    class Assistant(ChatKitServer):
        async def respond(self, thread, input, context):
            async for token in model.stream(input.content):
                yield AssistantMessage(content=token)

    server = Assistant(clock=clock)
    turn = server.send("Count", ALICE)
    async with through(turn) as events:
        for _ in range(4):
            await anext(events)

    assert turn.state == "stopped"
    gc.collect()
    await rounds(5)
    assert model.open_connections == 0
    items = (await server.thread(turn.thread_id, ALICE)).items.data
    assert [(item.role, item.status) for item in items] == [
        ("user", "completed"),
        ("assistant", "incomplete"),
    ]
    assert items[1].content
    assert "One two three four five six seven".startswith(items[1].content)


@pytest.mark.parametrize("tool_name", ["buffered", "coalesce"])
async def test_an_error_behind_the_point_where_the_reader_left_is_nobodys(tool_name) -> None:
    source = Source(tool(1), tool(2), error=LookupError("unseen"))
    async with TOOLS[tool_name](source.stream()) as events:
        await anext(events)
        await rounds(10)
        assert source.closed == 1


@pytest.mark.parametrize("tool_name", ["buffered", "coalesce"])
async def test_a_stream_that_swallows_its_cancellation_is_closed_all_the_same(tool_name) -> None:
    swallowed = 0

    async def deaf() -> AsyncIterator[ThreadStreamEvent]:
        nonlocal swallowed
        while True:
            yield tool(1)
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed += 1

    async with TOOLS[tool_name](deaf()) as events:
        await anext(events)
        await rounds(5)

    assert swallowed == 1


@pytest.mark.parametrize("tool_name", ["buffered", "coalesce"])
async def test_a_stream_that_is_cancelled_from_inside_ends_its_reader(tool_name) -> None:
    async def gives_up() -> AsyncIterator[ThreadStreamEvent]:
        yield tool(1)
        raise asyncio.CancelledError

    events = TOOLS[tool_name](gives_up())
    assert await anext(events) == tool(1)
    with pytest.raises(asyncio.CancelledError):
        await anext(events)


@pytest.mark.parametrize("tool_name", ["buffered", "coalesce"])
@pytest.mark.parametrize("max_pending", [0, -1])
def test_a_buffer_without_room_is_refused(tool_name: str, max_pending: int) -> None:
    make = {"buffered": buffered, "coalesce": coalesce}[tool_name]
    with pytest.raises(InvalidInput, match=f"max_pending is {max_pending}"):
        make(Source().stream(), max_pending)


@pytest.mark.parametrize("make", [buffered, coalesce, lambda stream, _: to_sse(stream)])
def test_what_is_no_stream_is_refused_at_once(make) -> None:
    with pytest.raises(TypeError, match="list"):
        make([piece(1, "a")], 2)


schedules = st.lists(st.integers(0, 4), min_size=1, max_size=12)


async def observe(
    make: Callable[..., Buffered], events: list, max_pending: int, waits: tuple[list, list]
) -> list[tuple[int, ThreadStreamEvent]]:
    """Read at one pace what comes at another: each event, and how far the source was by then.

    On the way it is seen that no more than `max_pending` events ever wait.
    """
    fetched = 0
    ours, theirs = waits

    async def source() -> AsyncIterator[ThreadStreamEvent]:
        nonlocal fetched
        for at, event in enumerate(events):
            await rounds(theirs[at % len(theirs)])
            assert pipe.pending <= max_pending
            fetched += 1
            yield event

    pipe = make(source(), max_pending)
    seen: list[tuple[int, ThreadStreamEvent]] = []
    async with pipe:
        async for event in pipe:
            seen.append((fetched, event))
            for _ in range(ours[len(seen) % len(ours)]):
                await checkpoint()
                assert pipe.pending <= max_pending
    return seen


@given(st.integers(0, 30), st.integers(1, 5), schedules, schedules)
async def test_buffered_gives_every_event_in_order_and_is_never_too_far_ahead(
    count: int, max_pending: int, ours: list[int], theirs: list[int]
) -> None:
    events = [piece(seq, "x") for seq in range(1, count + 1)]

    seen = await observe(buffered, events, max_pending, (ours, theirs))

    assert [event for _, event in seen] == events
    assert all(fetched - at <= max_pending + 1 for at, (fetched, _) in enumerate(seen))


async def test_buffered_lets_the_stream_run_ahead_as_far_as_there_is_room() -> None:
    source = many()
    async with buffered(source.stream(), 3) as events:
        assert (await anext(events)).seq == 1
        await rounds(20)
        assert (events.pending, source.given) == (3, 5)


def message_of(event: ThreadStreamEvent) -> object:
    """Equal for neighbours that may merge; every event that may not is its own."""
    return event.item_id if isinstance(event, AssistantMessage) else id(event)


def merged_wholly(events: list[ThreadStreamEvent]) -> list[list[ThreadStreamEvent]]:
    return [list(run) for _, run in groupby(events, key=message_of)]


def event_of(seq: int, kind: str, content: str) -> ThreadStreamEvent:
    stamps = {"thread_id": "thr_1", "seq": seq}
    match kind:
        case "tool":
            return ToolStatus(item_id="tool_1", tool="add", status="running", **stamps)
        case "job":
            return Task(item_id="job_1", title="Export", **stamps)
        case "widget":
            return Widget(item_id="wdg_1", root=Text(value="Hi"), **stamps)
        case message:
            return AssistantMessage(item_id=message, content=content, **stamps)


kinds = st.sampled_from(["msg_a", "msg_a", "msg_a", "msg_b", "tool", "job", "widget"])
turns = st.lists(st.tuples(kinds, st.sampled_from(["", "a", "b c", "é"])), max_size=40).map(
    lambda made: [event_of(at, *what) for at, what in enumerate(made, start=1)]
)
"""Stamped events of two messages, tools, jobs and widgets, in any order."""


@given(turns, st.integers(1, 5), schedules, schedules)
async def test_coalesce_loses_nothing_keeps_the_order_and_merges_only_one_messages_pieces(
    events: list[ThreadStreamEvent], max_pending: int, ours: list[int], theirs: list[int]
) -> None:
    seen = await observe(coalesce, events, max_pending, (ours, theirs))

    last = 0
    for fetched, event in seen:
        first = getattr(event, "first_seq", None) or event.seq
        assert first == last + 1
        run = events[first - 1 : event.seq]
        if len(run) == 1:
            assert event is run[0]
        else:
            assert len(merged_wholly(run)) == 1
            content = "".join(part.content for part in run)
            stamps = {"content": content, "first_seq": first}
            assert event == run[-1].model_copy(update=stamps)
        ahead = merged_wholly(events[last:fetched])
        assert len(ahead) <= max_pending + 2, "those that wait, one in hand, and this one"
        last = event.seq
    assert last == len(events)


async def read_late(pipe: Buffered) -> list[ThreadStreamEvent]:
    """Take the first event as soon as it comes, and the others when they are all there."""
    async with pipe as events:
        first = await anext(events)
        await rounds(100)
        return [first, *await collect(events)]


@given(turns.filter(bool))
async def test_coalesce_merges_all_that_can_be_merged_for_a_reader_who_comes_late(
    events: list[ThreadStreamEvent],
) -> None:
    seen = await read_late(coalesce(Source(*events).stream(), max_pending=len(events)))

    runs = merged_wholly(events[1:])
    assert [event.seq for event in seen] == [1, *(run[-1].seq for run in runs)]


async def test_coalesce_gives_a_quick_reader_every_piece_as_it_comes() -> None:
    events = [piece(seq, "word ") for seq in range(1, 6)]

    assert await collect(coalesce(Source(*events).stream(), 3)) == events


async def test_coalesce_when_full_holds_one_event_in_hand_and_stops_asking() -> None:
    source = Source(tool(1), piece(2, "a"), piece(3, "b"), tool(4), piece(5, "c"), tool(6))
    async with coalesce(source.stream(), 2) as events:
        assert await anext(events) == tool(1)
        await rounds(20)
        assert (events.pending, source.given) == (2, 5)
        merged = await anext(events)
        assert (merged.content, merged.first_seq, merged.seq) == ("ab", 2, 3)


async def test_coalesce_merges_what_was_merged_before() -> None:
    early = AssistantMessage(item_id="msg_1", seq=3, first_seq=1, content="abc")
    late = AssistantMessage(item_id="msg_1", seq=5, first_seq=4, content="de")

    seen = await read_late(coalesce(Source(tool(0), early, late).stream(), 9))

    assert seen[1:] == [AssistantMessage(item_id="msg_1", seq=5, first_seq=1, content="abcde")]


async def test_coalesce_keeps_two_messages_apart_where_the_first_one_ends() -> None:
    pieces = [("O", False), ("ne", True), ("Two", True), ("Th", False), ("ree", False)]
    events = [AssistantMessage(content=content, end=end) for content, end in pieces]

    seen = await read_late(coalesce(Source(tool(0), *events).stream(), 9))

    assert [event.content for event in seen[1:]] == ["One", "Two", "Three"]


async def test_coalesce_of_events_without_stamps_makes_no_stamps_up() -> None:
    pieces = [AssistantMessage(content=text) for text in ("a", "b", "c")]

    seen = await read_late(coalesce(Source(*pieces).stream(), 9))

    assert seen == [AssistantMessage(content="a"), AssistantMessage(content="bc")]


async def test_coalesce_keeps_every_copy_of_an_object_that_is_yielded_again() -> None:
    ha = AssistantMessage(content="ha")

    seen = await read_late(coalesce(Source(ha, ha, ha, ha).stream(), 9))

    assert [event.content for event in seen] == ["ha", "hahaha"]


async def test_an_endless_stream_that_never_waits_lets_its_reader_run() -> None:
    async def endless() -> AsyncIterator[ThreadStreamEvent]:
        while True:
            yield piece(1, "x")

    async with coalesce(endless(), 2) as events:
        assert [(await anext(events)).content for _ in range(3)] == ["x", "x", "x"]


async def test_timeline_says_when_each_event_came_counted_from_the_first_wait() -> None:
    clock = FixedClock()
    await clock.sleep(100)
    model = ScriptedModel("a b c", tokens_per_second=4, clock=clock)

    assert await timeline(model.stream(""), clock) == [
        TimedEvent(0.25, "a"),
        TimedEvent(0.5, " b"),
        TimedEvent(0.75, " c"),
    ]


async def test_timeline_of_a_turn_shows_text_while_the_model_still_speaks() -> None:
    clock = FixedClock()

    class Assistant(ChatKitServer):
        async def respond(self, thread, input, context):
            async for token in ScriptedModel("a b", 2, clock=clock).stream(""):
                yield AssistantMessage(content=token)

    moments = await timeline(Assistant(clock=clock).send("hi", ALICE), clock)

    assert [(moment.seconds, moment.event.type) for moment in moments] == [
        (0, "thread_created"),
        (0, "item_done"),
        (0.5, "assistant_message"),
        (1.0, "assistant_message"),
        (1.0, "item_done"),
        (1.0, "thread_updated"),
    ]


async def test_timeline_raises_what_the_stream_raises_and_closes_it() -> None:
    wire = Failing(tool(1))
    with pytest.raises(LookupError, match="theirs"):
        await timeline(wire)

    assert wire.closed


def read_back(text: str) -> list[tuple[str, str, str]]:
    """Every (event, data, last event id), by the steps of the HTML standard, section 9.2.6."""
    out: list[tuple[str, str, str]] = []
    kind, data, last_id = "", "", ""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    *lines, rest = text.split("\n")
    assert rest == "", "a frame ends in a line end"
    for line in lines:
        name, colon, value = line.partition(":")
        value = value.removeprefix(" ")
        if line == "":
            if data != "":
                out.append((kind or "message", data.removesuffix("\n"), last_id))
            kind, data = "", ""
        elif colon and name == "":
            continue
        elif name == "event":
            kind = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value
    assert (kind, data) == ("", ""), "every frame was dispatched"
    return out


def one_line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


lines_of_text = st.text(
    st.sampled_from("ab: \n\r\u2028\u2029\x0b\x0c\x1c\x85\ufeff\0é") | st.characters(codec="utf-8")
)
one_line = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))


@given(st.lists(st.tuples(lines_of_text, st.none() | one_line, st.none() | one_line)))
def test_an_independent_reader_gets_every_frame_back(
    frames: list[tuple[str, str | None, str | None]],
) -> None:
    sent = "".join(sse_frame(data, event, id) for data, event, id in frames)

    expected, last_id = [], ""
    for data, event, id in frames:
        last_id = last_id if id is None else id
        expected.append((event or "message", one_line_ends(data), last_id))
    assert read_back(sent) == expected


def test_a_frame_is_its_fields_and_an_empty_line() -> None:
    assert sse_frame("one\ntwo", event="note", id="7") == (
        "id: 7\nevent: note\ndata: one\ndata: two\n\n"
    )


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_begins_a_new_data_line(line_end: str) -> None:
    assert sse_frame(f"one{line_end}{line_end}two") == "data: one\ndata: \ndata: two\n\n"


def test_empty_data_is_one_empty_data_line_since_a_frame_without_any_is_not_seen() -> None:
    assert sse_frame("") == "data: \n\n"
    assert read_back(sse_frame("")) == [("message", "", "")]


@pytest.mark.parametrize(
    ("event", "id"), [("a\nb", None), ("a\rb", None), (None, "1\n2"), (None, "1\r"), (None, "1\0")]
)
def test_a_name_or_an_id_that_would_break_the_frame_is_refused(event, id) -> None:
    with pytest.raises(InvalidInput, match=r"^(event|id) is '.*'\. It has to be one line"):
        sse_frame("data", event, id)


async def test_every_kind_of_event_comes_back_from_its_frame() -> None:
    thread = ThreadMetadata(id="thr_1", user_id="alice", created_at=NOON, updated_at=NOON)
    said = UserMessageItem(id="msg_1", thread_id="thr_1", content="hi\r\nthere", timestamp=NOON)
    events = [
        ThreadCreated(thread=thread, seq=1),
        ItemDone(item=said, seq=2),
        AssistantMessage(content="two\nlines \u2028", seq=4, first_seq=3),
        tool(5),
        Widget(root=Text(value="Hi"), seq=6),
        Task(title="Export", progress=0.5, seq=7),
        ErrorEvent(code="server_error", message="Sorry.", seq=8),
        ThreadUpdated(thread=thread, seq=9),
    ]

    frames = await collect(to_sse(Source(*events).stream()))

    read = read_back(b"".join(frames).decode())
    assert [event_adapter.validate_json(data) for _, data, _ in read] == events
    assert [(kind, id) for kind, _, id in read] == [(e.type, str(e.seq)) for e in events]
    assert len(frames) == len(events)


async def test_an_event_without_a_number_travels_without_an_id() -> None:
    [frame] = await collect(to_sse(Source(AssistantMessage(content="hi")).stream()))

    assert frame.startswith(b"event: assistant_message\ndata: {")
