"""`chatlab serve`, as a learner starts it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from rich.console import Console

from chatlab import InvalidInput
from chatlab.course.capstone.load_taskmanager import task_manager
from chatlab.course.capstone.serve import serve_capstone

ROOT = Path(__file__).parents[2]


def asked(url, path, body=None, key=None):
    headers = {"Content-Type": "application/json"} | (
        {"Authorization": f"Bearer {key}"} if key else {}
    )
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.read().decode()


def test_the_task_manager_is_served_says_where_it_is_and_how_to_log_in(tmp_path):
    database = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    command = [sys.executable, "-c", "from chatlab.cli import main; main()", "serve", "--port", "0"]
    command += ["--database", database]
    env = os.environ | {"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as server:
        try:
            where, door, kept = (server.stdout.readline() for _ in range(3))
            url = re.search(r"http://127\.0\.0\.1:\d+", where)[0]
            key = json.loads(asked(url, "/api/sessions", {"user_id": "bob"}))["session_key"]
            said = {"message": "Create a task: buy milk"}
            turn = json.loads(asked(url, "/api/turns", said, key))
            events = asked(url, f"/api/turns/{turn['turn_id']}/events", key=key)
            assert "<title>chatlab</title>" in asked(url, "/")
        finally:
            server.send_signal(signal.SIGINT)
            rest = server.stdout.read()

    assert where.startswith("The TaskManager of solutions/10_capstone.ipynb is at http")
    assert "Nobody needs a password: this is for learning." in door
    assert f"Conversations are kept in {database}, tasks in memory" in kept
    assert 'event: end\ndata: {"state": "completed"}' in events
    assert "Traceback" not in rest
    assert "error" not in rest.lower()


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
