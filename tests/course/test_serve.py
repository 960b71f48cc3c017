"""`chatlab serve`, as a learner starts it."""

import contextlib
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from rich.console import Console

from chatlab import InvalidInput
from chatlab.adapters.http.connections import Connection
from chatlab.course.capstone.load_taskmanager import task_manager
from chatlab.course.capstone.serve import serve_capstone
from chatlab.course.capstone.signing_secret import kept_secret

ROOT = Path(__file__).parents[2]


def asked(url, path, body=None, key=None):
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {key}"} if key else {}
    )
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read().decode()


@contextlib.contextmanager
def serving(database):
    """`chatlab serve`, ended as with Ctrl+C: its process and its URL with the line that says it."""
    command = [sys.executable, "-c", "from chatlab.cli import main; main()", "serve", "--port", "0"]
    command += ["--database", database]
    env = os.environ | {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            where = server.stdout.readline()
            yield server, re.search(r"http://127\.0\.0\.1:\d+", where)[0], where
        finally:
            server.send_signal(signal.SIGINT)
            server.rest = server.stdout.read()


def logged_in(url):
    return json.loads(asked(url, "/api/sessions", {"user_id": "bob"}))["session_key"]


def test_the_task_manager_is_served_says_where_it_is_and_how_to_log_in(tmp_path):
    database = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    with serving(database) as (server, url, where):
        door, kept = (server.stdout.readline() for _ in range(2))
        key = logged_in(url)
        said = {"message": "Create a task: buy milk"}
        turn = json.loads(asked(url, "/api/turns", said, key))
        events = asked(url, f"/api/turns/{turn['turn_id']}/events", key=key)
        assert "<title>chatlab</title>" in asked(url, "/")
    rest = server.rest

    assert where.startswith("The TaskManager of solutions/10_capstone.ipynb is at http")
    assert "Nobody needs a password: this is for learning." in door
    assert f"Conversations and tasks are kept in {database}." in kept
    assert 'event: end\ndata: {"state": "completed"}' in events
    assert "Traceback" not in rest
    assert "error" not in rest.lower()


def say(url, key, message):
    """The events of a turn, to its end."""
    turn = json.loads(asked(url, "/api/turns", {"message": message}, key))
    return asked(url, f"/api/turns/{turn['turn_id']}/events", key=key)


def test_a_restart_loses_no_task_and_logs_nobody_out(tmp_path):
    database = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    with serving(database) as (server, url, _):
        key = logged_in(url)
        assert "buy milk" in say(url, key, "Create a task: buy milk")
        server.kill()
    with serving(database) as (_, url, _):
        assert "buy milk" in say(url, key, "List my tasks")
        assert json.loads(asked(url, "/api/sessions/current", key=key))["user_id"] == "bob"
    file = tmp_path / "chat.sqlite-secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept_secret(file) == file.read_text()


@pytest.mark.parametrize("text", ["", "too short", "ü" * 40])
def test_a_file_without_a_secret_signs_nothing(tmp_path, text):
    file = tmp_path / "chat.sqlite-secret"
    file.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match="secret"):
        kept_secret(file)
    with pytest.raises(InvalidInput, match="cannot hold the secret"):
        kept_secret(tmp_path / "nowhere" / "chat.sqlite-secret")


def test_what_cannot_be_listened_on_is_refused_with_the_next_thing_to_try():
    found = task_manager(ROOT)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InvalidInput, match=f"is in use. Try: chatlab serve --port {port + 1}"):
            serve_capstone(Console(), found, host="127.0.0.1", port=port, storage="in memory")
    with pytest.raises(InvalidInput, match="this server asks for no password"):
        serve_capstone(Console(), found, host="0.0.0.0", port=0, storage="in memory")


def test_whoever_asks_nothing_holds_no_connection(monkeypatch):
    served_with = []

    def run(server, sockets):
        served_with.append(server.config.http)
        for listener in sockets:
            listener.close()

    monkeypatch.setattr("uvicorn.Server.run", run)
    found = task_manager(ROOT)
    serve_capstone(Console(), found, host="127.0.0.1", port=0, storage="in memory")

    assert served_with == [Connection]
