"""`chatlab chat` and `chatlab serve` as they are started: what is kept where, and who answers."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from openai_server import openai_server

ROOT = Path(__file__).parents[2]

KEY = "sk-very-secret-0123456789"
CODE = "from chatlab.cli import main; main()"


def environment(**more):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI_")}
    return clean | {"COLUMNS": "200", "TERM": "dumb", "PYTHONUNBUFFERED": "1"} | more


def said_to(lines, *arguments, **more):
    """What `chatlab chat` did with these lines on its standard input."""
    return subprocess.run(
        [sys.executable, "-c", CODE, "chat", *arguments],
        cwd=ROOT,
        env=environment(**more),
        input=lines,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def endpoint():
    with openai_server() as server:
        server.env = {"OPENAI_BASE_URL": server.url, "OPENAI_API_KEY": KEY}
        yield server


def test_a_pipe_gets_plain_lines():
    run = said_to("Create a task: buy milk\n/threads\n")
    assert run.returncode == 0, run.stderr
    assert 'Created "buy milk".' in run.stdout
    assert "\x1b" not in run.stdout
    assert "Create a task: buy milk" in run.stdout.rpartition("/threads")[2]


def test_a_database_keeps_conversations_and_tasks_for_the_next_time(tmp_path):
    kept = ("--database", f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}")
    first = said_to("Create a task: buy milk\n/title Groceries\n", *kept)
    assert f"kept in {kept[1]}." in first.stdout
    second = said_to("/threads\n/open 1\nList my tasks\n", *kept)
    assert second.returncode == 0, second.stderr
    listed, _, opened = second.stdout.partition("/open 1")
    assert re.search(r" 1 .*Groceries", listed)
    assert "you › Create a task: buy milk" in opened
    assert "○ 1 buy milk (normal)" in opened


def test_a_database_that_is_none_is_refused():
    run = said_to("", "--database", "nowhere")
    assert run.returncode == 2
    assert "is not a database URL" in run.stderr


def test_for_scripts_there_is_a_line_of_json_for_each_event_and_nothing_else():
    run = said_to("Create a task: buy milk\nDelete it\n", "--json")
    events = [json.loads(line) for line in run.stdout.splitlines()]
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    (card,) = [event for event in events if event["type"] == "widget"]
    assert card["root"]["title"] == 'Delete "buy milk"?'
    failed = said_to('{"messages": "x"}\n', "--json")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["code"] == "invalid_input"


def test_a_model_answers_and_what_it_is_sent_is_said_first(endpoint):
    lines = "Create buy milk\nhello\n"
    run = said_to(lines, "--model", "good", **endpoint.env)
    assert run.returncode == 0, run.stderr
    before, _, after = run.stdout.partition("you › Create buy milk")
    assert "good at 127.0.0.1, on this machine answers." in before
    assert "answers. Each message" not in after
    assert "✓ create_task" in after
    assert "You said: hello" in after
    assert KEY not in run.stdout + run.stderr


def test_a_model_speaks_json_to_scripts_and_says_beside_it_what_is_sent(endpoint):
    run = said_to("hello\n", "--model", "good", "--json", **endpoint.env)
    assert run.returncode == 0
    assert run.stderr.startswith("good at 127.0.0.1")
    assert all(json.loads(line) for line in run.stdout.splitlines())


@pytest.mark.parametrize("model", ["bad-key", "busy", "faulty", "cut"])
def test_a_model_that_fails_is_one_sentence_and_the_chat_goes_on(endpoint, model):
    run = said_to("one two three four\n/threads\n", "--model", model, **endpoint.env)
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("✗ The agent could not finish: 127.0.0.1 ") == 1
    assert "Error" not in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    assert KEY not in run.stdout + run.stderr
    assert "one two three four" in run.stdout.rpartition("/threads")[2]


def test_a_model_without_a_key_or_beside_a_notebook_is_refused():
    run = said_to("", "--model", "gpt-x")
    assert run.returncode == 2
    assert "Set OPENAI_API_KEY for OpenAI's, or OPENAI_BASE_URL" in run.stderr
    both = said_to("", "--model", "gpt-x", "--from", "solutions/10_capstone.ipynb")
    assert "Leave out one of them." in both.stderr


@contextlib.contextmanager
def serving(*arguments, **more):
    command = [sys.executable, "-c", CODE, "serve", "--port", "0", *arguments]
    ends = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment(**more), **ends) as server:
        try:
            yield server
        finally:
            server.send_signal(signal.SIGINT)
            server.rest = server.stdout.read()


def asked(url, path, body=None, key=None):
    headers = {"Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {key}"} if key else {}
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(
        urllib.request.Request(url + path, data, headers), timeout=120
    ) as a:
        return a.read().decode()


def test_a_model_is_served_with_its_greeting_and_a_restart_loses_nothing(endpoint, tmp_path):
    kept = ("--database", f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}")
    for message, answer in (("Create buy milk", "create_task"), ("hello", "You ")):
        with serving("--model", "good", *kept, **endpoint.env) as server:
            head = [server.stdout.readline() for _ in range(4)]
            url = re.search(r"http://127\.0\.0\.1:\d+", head[0])[0]
            key = json.loads(asked(url, "/api/sessions", {"user_id": "bob"}))["session_key"]
            greeting = json.loads(asked(url, "/api/turns", {"message": None}, key))
            said = asked(url, f"/api/turns/{greeting['turn_id']}/events", key=key)
            assert "Each message is sent there" in said
            turn = json.loads(asked(url, "/api/turns", {"message": message}, key))
            assert answer in asked(url, f"/api/turns/{turn['turn_id']}/events", key=key)
        assert "The TaskManager of the model good is at" in head[0]
        assert any("Each message is sent there" in line for line in head)
        assert KEY not in "".join(head) + server.rest
    listed = said_to("/threads\n", "--as", "bob", *kept).stdout
    assert re.search(r" 1 .* hello\n", listed)
    assert re.search(r" 2 .* Create buy milk\n", listed)


def test_in_a_real_terminal_a_model_is_stopped_and_its_failure_is_one_line(endpoint, tmp_path):
    from terminals import terminal

    for folder in ("notebooks", "exercises"):  # a course of its own, where the history is kept
        (tmp_path / folder).mkdir()
    here = endpoint.env | {"cwd": tmp_path}
    with terminal("-c", CODE, "chat", "--model", "slow", **here) as chat:
        chat.wait_for("Each message is sent there")
        chat.say("one two three four five six")
        chat.wait_for("Ctrl+C stops the answer.")
        chat.wait_for("You said:")
        chat.type("\x03")
        chat.wait_for("Stopped. What was said is kept.")
        chat.say("/quit")
        assert chat.wait_ended() == 0
        assert KEY.encode() not in chat.raw
    with terminal("-c", CODE, "chat", "--model", "bad-key", **here) as chat:
        chat.wait_for("Each message is sent there")
        chat.say("hello")
        chat.wait_for("refuses the key (401)")
        chat.say("/quit")
        assert chat.wait_ended() == 0
        assert KEY.encode() not in chat.raw
        assert "Traceback" not in chat.text()
    (kept,) = (tmp_path / ".chatlab").iterdir()
    assert "hello" in kept.read_text("utf-8")
