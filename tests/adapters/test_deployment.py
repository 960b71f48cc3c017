"""The deployment page: its app runs as it is written there."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
from serving import client_of, events_of

PAGE = (Path(__file__).parents[2] / "notebooks" / "deployment.md").read_text("utf-8")
UP = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


def block(containing):
    """The block of the page that has this in it."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return next(text for text in blocks if containing in text)


def cut_off(sock):
    """Wait until the other end is gone."""
    try:
        return not sock.recv(1)
    except ConnectionResetError:
        return True


def test_the_app_of_the_page_is_served_by_its_command(tmp_path):
    passwords = "def password_fits(name, password):\n    return password == 'green'\n"
    app = "\n".join([block("app = create_app"), passwords, block("/log-in")])
    (tmp_path / "app.py").write_text(app, "utf-8")
    making = re.search(r'python -c "(.*)"', PAGE)[1]
    made = subprocess.run(
        [sys.executable, "-c", making], capture_output=True, text=True, check=True
    )
    secret = made.stdout.strip()
    command = next(line for line in block("pip install").split("\n") if "uvicorn" in line)
    arguments = command.replace("8001", "0").split()
    env = os.environ | {
        "CHATLAB_SECRET": secret,
        "CHATLAB_DATABASE": f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}",
    }
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=tmp_path,
        env=env,
        text=True,
        stderr=subprocess.PIPE,
    ) as server:
        try:
            said = iter(server.stderr.readline, "")
            url = next(found[1] for found in map(UP.search, said) if found)
            idle = socket.create_connection(url.removeprefix("http://").split(":"), timeout=60)
            idle.sendall(b"GET / HTTP/1.1\r\nX: ")
            assert httpx.get(f"{url}/api/health").json() == {"status": "ok"}
            wrong, right = (
                httpx.post(f"{url}/log-in", json={"name": "alice", "password": password})
                for password in ("red", "green")
            )
            key = right.json()["session_key"]
            with client_of(url, key=key) as alice:
                turn = alice.post("/api/turns", json={"message": "Hello"}).json()
                *_, updated, end = events_of(alice, turn["turn_id"])
            with idle:
                cut = cut_off(idle)
        finally:
            server.terminate()
            rest = server.stderr.read()

    assert cut
    assert wrong.status_code == 401
    assert (updated["event"], end["data"]) == ("thread_updated", {"state": "completed"})
    assert "Hello" not in rest
