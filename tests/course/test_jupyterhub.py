"""A real JupyterHub with nbgitpuller, as the deployment page describes it, without a container."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from requirements import require_or_skip
from submissions import ROOT, notebook_with, solved

from chatlab.course.catalogue import lesson_for

pytestmark = pytest.mark.soak  # it installs JupyterHub first

PAGE = (ROOT / "notebooks/deployment.md").read_text("utf-8")
CONFIG = """
c = get_config()
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{key}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{homes}/{{username}}"
{spawner}
c.Spawner.args = [*c.Spawner.args, "--allow-root"]
c.JupyterHub.services = [{{"name": "teacher", "api_token": "{key}"}}]
c.JupyterHub.load_roles = [{{
    "name": "teaching", "services": ["teacher"],
    "scopes": ["admin:servers", "admin:users", "access:servers"],
}}]
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def installed(folder):
    """The environment that the page installs: its `bin` folder, and the proxy's program."""
    install = re.search(r"`pip install (.+)`", PAGE)[1].replace("'", "").replace(".[", f"{ROOT}[")
    python = folder / "env/bin/python"
    subprocess.run(["uv", "venv", "-q", "-p", sys.executable, folder / "env"], check=True)
    words = ["uv", "pip", "install", "-q", "-p", str(python), "jupyterhub", *install.split()]
    subprocess.run(words, check=True)
    words = ["npm", "install", "--silent", "--prefix", str(folder), "configurable-http-proxy"]
    subprocess.run(words, check=True)
    return python.parent, folder / "node_modules/.bin/configurable-http-proxy"


def repository(folder):
    """The course in a repository of its own, without solutions."""
    course = folder / "chatlab"
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in tracked.splitlines():
        if not name.startswith(("solutions/", "tests/")) and (ROOT / name).exists():
            (course / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, course / name)
    git(course, "init", "-q", "-b", "main")
    commit(course)
    return course


def git(folder, *words):
    who = ("-c", "user.name=teacher", "-c", "user.email=teacher@example.org")
    subprocess.run(["git", *who, *words], cwd=folder, check=True)


def commit(course):
    git(course, "add", "-A")
    git(course, "commit", "-q", "-m", "The course")


@contextmanager
def hub(folder):
    """A client of the hub, and the folder of its users' homes."""
    binaries, proxy = installed(folder)
    ports, key, homes = free_ports(3), secrets.token_hex(32), folder / "homes"
    spawner = re.search(r"`(c\.Spawner\.args = .+)`", PAGE)[1]
    text = CONFIG.format(ports=ports, proxy=proxy, key=key, homes=homes, spawner=spawner)
    (folder / "config.py").write_text(text)
    path = f"{binaries}{os.pathsep}{os.environ['PATH']}"
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [binaries / "jupyterhub", "-f", folder / "config.py"],
            cwd=folder,
            env=os.environ | {"PATH": path},
            stdout=log,
            stderr=log,
        )
    headers = {"Authorization": f"token {key}"}
    url = f"http://127.0.0.1:{ports[0]}"
    try:
        with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
            yield client, homes, binaries
    finally:
        process.terminate()
        process.wait()


def wait_for(found, log):
    while True:
        try:
            if found():
                return
        except httpx.TransportError:
            pass
        assert "Traceback" not in log.read_text(), log.read_text()
        time.sleep(0.2)


def test_a_class_on_a_hub_gets_the_course_checks_it_and_keeps_its_answers(tmp_path):
    if shutil.which("npm") is None or shutil.which("uv") is None:
        require_or_skip("JupyterHub's proxy needs npm, and its environment uv")
    course = repository(tmp_path)
    with hub(tmp_path) as (client, homes, binaries):
        wait_for(lambda: client.get("/hub/health").is_success, tmp_path / "log")
        client.post("/hub/api/users/alice").raise_for_status()
        client.post("/hub/api/users/alice/server").raise_for_status()
        user = "/hub/api/users/alice"
        wait_for(lambda: '"ready": true' in client.get(user).text, tmp_path / "log")
        pull = {"repo": f"file://{course}", "branch": "main"}
        said = client.get("/user/alice/git-pull/api", params=pull).text
        assert '"phase": "finished"' in said, said
        home = homes / "alice/chatlab"
        assert not (home / "solutions").exists()

        lesson = lesson_for(0)
        exercise = home / f"exercises/{lesson.slug}.ipynb"
        solved_text = json.dumps(notebook_with(lesson, solved(lesson)), indent=1)
        exercise.write_text(solved_text, "utf-8")
        (course / "notebooks/news.md").write_text("A page that came later.\n")
        commit(course)
        said = client.get("/user/alice/git-pull/api", params=pull).text
        assert '"phase": "finished"' in said, said
        assert (home / "notebooks/news.md").exists()
        assert exercise.read_text("utf-8") == solved_text

        checked = subprocess.run(
            [binaries / "chatlab", "check", "00"],
            cwd=Path(home),
            check=False,
            capture_output=True,
            text=True,
        )
        assert (checked.returncode, "1 of 1 points" in checked.stdout) == (0, True), checked
        opened = client.get(f"/user/alice/api/contents/chatlab/exercises/{exercise.name}")
        assert opened.json()["content"]["cells"]
