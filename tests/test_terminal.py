"""The chat in the terminal: the same stream, drawn with Rich."""

import asyncio
import io
import os
import pty
import re
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
from chatlab.terminal import TerminalChat, TerminalRenderer
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
    assert "✓ create_task  Done  completed" in text
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
    reply, text = drawn(Widget(root=card, item_id="w"), first_button=3)
    assert "/3  Yes" in text
    assert "/4  Send" in text
    assert reply.buttons == [
        (Action(type="yes"), "w"),
        (Action(type="create", payload={"a": 1, "title": "milk"}), "w"),
    ]


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "a\n> ```\n" * 2_500, "|a" * 10_000, "a\n" * 50_000]
)
@pytest.mark.parametrize("shown", ["message", "widget"])
def test_what_is_too_much_as_markdown_is_shown_as_it_is_written(text, shown, monkeypatch):
    read = []

    def noting(text):
        read.append(text)
        return Markdown(text)

    monkeypatch.setattr("chatlab.terminal.Markdown", noting)
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
    assert reply.buttons[0][0].payload == {"size": "s"}


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
    assert "There is no button '9'" in text
    assert "assistant_message" in text
    assert "never" not in text
    (thread,) = (await server.threads(ALICE)).data
    assert len((await server.thread(thread.id, ALICE)).items.data) == 4


class Shy(ChatKitServer):
    async def respond(self, thread, input, context):
        if input is None:
            raise ValueError("nobody spoke")
        yield AssistantMessage(content=f"You said {input.content}.")


async def test_after_a_conversation_that_could_not_be_opened_comes_a_new_one(monkeypatch):
    text = await talk(Shy(clock=FixedClock(), new_id=CountingIds()), monkeypatch, "milk")
    assert "You said milk." in text


class Wordy(ChatKitServer):
    async def respond(self, thread, input, context):
        for number in range(30):
            yield AssistantMessage(content=f"line{number}.\n\n")


def scrolled(written, height):
    """All lines of a terminal of this height, those that have left it at the top too."""
    lines, row, column = [""], 0, 0
    for sign in re.findall(r"\x1b\[[?\d;]*[a-zA-Z]|[^\x1b]", written):
        if sign == "\n":
            row, column = row + 1, 0
            lines += [""] * (row == len(lines))
        elif sign == "\r":
            column = 0
        elif sign == "\x1b[1A":
            row = max(row - 1, len(lines) - height, 0)
        elif sign == "\x1b[2K":
            lines[row] = ""
        elif not sign.startswith("\x1b"):
            lines[row] = lines[row][:column].ljust(column) + sign + lines[row][column + 1 :]
            column += 1
    return lines


async def test_an_answer_longer_than_the_terminal_is_there_once(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    console = Console(file=io.StringIO(), width=40, height=8, force_terminal=True)
    server = Wordy(clock=FixedClock(), new_id=CountingIds())
    await TerminalChat(server, ALICE, console).run()
    lines = [line.strip() for line in scrolled(console.file.getvalue(), 8)]
    assert [line for line in lines if "line" in line] == [f"line{n}." for n in range(30)]


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


def test_in_a_real_terminal_it_prompts_and_ends_when_told_to():
    leader, follower = pty.openpty()
    ends = dict.fromkeys(("stdin", "stdout", "stderr"), follower)
    with subprocess.Popen(**chat(), **ends) as process:
        os.close(follower)
        seen = b""
        try:
            while b"you \xe2\x80\xba" not in seen:
                seen += os.read(leader, 4096)
            os.write(leader, b"Create a task: water the plants\n")
            while b"Its number is 1" not in seen:
                seen += os.read(leader, 4096)
            os.write(leader, b"/quit\n")
            assert process.wait(120) == 0
        finally:
            process.kill()
            os.close(leader)


async def test_a_reply_is_the_same_stream_as_in_the_notebook():
    server = Asking(clock=FixedClock(), new_id=CountingIds())
    events = await collect(server.send("milk", ALICE))
    _, text = drawn(*events, inspect=True)
    for event in events:
        assert event.type in text
