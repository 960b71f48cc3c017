"""What conversations are made of: frozen, strict, and the same after a trip through JSON."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chatlab.items import (
    Action,
    AssistantMessageItem,
    Button,
    Card,
    Form,
    HiddenContextItem,
    Input,
    Page,
    Row,
    Select,
    TaskItem,
    Text,
    Thread,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
    VisibleItem,
    WidgetItem,
    thread_item_adapter,
)

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
SAID = {"id": "msg_1", "thread_id": "thr_1", "content": "hi", "timestamp": NINE}
CLICK = Action(type="task.complete", payload={"id": 42})
EXAMPLES: list[ThreadItem] = [
    UserMessageItem(**SAID),
    AssistantMessageItem(**SAID),
    ToolItem(**SAID, tool="add", call_id="call_1"),
    WidgetItem(**SAID, widget=Button(label="Done", action=CLICK)),
    TaskItem(**SAID, title="Export"),
    HiddenContextItem(**SAID),
]
THREAD = ThreadMetadata(id="thr_1", user_id="alice", created_at=NINE, updated_at=NINE)

every_item = pytest.mark.parametrize("item", EXAMPLES, ids=lambda item: item.type)


text = st.text(max_size=8)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
json_objects = st.dictionaries(text, json_values, max_size=3)
fractions = st.floats(0, 1)

actions = st.builds(Action, type=text, payload=json_objects)
widgets = st.recursive(
    st.builds(Text, value=text)
    | st.builds(Button, label=text, action=actions)
    | st.builds(Input, name=text, label=text, value=text, required=st.booleans())
    | st.builds(
        Select, name=text, options=st.lists(text).map(tuple), label=text, value=st.none() | text
    ),
    lambda inner: (
        st.builds(Row, children=st.lists(inner, max_size=3).map(tuple))
        | st.builds(Card, children=st.lists(inner, max_size=3).map(tuple), title=st.none() | text)
        | st.builds(
            Form, children=st.lists(inner, max_size=3).map(tuple), action=actions, submit=text
        )
    ),
    max_leaves=6,
)

outcomes = st.sampled_from([None, "completed", "failed"])
said_things = {
    "id": text,
    "thread_id": text,
    "content": text,
    "timestamp": st.datetimes(timezones=st.just(UTC)),
    "status": st.sampled_from(["completed", "incomplete"]),
}
items = (
    st.builds(UserMessageItem, **said_things)
    | st.builds(AssistantMessageItem, **said_things)
    | st.builds(
        ToolItem,
        **said_things,
        tool=text,
        call_id=text,
        arguments=json_objects,
        output=json_values,
        outcome=outcomes,
    )
    | st.builds(WidgetItem, **said_things, widget=widgets)
    | st.builds(HiddenContextItem, **said_things)
    | st.builds(TaskItem, **said_things, title=text, outcome=outcomes, progress=fractions)
)


def test_there_is_an_example_of_every_kind_of_item() -> None:
    union, _ = get_args(ThreadItem)
    visible, _ = get_args(VisibleItem)

    assert {type(item) for item in EXAMPLES} == set(get_args(union))
    assert set(get_args(union)) - set(get_args(visible)) == {HiddenContextItem}


@given(items)
def test_an_item_is_the_same_after_a_trip_through_json(item: ThreadItem) -> None:
    again = thread_item_adapter.validate_json(thread_item_adapter.dump_json(item))

    assert again == item
    assert type(again) is type(item)


@given(widgets)
def test_a_widget_is_the_same_after_a_trip_through_json(widget) -> None:
    item = WidgetItem(**SAID, widget=widget)

    assert thread_item_adapter.validate_json(item.model_dump_json()) == item


@pytest.mark.parametrize(
    ("item", "role", "type_"),
    [
        (EXAMPLES[0], "user", "user_message"),
        (EXAMPLES[1], "assistant", "assistant_message"),
        (EXAMPLES[2], "tool", "tool"),
        (EXAMPLES[3], "assistant", "widget"),
        (EXAMPLES[4], "tool", "task"),
    ],
)
def test_an_item_has_a_role_for_the_model_and_a_type_for_the_program(
    item: ThreadItem, role: str, type_: str
) -> None:
    document = json.loads(item.model_dump_json())

    assert (document["role"], document["type"]) == (role, type_)
    assert (document["status"], document["timestamp"]) == ("completed", "2026-01-05T09:00:00Z")


@every_item
def test_nobody_changes_an_item(item: ThreadItem) -> None:
    for field in type(item).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(item, field, "changed")


@every_item
@pytest.mark.parametrize(
    "wrong",
    [
        {"timestamp": "2026-01-05T09:00:00"},
        {"status": "running"},
        {"role": "narrator"},
        {"contents": "a misspelt field"},
        {"content": None},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_item_that_says_something_impossible_is_refused(
    item: ThreadItem, wrong: dict[str, object]
) -> None:
    [field] = wrong
    with pytest.raises(ValidationError, match=field):
        thread_item_adapter.validate_python({**item.model_dump(), **wrong})


@pytest.mark.parametrize("progress", [-0.1, 1.1, float("nan"), float("inf")])
def test_progress_runs_from_0_to_1(progress: float) -> None:
    with pytest.raises(ValidationError, match="progress"):
        TaskItem(**SAID, title="Export", progress=progress)


def test_an_unknown_type_of_item_is_named_with_the_types_there_are() -> None:
    with pytest.raises(ValidationError) as caught:
        thread_item_adapter.validate_python({**SAID, "type": "image"})

    sentence = str(caught.value)
    assert "'image'" in sentence
    assert all(f"'{item.type}'" in sentence for item in EXAMPLES)


def test_an_item_without_a_type_is_refused_and_not_guessed() -> None:
    document = {
        field: value for field, value in EXAMPLES[0].model_dump().items() if field != "type"
    }

    with pytest.raises(ValidationError, match="Unable to extract tag using discriminator 'type'"):
        thread_item_adapter.validate_python(document)


def test_an_error_deep_in_a_widget_says_where_it_is() -> None:
    document = EXAMPLES[3].model_dump() | {
        "widget": {"type": "card", "children": [{"type": "text", "value": "a"}, {"type": "link"}]}
    }

    with pytest.raises(ValidationError, match=r"widget\.card\.children\.1\n.*'link'"):
        thread_item_adapter.validate_python(document)


def test_data_of_one_item_is_not_the_data_of_the_next() -> None:
    first, second = (ToolItem(**SAID, tool="add", call_id="call_1") for _ in range(2))
    first.arguments["title"] = "Buy milk"
    one, two = Action(type="a"), Action(type="a")
    one.payload["id"] = 1

    assert (second.arguments, two.payload) == ({}, {})


def test_a_time_in_another_zone_is_the_same_moment_when_it_comes_back() -> None:
    there = NINE.astimezone(timezone(timedelta(hours=5, minutes=30)))
    item = AssistantMessageItem(**{**SAID, "timestamp": there})

    assert thread_item_adapter.validate_json(item.model_dump_json()).timestamp == NINE


def test_history_is_for_the_turn_and_is_never_written_down() -> None:
    thread = THREAD.model_copy(update={"history": tuple(EXAMPLES)})

    assert thread.model_dump() == THREAD.model_dump()
    assert ThreadMetadata.model_validate_json(thread.model_dump_json()) == THREAD
    assert repr(thread) == repr(THREAD)


def test_a_thread_is_its_metadata_and_its_first_page() -> None:
    visible = [item for item in EXAMPLES if not isinstance(item, HiddenContextItem)]
    page = Page[VisibleItem](data=tuple(visible), has_more=True, after="msg_1")
    thread = Thread(**THREAD.model_dump(), items=page)

    assert Thread.model_validate_json(thread.model_dump_json()) == thread
    with pytest.raises(ValidationError, match="hidden_context"):
        Thread(**THREAD.model_dump(), items=Page[ThreadItem](data=tuple(EXAMPLES)))
    assert Thread(**THREAD.model_dump()).items == Page(data=(), has_more=False, after=None)


@pytest.mark.parametrize(
    "frozen",
    [
        THREAD,
        Thread(**THREAD.model_dump()),
        Page[int](data=(1,)),
        CLICK,
        Text(value="a"),
        Button(label="a", action=CLICK),
        Input(name="a"),
        Select(name="a", options=("b",)),
        Row(children=()),
        Form(children=(), action=CLICK),
        Card(children=()),
    ],
    ids=lambda frozen: type(frozen).__name__,
)
def test_nobody_changes_a_thread_a_page_or_a_widget(frozen) -> None:
    for field in type(frozen).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(frozen, field, getattr(frozen, field))
    with pytest.raises(ValidationError, match="Extra inputs"):
        type(frozen).model_validate({**dict(frozen), "misspelt": 1})


@given(st.lists(widgets, max_size=3))
def test_children_come_as_any_list_and_stay_as_they_came(children) -> None:
    assert Card(children=children) == Card(children=tuple(children))
    assert Card(children=children).children == tuple(children)
