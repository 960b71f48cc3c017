"""The deployment page: its app runs as it is written there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
from serving import client_of, events_of

from chatlab.adapters.http import SignedKeys

PAGE = (Path(__file__).parents[2] / "notebooks" / "deployment.md").read_text("utf-8")
UP = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


def block(containing):
    """The block of the page that has this in it."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return next(text for text in blocks if containing in text)


def test_the_app_of_the_page_is_served_by_its_command(tmp_path):
    (tmp_path / "app.py").write_text(block("app = create_app"), "utf-8")
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
            assert httpx.get(f"{url}/api/health").json() == {"status": "ok"}
            key = SignedKeys(secret).key_for("alice")
            with client_of(url, key=key) as alice:
                turn = alice.post("/api/turns", json={"message": "Hello"}).json()
                *_, updated, end = events_of(alice, turn["turn_id"])
        finally:
            server.terminate()
            rest = server.stderr.read()

    assert (updated["event"], end["data"]) == ("thread_updated", {"state": "completed"})
    assert "Hello" not in rest
