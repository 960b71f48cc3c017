"""The chat in the terminal: the same stream, drawn with Rich."""

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console
from rich.markdown import Markdown

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    ErrorEvent,
    Form,
    Input,
    Notice,
    RequestContext,
    Select,
    Task,
    ToolStatus,
    Widget,
)
from chatlab.items import Text as Paragraph
from chatlab.terminal import TerminalChat, TerminalRenderer, print_json_lines
from chatlab.terminal.text import GrowingText
from chatlab.terminal.widgets import value_of
from chatlab.testing import CountingIds, FixedClock, collect

ROOT = Path(__file__).parents[1]
ALICE = RequestContext(user_id="alice")
pytestmark = pytest.mark.anyio


def drawn(*events, **options):
    reply = TerminalRenderer(**options)
    for event in events:
        reply.apply(event)
    console = Console(file=io.StringIO(), width=100)
    console.print(reply)
    return reply, console.file.getvalue()


def test_pieces_grow_into_one_message_and_a_tool_keeps_one_line():
    _, text = drawn(
        ToolStatus(tool="create_task", status="running", item_id="t"),
        ToolStatus(tool="create_task", status="completed", detail="Done", item_id="t"),
        AssistantMessage(content="Created ", item_id="m"),
        AssistantMessage(content="**milk**", item_id="m"),
    )
    assert text.count("create_task") == 1
    assert "✓ create_task  Done\n" in text
    assert "Created milk" in text


def test_a_job_shows_how_far_it_is_and_an_error_what_to_do():
    _, text = drawn(
        Task(title="Export", progress=0.4, item_id="j"),
        ErrorEvent(code="x", message="Try again."),
    )
    assert "Export  40%  running" in text
    assert "✗ Try again." in text


def test_buttons_are_numbered_on_and_a_form_sends_what_its_fields_hold():
    form = Form(
        children=(Input(name="title", value="milk"),),
        action=Action(type="create", payload={"a": 1}),
    )
    card = Card(title="Sure?", children=(Button(label="Yes", action=Action(type="yes")), form))
    reply, text = drawn(Widget(root=card, item_id="w"), offers=[None, None])
    assert "/3  Yes" in text
    assert "/4  Send" in text
    yes, send = reply.offers[2:]
    assert (yes.action, yes.item_id, yes.fields) == (Action(type="yes"), "w", ())
    values = {field.name: value_of(field) for field in send.fields}
    assert send.filled_in(values) == Action(type="create", payload={"a": 1, "title": "milk"})


def test_a_card_that_is_drawn_again_offers_what_it_offered_no_more():
    asked = Widget(root=Button(label="Yes", action=Action(type="yes")), item_id="w")
    other = asked.model_copy(update={"item_id": "other"})
    reply, text = drawn(asked, other, Widget(root=Paragraph(value="Done."), item_id="w"))
    assert [offer and offer.item_id for offer in reply.offers] == [None, "other"]
    assert "Done." in text


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "a\n> ```\n" * 2_500, "|a" * 10_000, "a\n" * 50_000]
)
@pytest.mark.parametrize("shown", ["message", "widget"])
def test_what_is_too_much_as_markdown_is_shown_as_it_is_written(text, shown, monkeypatch):
    read = []

    def noting(text, **options):
        read.append(text)
        return Markdown(text, **options)

    monkeypatch.setattr("chatlab.terminal.text.Markdown", noting)
    message = AssistantMessage(content=text, item_id="msg_1")
    events = {"message": message, "widget": Widget(root=Paragraph(value=text), item_id="wdg_1")}
    _, seen = drawn(events[shown])

    assert read == []
    assert text.split("\n")[0][:70] in seen


def test_a_long_answer_is_markdown_as_far_as_markdown_goes():
    _, seen = drawn(AssistantMessage(content="**bold**\n\n" * 3_000, item_id="msg_1"))
    first, last = seen.strip().split("\n")[0], seen.strip().split("\n")[-1]

    assert (first.strip(), last.strip()) == ("bold", "**bold**")


def test_what_the_model_says_is_no_markup_of_the_terminal():
    _, text = drawn(ToolStatus(tool="[red]x[/red]", status="running", detail="[bold]", item_id="t"))
    assert "[red]x[/red]  [bold]" in text


def test_nothing_that_is_said_commands_the_terminal():
    evil = "a\x1b[2J\x1b]0;b\x07\x9b31mc\rd"
    _, text = drawn(
        AssistantMessage(content=f"{evil}\n\n    {evil}", item_id="m"),
        ToolStatus(tool=evil, status="running", detail=evil, item_id="t"),
        Notice(message=evil),
        Widget(root=Card(title=evil, children=(Button(label=evil, action=Action(type="x")),))),
        Task(title=evil, item_id="j"),
        ErrorEvent(code="x", message=evil),
        inspect=True,
    )
    assert text.replace("\n", "").isprintable()


def test_a_choice_that_nobody_made_is_the_first_option_as_in_a_browser():
    form = Form(children=(Select(name="size", options=("s", "m")),), action=Action(type="x"))
    reply, text = drawn(Widget(root=form, item_id="w"))
    assert "size: s" in text
    ((size,),) = [offer.fields for offer in reply.offers]
    assert value_of(size) == "s"


class Working(ChatKitServer):
    async def respond(self, thread, input, context):
        yield Notice(message="Looking it up", level="progress")
        yield Notice(message="It is old.", level="warning")
        if input is not None and input.content == "break":
            raise ValueError("a fault of mine")


@pytest.mark.parametrize("message", ["work", "break"])
async def test_progress_goes_with_its_turn_and_other_notices_stay(monkeypatch, message):
    text = await talk(Working(clock=FixedClock(), new_id=CountingIds()), monkeypatch, message)
    assert text.count("It is old.") >= 2
    assert "\nLooking it up" not in text


class Asking(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is not None:
            yield Widget(root=Button(label="Yes", action=Action(type="yes")))
            yield AssistantMessage(content=f"Sure about {input.content}?")

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=f"You said {action.type}, {context.user_id}.")


async def talk(server, monkeypatch, *lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    console = Console(file=io.StringIO(), width=100)
    await TerminalChat(server, ALICE, console, inspect=True).run()
    return console.file.getvalue()


async def test_a_button_is_pressed_by_its_number_in_the_same_thread(monkeypatch):
    server = Asking(clock=FixedClock(), new_id=CountingIds())
    text = await talk(server, monkeypatch, "milk", "/1", "/9", "/quit", "never")
    assert "Sure about milk?" in text
    assert "You said yes, alice." in text
    assert "/9 is not a button on the screen." in text
    assert "assistant_message" in text
    assert "never" not in text
    (thread,) = (await server.threads(ALICE)).data
    assert len((await server.thread(thread.id, ALICE)).items.data) == 4


async def test_a_form_takes_its_fields_from_the_next_lines(monkeypatch):
    server = Filling(clock=FixedClock(), new_id=CountingIds())
    text = await talk(server, monkeypatch, "form", "/1", "", "milk", "xl", "m", "", "/quit")
    assert "Title is needed." in text
    assert "size is one of: s, m." in text
    assert "{'title': 'milk', 'size': 'm', 'note': 'none'}" in text
    assert "Nothing was sent." in await talk(server, monkeypatch, "form", "/1", "milk")


class Filling(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is not None:
            fields = (
                Input(name="title", label="Title", required=True),
                Select(name="size", options=("s", "m")),
                Input(name="note", value="none"),
            )
            yield Widget(root=Form(children=fields, action=Action(type="create")))

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=str(action.payload))


class Shy(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            raise ValueError("nobody spoke")
        yield AssistantMessage(content=f"You said {input.content}.")


async def test_after_a_conversation_that_could_not_be_opened_comes_a_new_one(monkeypatch):
    text = await talk(Shy(clock=FixedClock(), new_id=CountingIds()), monkeypatch, "milk")
    assert "You said milk." in text


def test_a_title_begins_where_the_text_does():
    _, text = drawn(AssistantMessage(content="# Plan\n\nOne.", item_id="m"))
    assert text == "Plan\n\nOne.\n"


MARKDOWN = """\
# Title

A paragraph of some length, with **bold** in it
and a second line.

## Section

1. one
2. two

   more of two

- a

- b

> a quote
> of two lines

```python
x = 1

y = 2
```

| a | b |
|---|---|
| 1 | 2 |

***

The end.
"""


@pytest.mark.parametrize("piece", [1, 3, 17, 1000])
def test_an_answer_in_parts_looks_as_it_does_in_one(piece):
    growing, taken = GrowingText(), []
    for begin in range(0, len(MARKDOWN), piece):
        growing.add(MARKDOWN[begin : begin + piece])
        taken += growing.take(done=False)
    assert len(taken) > 0 or piece == 1000
    taken += growing.take(done=True)
    whole = GrowingText()
    whole.add(MARKDOWN)

    def plain(rows):
        console = Console(file=io.StringIO(), width=60)
        for row in rows:
            console.print(row)
        return [line.rstrip() for line in console.file.getvalue().rstrip().split("\n")]

    assert plain(taken) == plain(whole.take(done=True))


async def test_a_greeting_that_nobody_answers_is_no_conversation(monkeypatch):
    server = Greeting(clock=FixedClock(), new_id=CountingIds())
    assert "Welcome." in await talk(server, monkeypatch, "/threads", "/new")
    assert (await server.threads(ALICE)).data == ()
    text = await talk(server, monkeypatch, "milk", "/new", "/threads")
    assert "milk" in text.rpartition("/threads")[2]
    assert len((await server.threads(ALICE)).data) == 1


class Greeting(ChatKitServer):
    async def respond(self, thread, input, context):
        yield AssistantMessage(content="Welcome." if input is None else f"{input.content}!")


async def test_for_scripts_each_event_is_a_line_of_json(capsys):
    lines = ["milk\n", "\n", '{"message": "two\\nlines"}\n']
    lines += ['{"action": {"type": "yes"}}\n']
    server = Asking(clock=FixedClock(), new_id=CountingIds())
    assert await print_json_lines(server, ALICE, lines)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    said = "".join(event["content"] for event in events if event["type"] == "assistant_message")
    assert said == "Sure about milk?Sure about two\nlines?You said yes, alice."
    assert {event["thread_id"] for event in events} == {events[0]["thread_id"]}


@pytest.mark.parametrize(
    "line", ["{", '{"message": 1}', '{"message": "a", "x": 1}', '{"action": {"type": "yes"}}']
)
async def test_a_line_of_json_that_says_nothing_is_an_error_in_json(capsys, line):
    assert not await print_json_lines(Asking(clock=FixedClock()), ALICE, [line])
    (event,) = [json.loads(one) for one in capsys.readouterr().out.splitlines()]
    assert (event["type"], event["code"]) == ("error", "invalid_input")


class Endless(ChatKitServer):
    async def respond(self, thread, input, context):
        while input is not None:
            yield AssistantMessage(content="on and ")
            if thread.history:
                return
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)


async def test_ctrl_c_stops_the_answer_and_the_chat_goes_on(monkeypatch):
    server = Endless(clock=FixedClock(), new_id=CountingIds())
    text = await talk(server, monkeypatch, "hello", "again")
    assert text.count("Stopped. What was said is kept.") == 1
    (thread,) = (await server.threads(ALICE)).data
    items = (await server.thread(thread.id, ALICE)).items.data
    assert [item.status for item in items] == ["completed", "incomplete", "completed", "completed"]


def chat(*arguments):
    command = [sys.executable, "-c", "from chatlab.cli import main; main()", "chat", *arguments]
    env = os.environ | {"COLUMNS": "90", "NO_COLOR": "1", "TERM": "xterm"}
    return {"args": command, "cwd": ROOT, "env": env}


def said_to(lines, *arguments):
    kept = {"capture_output": True, "text": True, "timeout": 300}
    return subprocess.run(**chat(*arguments), input=lines, check=False, **kept)


def test_the_command_talks_to_the_capstones_task_manager():
    lines = "Create a task: buy milk (high)\nWhat's its priority?\nDelete it\n/1\nList my tasks\n"
    run = said_to(lines, "--as", "bob")
    assert run.returncode == 0, run.stderr
    for said in (
        "You are bob",
        "✓ create_task",
        'The priority of "buy milk" is high.',
        "/1  Delete",
        '"buy milk" is deleted.',
        "You have no tasks.",
    ):
        assert said in run.stdout


def test_a_notebook_without_a_task_manager_is_named():
    run = said_to("", "--from", "solutions/00_start_here.ipynb")
    assert run.returncode == 2
    assert "makes no TaskManager" in run.stderr


async def test_a_reply_is_the_same_stream_as_in_the_notebook():
    server = Asking(clock=FixedClock(), new_id=CountingIds())
    events = await collect(server.send("milk", ALICE))
    _, text = drawn(*events, inspect=True)
    for event in events:
        assert event.type in text
