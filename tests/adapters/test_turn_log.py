"""A log of one turn: readers with any cursor get exactly the rest."""

import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatlab import AssistantMessage, AssistantMessageItem, InvalidInput, ItemDone, ToolStatus
from chatlab.adapters.http.turn_log import TurnLog


def filled(script):
    """A log of these pieces and tools; a number is a tool, a text a piece of the open message."""
    log, events, message = TurnLog(), [], 1
    for seq, said in enumerate(script, start=1):
        if isinstance(said, str):
            event = AssistantMessage(content=said, item_id=f"msg_{message}", seq=seq)
        else:
            message += 1
            event = ToolStatus(tool=f"tool {said}", status="running", item_id="tool", seq=seq)
        log.put(event)
        events.append(event)
    return log, events


def read(log, cursor, until=None):
    found = []
    while event := log.next_after(cursor, until):
        found.append(event)
        cursor = event.seq
    return found


def pulled_apart(events):
    """What the events say, by item: text joined, whatever the pieces."""
    said = []
    for event in events:
        if isinstance(event, AssistantMessage):
            if said and isinstance(said[-1], tuple) and said[-1][0] == event.item_id:
                said[-1] = (event.item_id, said[-1][1] + event.content)
            else:
                said.append((event.item_id, event.content))
        else:
            said.append(event)
    return said


scripts = st.lists(st.text(max_size=5) | st.integers(0, 9), max_size=30)


@given(scripts, st.data())
def test_a_reader_gets_the_rest_from_any_cursor_and_nothing_twice(script, data):
    log, events = filled(script)
    cursor = data.draw(st.integers(0, len(events)))

    assert pulled_apart(read(log, cursor)) == pulled_apart(events[cursor:])


@given(scripts, st.data())
def test_a_part_can_be_read_as_if_nothing_had_come_after_it(script, data):
    log, events = filled(script)
    until = data.draw(st.integers(0, len(events)))
    cursor = data.draw(st.integers(0, until))

    assert pulled_apart(read(log, cursor, until)) == pulled_apart(events[cursor:until])


def test_pieces_that_wait_are_one_event_which_says_which_they_are():
    log, _ = filled(["Hel", "lo, ", "wörld"])

    assert read(log, 0) == [
        AssistantMessage(content="Hello, wörld", item_id="msg_1", seq=3, first_seq=1)
    ]
    assert read(log, 2) == [AssistantMessage(content="wörld", item_id="msg_1", seq=3)]
    assert read(log, 3) == []


def test_a_reader_far_behind_gets_long_text_in_several_events():
    log, events = filled(["x" * 999] * 100)
    found = read(log, 0)

    assert max(len(event.content) for event in found) <= 16_000
    assert pulled_apart(found) == pulled_apart(events)


def test_a_piece_longer_than_an_event_should_be_goes_out_whole():
    log, _events = filled(["a", "x" * 50_000, "b"])

    assert [event.content[0] for event in read(log, 0)] == ["a", "x", "b"]


def test_a_log_of_many_pieces_costs_little_more_than_its_text():
    log = TurnLog()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for seq in range(1, 10_001):
            log.put(AssistantMessage(content="word ", item_id="msg_1", seq=seq))
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert kept <= 2 * len("word ") * 10_000


def test_pieces_of_all_lengths_come_out_as_they_went_in_from_every_cursor():
    log, events = filled(["é" * (n % 7) for n in range(600)] + ["x" * 300, "y", "z" * 70_000, ""])

    for cursor in (0, 1, 254, 255, 256, 257, 511, 512, 599, 600, 601, 602, 603):
        assert pulled_apart(read(log, cursor)) == pulled_apart(events[cursor:])
        assert log.next_after(cursor, cursor + 1) == events[cursor]


def test_when_an_event_came_is_that_of_the_newest_tick_before_it(monkeypatch):
    now = [0.0]
    monkeypatch.setattr("chatlab.adapters.http.turn_log.time.monotonic", lambda: now[0])
    log = TurnLog()
    for seq, second in enumerate((0.5, 0.52, 0.54, 0.56, 2.0, 2.01), start=1):
        now[0] = second
        log.put(AssistantMessage(content="a", item_id="msg_1", seq=seq))
    now[0] = 2.02
    log.put(ToolStatus(tool="look_up", status="running", seq=7))

    assert [log.seconds(seq) for seq in range(1, 8)] == [0.5, 0.5, 0.5, 0.56, 2.0, 2.0, 2.02]


@pytest.mark.parametrize("cursor", [-1, 4])
def test_a_cursor_that_nobody_can_have_is_refused(cursor):
    log, _ = filled(["a", "b", "c"])

    with pytest.raises(InvalidInput, match="This turn has sent the events 1 to 3"):
        log.check(cursor)


def said(log, pieces, item_id="msg_1"):
    """The pieces go into the log, and that the message is done; gives the last event."""
    for content in pieces:
        log.put(AssistantMessage(content=content, item_id=item_id, seq=log.last_seq + 1))
    text, now = "".join(pieces), datetime.now(UTC)
    item = AssistantMessageItem(id=item_id, thread_id="thr_1", content=text, timestamp=now)
    done = ItemDone(item=item, item_id=item_id, seq=log.last_seq + 1)
    log.put(done)
    return done


@given(st.lists(st.text(max_size=5), min_size=1, max_size=5))
def test_what_is_done_comes_out_as_it_went_in(pieces):
    log = TurnLog()
    done = said(log, pieces)

    assert log.next_after(done.seq - 1) == done
    assert log.next_after(done.seq - 1, done.seq) == done


def test_what_is_done_and_was_not_said_just_before_is_kept_whole():
    log = TurnLog()
    log.put(AssistantMessage(content="other", item_id="msg_1", seq=1))
    log.put(ToolStatus(tool="look_up", status="running", seq=2))

    assert log.next_after(3) is None
    assert said(log, [], "msg_1").item.content == log.next_after(2).item.content == ""
    assert said(log, ["again"], "msg_2") == log.next_after(4)


def test_a_message_that_is_done_is_kept_once_and_one_byte_a_piece():
    log = TurnLog()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        said(log, [f"{n:<7} " for n in range(25_000)])
        kept = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

    assert kept <= 1.2 * (25_000 * 8)
