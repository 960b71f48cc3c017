"""A chatlab server behind the official one: every request, and what leaves for each event."""

import json
import subprocess
import sys

import pytest
from chatkit import server as official_server
from chatkit import types as official
from hypothesis import given
from hypothesis import strategies as st
from official_client import Client, replies, text_of
from pydantic import ValidationError

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ClientEffect,
    Form,
    HiddenContext,
    Input,
    InvalidInput,
    NotFoundError,
    Notice,
    RequestContext,
    Row,
    Select,
    Task,
    Text,
    ThreadUpdate,
    ToolStatus,
    Widget,
)
from chatlab.adapters.chatkit import ChatKitStore, WrappedServer, as_chatkit
from chatlab.adapters.chatkit.events import delta_json
from chatlab.stores import SQLStore
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
AT = "2026-01-05T09:00:00Z"
BASE = {"thread_id": "thr_1", "created_at": AT}
THREAD = {"id": "thr_1", "created_at": AT, "status": {"type": "active"}, "metadata": {}}
SHOWN = THREAD | {"items": {"data": [], "has_more": False}}
GO = {"type": "go", "payload": {"id": 7}, "handler": "server"}
CLICK = GO | {"loadingBehavior": "auto", "streaming": True}


class Everything(ChatKitServer):
    """Says each kind of thing once."""

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="look_up", status="running", arguments={"secret": 1})
        yield ToolStatus(tool="look_up", status="running", detail="Looking ...")
        yield ToolStatus(tool="look_up", status="completed", detail="Found ✓", output="secret")
        yield Task(title="Export", progress=0.25)
        yield Task(title="Export", progress=0.5)
        yield Task(title="Export", status="completed", progress=1)
        yield AssistantMessage(content="Hello ")
        yield AssistantMessage(content="there")
        yield Widget(root=Button(label="Go", action=Action(type="go", payload={"id": 7})))

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=f"{action.type} {action.payload} from {sender.id}")


def wrapped(kind=Everything, **more):
    return as_chatkit(kind(clock=FixedClock(), new_id=CountingIds(), **more))


class Shows(ChatKitServer):
    """Yields what it was given."""

    def __init__(self, *events, **more):
        super().__init__(**more)
        self.events = events

    async def respond(self, thread, input, context):
        for event in self.events:
            yield event


def work(id, title, icon, indicator, line=None, **more):
    """A workflow item with one task."""
    task = {"type": "custom", "title": title, "icon": icon, "status_indicator": indicator}
    task |= {"content": line} if line else {}
    steps = {"type": "custom", "tasks": [task], "expanded": False} | more
    return BASE | {"id": id, "type": "workflow", "workflow": steps}


def over(id, title, icon, indicator, line=None):
    """It, when it is over."""
    return work(id, title, icon, indicator, line, summary={"title": title, "icon": icon})


def said(id, text):
    """An assistant's message."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    return BASE | {"id": id, "type": "assistant_message", "content": content if text else []}


def as_json(things):
    return [json.loads(thing.model_dump_json(exclude_none=True)) for thing in things]


async def test_every_event_has_its_official_form():
    chat = wrapped()

    _, events = await Client(chat, ALICE).create("Hi")

    def added(item):
        return {"type": "thread.item.added", "item": item}

    def updated(id, **update):
        return {"type": "thread.item.updated", "item_id": id, "update": update}

    def step(id, title, line):
        [task] = work(id, title, "bolt", "loading", line)["workflow"]["tasks"]
        return updated(id, type="workflow.task.updated", task_index=0, task=task)

    def part(kind, **more):
        return updated(
            "msg_2", type=f"assistant_message.content_part.{kind}", content_index=0, **more
        )

    def done(item):
        return {"type": "thread.item.done", "item": item}

    def content(text):
        return {"type": "output_text", "text": text, "annotations": []}

    asked = {"type": "user_message", "content": [{"type": "input_text", "text": "Hi"}]}
    asked |= BASE | {"id": "msg_1", "attachments": [], "inference_options": {}}
    button = {"type": "Button", "label": "Go", "onClickAction": CLICK}
    assert isinstance(chat, official_server.ChatKitServer)
    assert as_json(events) == [
        {"type": "thread.created", "thread": SHOWN},
        done(asked),
        {"type": "stream_options", "stream_options": {"allow_cancel": True}},
        added(work("tool_1", "Look up", "bolt", "loading")),
        step("tool_1", "Look up", "Looking ..."),
        done(over("tool_1", "Look up", "check-circle", "complete", "Found ✓")),
        added(work("job_1", "Export", "bolt", "loading", "25%")),
        step("job_1", "Export", "50%"),
        done(over("job_1", "Export", "check-circle", "complete", "100%")),
        added(said("msg_2", "")),
        part("added", content=content("")),
        part("text_delta", delta="Hello "),
        part("text_delta", delta="there"),
        part("done", content=content("Hello there")),
        done(said("msg_2", "Hello there")),
        done(
            BASE
            | {"id": "wdg_1", "type": "widget", "copy_text": "Go"}
            | {"widget": {"type": "Card", "children": [button]}}
        ),
        {"type": "thread.updated", "thread": SHOWN},
    ]


async def test_what_was_streamed_is_what_is_loaded_and_tools_keep_their_data_to_themselves():
    chat = wrapped()
    client = Client(chat, ALICE)
    thread_id, events = await client.create("Hi")

    loaded = official.Thread.model_validate_json(
        await client.answer("threads.get_by_id", thread_id=thread_id)
    )

    streamed = [event.item for event in events if event.type == "thread.item.done"]
    assert loaded.items.data == streamed == await client.items(thread_id)
    assert "secret" not in "".join(event.model_dump_json() for event in events)
    [tool] = [
        item
        for item in (await chat.server.thread(thread_id, ALICE)).items.data
        if item.type == "tool"
    ]
    assert (tool.arguments, tool.output) == ({"secret": 1}, "secret")


async def test_work_that_failed_and_work_that_never_ended_can_be_told_apart():
    chat = wrapped(
        lambda **more: Shows(
            ToolStatus(tool="save", status="failed", detail="Disk full"),
            ToolStatus(tool="wait_for_it", status="running", detail="Waiting ..."),
            Task(title="Export", status="failed", progress=0.3),
            Task(title="Import", progress=0.1),
            **more,
        )
    )

    _, events = await Client(chat, ALICE).create("Hi")

    assert as_json(event.item for event in events if event.type == "thread.item.done")[1:] == [
        over("tool_1", "Save", "lucide:circle-x", "none", "Disk full"),
        over("job_1", "Export", "lucide:circle-x", "none", "30%"),
        over("tool_2", "Wait for it", "bolt", "none", "Waiting ..."),
        over("job_2", "Import", "bolt", "none", "10%"),
    ]


async def test_a_form_is_drawn_with_official_widgets_and_comes_back_as_an_action():
    form = Form(
        children=(
            Text(value="**New** task"),
            Input(name="title", label="Title", required=True),
            Row(children=(Select(name="priority", options=("low", "high"), value="low"),)),
            Input(name="note", value="none"),
        ),
        action=Action(type="create", payload={"list": 3}),
        submit="Create",
    )

    class Forms(Shows):
        async def action(self, thread, action, sender, context):
            yield AssistantMessage(content=f"{action.type} {action.payload} {sender.widget.title}")

    chat = wrapped(lambda **more: Forms(Widget(root=Card(title="Do", children=(form,))), **more))
    client = Client(chat, ALICE)
    thread, _ = await client.create("Hi")
    widget = next(item for item in await client.items(thread) if item.type == "widget")
    filled = {"list": 3, "title": "Milk", "priority": "high", "note": "none"}

    clicked = await client.click(thread, widget.id, {"type": "create", "payload": filled})

    options = [{"value": value, "label": value} for value in ("low", "high")]
    fields = [
        {"type": "Markdown", "value": "**New** task"},
        {
            "type": "Col",
            "gap": 1,
            "children": [
                {"type": "Label", "value": "Title", "fieldName": "title"},
                {"type": "Input", "name": "title", "defaultValue": "", "required": True},
            ],
        },
        {
            "type": "Row",
            "gap": 2,
            "children": [
                {
                    "type": "Select",
                    "name": "priority",
                    "options": options,
                    "defaultValue": "low",
                }
            ],
        },
        {"type": "Input", "name": "note", "defaultValue": "none", "required": False},
        {"type": "Button", "label": "Create", "submit": True, "style": "primary"},
    ]
    submit = {"type": "create", "payload": {"list": 3}, "handler": "server"}
    submit |= {"loadingBehavior": "auto", "streaming": True}
    drawn = {"type": "Form", "direction": "col", "gap": 2, "children": fields}
    assert as_json([widget.widget]) == [
        {
            "type": "Card",
            "children": [
                {"type": "Title", "value": "Do", "size": "sm"},
                drawn | {"onSubmitAction": submit},
            ],
        }
    ]
    assert clicked[0].type == "stream_options"
    assert replies(clicked) == [f"create {filled} Do"]


async def test_a_click_can_come_without_a_payload_and_not_with_a_payload_of_another_shape():
    client = Client(wrapped(), ALICE)
    thread, _ = await client.create("Hi")

    bare = await client.click(thread, "wdg_1", {"type": "go"})
    odd = await client.click(thread, "wdg_1", {"type": "go", "payload": [1]})
    on_text = await client.click(thread, "msg_2", {"type": "go"})

    assert replies(bare) == ["go {} from wdg_1"]
    assert [event.message for event in odd + on_text] == [
        "The action's payload is not an object. Send names and values.",
        "item_id names a assistant_message. A click takes the id of a widget.",
    ]


async def test_a_synchronous_click_runs_its_whole_turn_and_gives_its_last_item():
    client = Client(wrapped(), ALICE)
    thread, _ = await client.create("Hi")
    click = {"thread_id": thread, "action": {"type": "go", "payload": {"id": 7}}}

    answer = await client.answer("threads.sync_custom_action", **click, item_id="wdg_1")

    [*_, last] = await client.items(thread)
    assert official.SyncCustomActionResponse.model_validate_json(answer).updated_item == last
    assert text_of(last) == "go {'id': 7} from wdg_1"
    with pytest.raises(InvalidInput, match="A click takes the id of a widget"):
        await client.answer("threads.sync_custom_action", **click, item_id=last.id)


class TwoCards(ChatKitServer):
    """Shows two cards; a click on one changes it, and the other after it."""

    async def respond(self, thread, input, context):
        for name in "ab":
            button = Button(label=name, action=Action(type="go"))
            yield Widget(root=Card(children=(button,)))

    async def action(self, thread, action, sender, context):
        others = [item for item in thread.history if item.type == "widget" and item != sender]
        for card in (sender, *others):
            yield Widget(item_id=card.id, root=Text(value="Done"))


async def test_a_synchronous_click_gives_back_the_widget_that_was_clicked():
    client = Client(wrapped(TwoCards), ALICE)
    thread, _ = await client.create("Hi")
    click = {"thread_id": thread, "item_id": "wdg_1", "action": {"type": "go"}}

    answer = await client.answer("threads.sync_custom_action", **click)

    updated = official.SyncCustomActionResponse.model_validate_json(answer).updated_item
    assert (updated.id, updated.copy_text) == ("wdg_1", "Done")


async def test_a_server_without_action_says_so_to_both_kinds_of_clicks(caplog):
    client = Client(wrapped(Shows), ALICE)
    thread, _ = await client.create("Hi")

    events = await client.click(thread, None, {"type": "go"})

    assert [event.type for event in events] == ["error"]
    with pytest.raises(InvalidInput, match="does not take it"):
        await client.answer("threads.sync_custom_action", thread_id=thread, action={"type": "go"})
    assert "Shows has no action()" in caplog.text


async def test_threads_are_listed_renamed_and_deleted():
    client = Client(wrapped(), ALICE)
    one, _ = await client.create("One")
    two, _ = await client.create("Two")

    renamed = await client.answer("threads.update", thread_id=one, title="First")
    listed = await client.answer("threads.list", order="asc")
    gone = await client.answer("threads.delete", thread_id=one)

    assert json.loads(renamed) == SHOWN | {"title": "First"}
    assert json.loads(listed)["data"] == [
        SHOWN | {"title": "First"},
        SHOWN | {"id": two},
    ]
    assert gone == b"{}"
    assert [thread["id"] for thread in json.loads(await client.answer("threads.list"))["data"]] == [
        two
    ]
    with pytest.raises(NotFoundError, match="There is no thread 'thr_1'"):
        await client.answer("threads.get_by_id", thread_id=one)


async def test_feedback_is_kept():
    chat = wrapped()
    client = Client(chat, ALICE)
    thread, _ = await client.create("Hi")
    about = {"thread_id": thread, "item_ids": ["msg_2", "wdg_1"]}

    await client.answer("items.feedback", **about, kind="negative")
    await client.answer("items.feedback", thread_id=thread, item_ids=["msg_2"], kind="positive")

    kept = await chat.store.load_feedback(thread, ["msg_1", "msg_2", "wdg_1"], ALICE)
    assert kept == {"msg_2": "positive", "wdg_1": "negative"}


class Uploads(official_server.AttachmentStore):
    """Where files would go."""

    def __init__(self):
        self.deleted = []

    async def create_attachment(self, input, context):
        return official.ImageAttachment(
            id="atc_1",
            name=input.name,
            mime_type=input.mime_type,
            preview_url="https://example.com/1.png",
            metadata={"bucket": "b"},
        )

    async def delete_attachment(self, attachment_id, context):
        self.deleted.append(attachment_id)


async def test_a_message_comes_back_whole_after_a_restart(tmp_path):
    url = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    uploads = Uploads()
    content = [
        {"type": "input_text", "text": "Ask "},
        {"type": "input_tag", "id": "u1", "text": "@Bob", "data": {"a": 1}, "interactive": True},
    ]
    more = {"content": content, "attachments": ["atc_1"], "quoted_text": "as I said"}
    more |= {"inference_options": {"model": "large", "tool_choice": {"id": "search"}}}
    heard = []

    class Listening(ChatKitServer):
        async def respond(self, thread, input, context):
            heard.append(input.content)
            yield AssistantMessage(content="ok")

    async with SQLStore(url) as store:
        client = Client(as_chatkit(Listening(store), uploads), ALICE)
        file = {"name": "1.png", "size": 4, "mime_type": "image/png"}
        created = json.loads(await client.answer("attachments.create", **file))
        thread, events = await client.create("", **more)
    async with SQLStore(url) as store:
        chat = as_chatkit(Listening(store), uploads)
        client = Client(chat, ALICE)
        [loaded, _] = await client.items(thread)
        attachment = await chat.store.load_attachment("atc_1", ALICE)
        await client.answer("attachments.delete", attachment_id="atc_1")

        with pytest.raises(NotFoundError, match="There is no attachment 'atc_1'"):
            await chat.store.load_attachment("atc_1", ALICE)

    assert heard == ["Ask @Bob"]
    assert "metadata" not in created
    assert (attachment.thread_id, attachment.metadata) == (thread, {"bucket": "b"})
    [shown] = as_json([loaded])
    assert {name: shown[name] for name in ("content", "quoted_text", "inference_options")} == {
        "content": content,
        "quoted_text": "as I said",
        "inference_options": more["inference_options"],
    }
    assert [one.id for one in loaded.attachments] == ["atc_1"]
    [streamed] = as_json([events[1].item])
    assert streamed == json.loads(
        loaded.model_dump_json(exclude_none=True, context={"exclude_metadata": True})
    )
    assert uploads.deleted == ["atc_1"]


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("attachments.create", {"name": "a", "size": 1, "mime_type": "text/plain"}),
        ("attachments.delete", {"attachment_id": "atc_1"}),
        ("input.transcribe", {"audio_base64": "AAAA", "mime_type": "audio/webm"}),
        ("input.transcribe", {"audio_base64": "A", "mime_type": "audio/webm"}),
    ],
)
async def test_a_request_that_nobody_takes_is_refused_in_words(type, params):
    with pytest.raises(InvalidInput, match=f"The request is {type}. This server does not take it."):
        await Client(wrapped(), ALICE).answer(type, **params)


@pytest.mark.parametrize("body", ["{}", "no JSON", '{"type": "threads.create", "params": {}}'])
async def test_what_is_no_request_is_refused_by_the_official_types(body):
    with pytest.raises(ValidationError):
        await wrapped().process(body, ALICE)


async def test_a_subclass_chooses_the_stream_options_for_each_thread():
    class Locked(WrappedServer):
        def get_stream_options(self, thread, context):
            return official.StreamOptions(allow_cancel=thread.title == "Long")

    client = Client(Locked(Everything(clock=FixedClock(), new_id=CountingIds())), ALICE)
    thread, events = await client.create("Hi")
    await client.answer("threads.update", thread_id=thread, title="Long")
    later = await client.say(thread, "Again")

    options = [
        event.stream_options.allow_cancel
        for event in events + later
        if event.type == "stream_options"
    ]
    assert options == [False, True]


async def test_an_official_server_can_hand_a_message_or_a_click_on_to_a_chatlab_server():
    heard = []

    class Inside(Everything):
        async def respond(self, thread, input, context):
            heard.append(([item.content for item in thread.history], input and input.content))
            yield ToolStatus(tool="wait", status="running")
            yield AssistantMessage(content="inside")

    inside = Inside(clock=FixedClock(), new_id=CountingIds())
    adapter = as_chatkit(inside)

    class Outside(official_server.ChatKitServer):
        def respond(self, thread, input_user_message, context):
            return adapter.respond(thread, input_user_message, context)

        def action(self, thread, action, sender, context):
            return adapter.action(thread, action, sender, context)

    client = Client(Outside(ChatKitStore(inside.store)), ALICE)
    thread, _ = await client.create("One")
    await client.say(thread, "Two")
    shown = Widget(root=Button(label="Go", action=Action(type="go")))
    inside.respond = Shows(shown).respond
    events = await client.say(thread, "Three")
    widget = next(
        event.item.id
        for event in events
        if event.type == "thread.item.done" and event.item.type == "widget"
    )
    clicked = await client.click(thread, widget, {"type": "go"})

    assert heard == [([], "One"), (["One", "inside", "Wait"], "Two")]
    assert replies(clicked) == [f"go {{}} from {widget}"]
    kept = await inside.thread(thread, ALICE)
    assert [item.type for item in kept.items.data] == [
        *("user_message", "assistant_message", "task"),
        *("user_message", "assistant_message", "task"),
        *("user_message", "widget", "assistant_message"),
    ]


def test_without_the_package_the_import_says_what_to_install():
    program = (
        "import sys; sys.modules['chatkit'] = None\n"
        "from chatlab.errors import MissingDependency\n"
        "try: import chatlab.adapters.chatkit\n"
        "except MissingDependency as error: print(error)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout == (
        "This needs the package openai-chatkit. "
        "Install it with: pip install 'chatlab-kit[chatkit]'\n"
    )


class Confirming(ChatKitServer):
    """Names the thread and shows a card; a click changes the card, and the name."""

    async def respond(self, thread, input, context):
        yield AssistantMessage(content="")
        yield ThreadUpdate(title=input.content)
        yield Widget(root=Button(label="Go", action=Action(type="go")))

    async def action(self, thread, action, sender, context):
        yield Widget(item_id=sender.id, root=Text(value="Gone."))
        yield ThreadUpdate(title="Gone")


async def test_a_new_title_and_a_changed_card_reach_an_official_client():
    client = Client(wrapped(Confirming), ALICE)

    thread, events = await client.create("Hi")
    clicked = await client.click(thread, events[-2].item.id, GO)

    assert [event.type for event in events] == [
        *("thread.created", "thread.item.done", "stream_options"),
        *("thread.updated", "thread.item.done", "thread.updated"),
    ]
    assert [e.thread.title for e in events if e.type == "thread.updated"] == ["Hi", "Hi"]
    assert [event.type for event in clicked if event.type != "stream_options"] == [
        *("thread.item.replaced", "thread.updated", "thread.updated"),
    ]
    replaced = next(event for event in clicked if event.type == "thread.item.replaced")
    assert replaced.item.id == events[-2].item.id
    assert replaced.item.copy_text == "Gone."


async def test_a_retry_that_names_its_thread_removes_the_old_answer_only_at_its_end():
    client = Client(wrapped(Confirming), ALICE)
    thread, events = await client.create("Hi")
    question, answer = (e.item.id for e in events if e.type == "thread.item.done")

    again = await client.events("threads.retry_after_item", thread_id=thread, item_id=question)

    types = [event.type for event in again]
    assert types[-2:] == ["thread.item.removed", "thread.updated"]
    assert types.count("thread.item.removed") == 1
    assert again[-2].item_id == answer


class Discreet(ChatKitServer):
    """Tells the user what is not kept, and keeps what no user is told."""

    async def respond(self, thread, input, context):
        yield Notice(message="Looking", level="progress")
        yield Notice(message="Slow today", level="warning", title="Sorry")
        yield ClientEffect(name="open", data={"page": 2})
        for n in range(30):
            yield HiddenContext(content=f"secret {n}")
        yield AssistantMessage(content="Done.")


async def test_progress_notices_and_effects_are_sent_and_hidden_context_is_not():
    chat = wrapped(Discreet)
    client = Client(chat, ALICE)

    thread, events = await client.create("Hi")
    full = await client.answer("threads.get_by_id", thread_id=thread)
    page = await client.answer("items.list", thread_id=thread, limit=20)

    assert as_json(events)[3:6] == [
        {"type": "progress_update", "text": "Looking"},
        {"type": "notice", "level": "warning", "message": "Slow today", "title": "Sorry"},
        {"type": "client_effect", "name": "open", "data": {"page": 2}},
    ]
    for answer in (full, page):
        assert "secret" not in str(answer)
    listed = json.loads(page)
    assert [item["type"] for item in listed["data"]] == ["assistant_message", "user_message"]
    assert (listed["has_more"], listed.get("after")) == (False, None)
    assert len(json.loads(full)["items"]["data"]) == 2


async def test_a_server_that_keeps_the_items_itself_is_handed_all_of_it():
    inner = Discreet(clock=FixedClock(), new_id=CountingIds())

    class Own(official_server.ChatKitServer):
        async def respond(self, thread, input_user_message, context):
            async for event in as_chatkit(inner).respond(thread, input_user_message, context):
                yield event

    store = ChatKitStore(inner.store, clock=inner.clock, new_id=inner.new_id)
    thread, events = await Client(Own(store), ALICE).create("Hi")

    kept = await store.load_thread_items(thread, None, 100, "asc", ALICE)
    assert [item.type for item in kept.data].count("hidden_context_item") == 30
    assert "secret" not in str(as_json(events))


async def test_a_server_that_keeps_the_items_itself_saves_the_title_and_the_changed_card():
    inner = Confirming(clock=FixedClock(), new_id=CountingIds())

    class Own(official_server.ChatKitServer):
        async def respond(self, thread, input_user_message, context):
            async for event in as_chatkit(inner).respond(thread, input_user_message, context):
                yield event

        async def action(self, thread, action, sender, context):
            async for event in as_chatkit(inner).action(thread, action, sender, context):
                yield event

    store = ChatKitStore(inner.store, clock=inner.clock, new_id=inner.new_id)
    client = Client(Own(store), ALICE)
    thread, events = await client.create("Hi")
    card = next(e.item.id for e in events if getattr(e, "item", None) and e.item.type == "widget")
    await client.click(thread, card, GO)

    assert (await store.load_thread(thread, ALICE)).title == "Gone"
    assert (await store.load_item(thread, card, ALICE)).copy_text == "Gone."


class Handing(official_server.ChatKitServer):
    """An official server that keeps the items itself and lets a chatlab server answer."""

    def __init__(self, inner):
        super().__init__(ChatKitStore(inner.store, clock=inner.clock, new_id=inner.new_id))
        self.inner = as_chatkit(inner)

    def respond(self, thread, input_user_message, context):
        return self.inner.respond(thread, input_user_message, context)

    def action(self, thread, action, sender, context):
        return self.inner.action(thread, action, sender, context)


async def test_a_card_that_is_answered_is_answered_for_a_server_that_keeps_the_items_itself():
    inner = Confirming(clock=FixedClock(), new_id=CountingIds())
    client = Client(Handing(inner), ALICE)
    thread, events = await client.create("Hi")
    card = next(e.item.id for e in events if getattr(e, "item", None) and e.item.type == "widget")
    await client.click(thread, card, GO)
    clicked = []
    inner.action = lambda *click: clicked.append(click)

    again = await client.click(thread, card, GO)

    assert clicked == []
    assert replies(again) == ["This has been answered already."]
    assert [event.item.id for event in again if event.type == "thread.item.replaced"] == [card]


@pytest.mark.parametrize("named", ["message", "nothing"])
async def test_a_widget_takes_the_place_of_a_widget_whoever_keeps_the_items(named):
    class Replacing(Confirming):
        async def respond(self, thread, input, context):
            place = input.id if named == "message" else "wdg_404"
            yield Widget(item_id=place, root=Button(label="Go", action=Action(type="go")))

    for wrap in (as_chatkit, Handing):
        inner = Replacing(clock=FixedClock(), new_id=CountingIds())
        thread, events = await Client(wrap(inner), ALICE).create("Hi")

        assert "error" in {event.type for event in events}
        kept = (await inner.thread(thread, ALICE)).items.data
        assert [item.type for item in kept] == ["user_message"]


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_pieces_bytes_are_those_of_the_official_models(text, item_id):
    piece = AssistantMessage(content=text, item_id=item_id)
    delta = official.AssistantMessageContentPartTextDelta(content_index=0, delta=text)

    event = official.ThreadItemUpdatedEvent(item_id=item_id, update=delta)

    assert delta_json(piece) == wrapped()._serialize(event)
