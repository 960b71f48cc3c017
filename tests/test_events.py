"""What travels while a turn runs: frozen, strict, and the same after a trip through JSON."""

from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chatlab.errors import AgentError, InvalidInput
from chatlab.events import (
    AssistantMessage,
    ClientEffect,
    ErrorEvent,
    HiddenContext,
    ItemDone,
    ItemReplaced,
    Notice,
    RespondEvent,
    Task,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdate,
    ThreadUpdated,
    ToolStatus,
    Widget,
    event_adapter,
)
from chatlab.items import Text, ThreadMetadata, UserMessageItem

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
THREAD = ThreadMetadata(id="thr_1", user_id="alice", created_at=NINE, updated_at=NINE)
SAID = UserMessageItem(id="msg_1", thread_id="thr_1", content="hi", timestamp=NINE)
EXAMPLES: list[ThreadStreamEvent] = [
    AssistantMessage(content="hi"),
    ToolStatus(tool="add", status="running"),
    Widget(root=Text(value="hi")),
    Task(title="Export"),
    Notice(message="Looking", level="progress"),
    ClientEffect(name="open", data={"page": 2}),
    ThreadCreated(thread=THREAD),
    ThreadUpdated(thread=THREAD),
    ItemDone(item=SAID),
    ItemReplaced(item=SAID),
    ErrorEvent(code="server_error", message="Sorry."),
]

every_event = pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: event.type)

text = st.text(max_size=8)
json_values = st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=3)
json_objects = st.dictionaries(text, json_values, max_size=3)
statuses = st.sampled_from(["running", "completed", "failed"])
stamps = {"thread_id": text, "item_id": text, "seq": st.integers(0)}
threads = st.builds(
    ThreadMetadata,
    id=text,
    user_id=text,
    created_at=st.just(NINE),
    updated_at=st.datetimes(timezones=st.just(UTC)),
    title=st.none() | text,
    metadata=json_objects,
)
events = (
    st.builds(AssistantMessage, **stamps, content=text, first_seq=st.none() | st.integers(1))
    | st.builds(
        ToolStatus,
        **stamps,
        tool=text,
        status=statuses,
        detail=text,
        call_id=st.none() | text,
        arguments=st.none() | json_objects,
        output=json_values,
    )
    | st.builds(Widget, **stamps, root=st.builds(Text, value=text))
    | st.builds(Task, **stamps, title=text, status=statuses, progress=st.floats(0, 1))
    | st.builds(Notice, **stamps, message=text, title=st.none() | text)
    | st.builds(ClientEffect, **stamps, name=text, data=json_objects)
    | st.builds(ThreadCreated, **stamps, thread=threads)
    | st.builds(ThreadUpdated, **stamps, thread=threads)
    | st.builds(ItemDone, **stamps, item=st.just(SAID))
    | st.builds(ItemReplaced, **stamps, item=st.just(SAID))
    | st.builds(ErrorEvent, **stamps, code=text, message=text, allow_retry=st.booleans())
)


@given(events)
def test_an_event_is_the_same_after_a_trip_through_json(event: ThreadStreamEvent) -> None:
    again = event_adapter.validate_json(event_adapter.dump_json(event))

    assert again == event
    assert type(again) is type(event)


def test_there_is_an_example_of_every_kind_of_event() -> None:
    union, _ = get_args(ThreadStreamEvent)

    assert [type(event) for event in EXAMPLES] == list(get_args(union))


def test_respond_may_yield_what_goes_out_as_it_is_and_two_that_do_not() -> None:
    goes_out = set(map(type, EXAMPLES[:6]))

    assert goes_out | {ThreadUpdate, HiddenContext} == set(get_args(RespondEvent))


@every_event
def test_an_event_that_nobody_has_sent_has_no_stamps(event: ThreadStreamEvent) -> None:
    assert (event.thread_id, event.item_id, event.seq) == ("", "", 0)


@every_event
def test_nobody_changes_an_event(event: ThreadStreamEvent) -> None:
    for field in type(event).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(event, field, "changed")


@every_event
def test_a_misspelt_field_is_refused(event: ThreadStreamEvent) -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        event_adapter.validate_python({**event.model_dump(), "contents": "hi"})


def test_an_unknown_type_of_event_is_named_with_the_types_there_are() -> None:
    with pytest.raises(ValidationError) as caught:
        event_adapter.validate_python({"type": "typing"})

    sentence = str(caught.value)
    assert "'typing'" in sentence
    assert all(f"'{event.type}'" in sentence for event in EXAMPLES)


def test_an_event_without_a_type_is_refused_and_not_guessed() -> None:
    with pytest.raises(ValidationError, match="Unable to extract tag using discriminator 'type'"):
        event_adapter.validate_python({"content": "hi"})


@pytest.mark.parametrize(
    "make",
    [
        lambda: Task(title="Export", progress=1.1),
        lambda: Task(title="Export", progress=-0.1),
        lambda: Task(title="Export", progress=float("nan")),
        lambda: Task(title="Export", status="done"),
        lambda: ToolStatus(tool="add", status="done"),
        lambda: AssistantMessage(content=None),
        lambda: AssistantMessage("hi"),
    ],
)
def test_an_event_that_says_something_impossible_is_refused(make) -> None:
    with pytest.raises((ValidationError, TypeError)):
        make()


@pytest.mark.parametrize("error", [InvalidInput("name", "is \ud83d", ""), AgentError("\ud83d")])
def test_an_error_that_names_half_a_character_can_be_sent(error) -> None:
    event = ErrorEvent.from_exception(error)

    assert "?" in event.message
    assert event_adapter.validate_json(event.model_dump_json()) == event
