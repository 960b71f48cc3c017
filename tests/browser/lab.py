"""A real JupyterLab for tests: one server, a notebook a test, and pages that tell on themselves."""

import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Request, expect

SHOTS = Path(__file__).parents[2] / "test-output"
ROOT = Path(__file__).parents[2]

IDLE = """() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel
  ?.status === 'idle'"""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
# The command does nothing while a check's own save is on its way: go on until one has begun here.
SAVE = """async () => {
  const { commands, shell } = window.jupyterapp;
  const { context } = shell.currentWidget;
  let begun = false;
  const note = (_, state) => { begun ||= state === 'started'; };
  while (!begun) {
    context.saveState.connect(note);
    await commands.execute('docmanager:save');
    context.saveState.disconnect(note);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}"""
READY = """() => window.jupyterapp?.commands?.hasCommand('docmanager:open')
  && window.jupyterapp.serviceManager.isReady"""
OPEN = """async ([path, name]) => {
  const { commands, shell, restored, serviceManager } = window.jupyterapp;
  await Promise.all([restored, serviceManager.kernelspecs.ready]);
  const opened = await commands.execute('docmanager:open', {
    path, factory: 'Notebook', kernel: { name }
  });
  const { sessionContext } = opened.context;
  await Promise.all([opened.context.ready, sessionContext.ready]);
  if (sessionContext.session?.kernel?.name !== name) await sessionContext.changeKernel({ name });
  await sessionContext.session.kernel.info;
  shell.activateById(opened.id);
}"""
CLOSE = """async () => {
  const { commands, shell } = window.jupyterapp;
  const opened = shell.currentWidget;
  await commands.execute('apputils:change-theme', { theme: 'JupyterLab Light' });
  await opened.context.save();
  await opened.context.sessionContext.shutdown();
  opened.dispose();
}"""
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
VIOLATIONS = """async () => (await axe.run({ include: ['.chatlab'] })).violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => [one.id, ...one.nodes.map(node => node.html + ' ' + node.failureSummary)])"""
THEME = "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"


def jupyterlabs_own(places: str) -> bool:
    """Whether every address in the text is JupyterLab's own code, and there is one.

    JupyterLab's bundle is under `/static/lab/`; widgets, and what carries them, are elsewhere.
    """
    found = re.findall(r"(?:https?|blob):[^\s)]+", places)
    return bool(found) and all("/static/lab/" in address for address in found)


@dataclass
class Watch:
    """What a page did that it should not have done."""

    errors: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    sent: list[str | bytes] = field(default_factory=list)
    received: list[str | bytes] = field(default_factory=list)

    def on(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", self._pageerror)
        page.on("request", self._request)
        page.on("websocket", self._websocket)

    def anew(self) -> Self:
        """Forget it all."""
        for noted in (self.errors, self.strays, self.sent, self.received):
            noted.clear()
        return self

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not jupyterlabs_own(message.location["url"]):
            self.errors.append(message.text)

    def _pageerror(self, error: Error) -> None:
        if not jupyterlabs_own(error.stack or ""):
            self.errors.append(str(error))

    def _request(self, request: Request) -> None:
        if request.url.startswith(("data:", "blob:")):
            return
        if urlsplit(request.url).hostname != "127.0.0.1":
            self.strays.append(request.url)

    def _websocket(self, websocket) -> None:
        websocket.on("framereceived", lambda data: self.received.append(data))  # noqa: PLW0108 - Playwright marks it
        websocket.on("framesent", lambda data: self.sent.append(data))  # noqa: PLW0108 - the same


@dataclass
class Opened:
    """A notebook in a page."""

    page: Page
    watch: Watch
    path: Path

    def run_all(self) -> None:
        self.page.wait_for_function(IDLE, timeout=120_000)
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function(IDLE, timeout=120_000)

    def save(self) -> dict:
        self.page.evaluate(SAVE)
        return json.loads(self.path.read_text(encoding="utf-8"))

    def theme(self, name: str) -> None:
        self.page.evaluate(THEME, name)
        light = "true" if "Light" in name else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def accessible(self) -> None:
        """No serious or critical violation in any pane, as axe-core judges."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE)
        assert self.page.evaluate(VIOLATIONS) == []

    def shot(self, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png")

    def behaved(self) -> None:
        assert self.watch.errors == []
        assert self.watch.strays == []


@dataclass
class Lab:
    """A running JupyterLab and a browser."""

    url: str
    folder: Path
    browser: Browser
    count: int = 0
    home: Opened | None = None

    @contextmanager
    def open(
        self, *cells: str, width: int = 1100, height: int = 1000, kernel: str = "python3"
    ) -> Iterator[Opened]:
        """A new notebook of these code cells, not yet run, in the page that the tests share.

        A test that fails takes the page with it.
        """
        path = self.written(*cells, kernel=kernel)
        opened = self.home or Opened(*self.page(), path)
        page = opened.page
        self.home = None
        try:
            page.set_viewport_size({"width": width, "height": height})
            if page.url.startswith(self.url):
                opened = Opened(page, opened.watch.anew(), path)
            else:
                page.goto(f"{self.url}/doc/workspaces/{path.stem}")
                page.wait_for_function(READY, timeout=120_000)
            page.evaluate(OPEN, [path.name, kernel])
            page.wait_for_function(IDLE, timeout=120_000)
            yield opened
            page.evaluate(CLOSE)
        except BaseException:
            page.context.close()
            raise
        self.home = opened

    @contextmanager
    def visit(self, path: Path, *, width: int = 1100, height: int = 1000) -> Iterator[Opened]:
        """A notebook that is there, in a page of its own."""
        page, watch = self.page()
        try:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(f"{self.url}/doc/tree/{path.name}?reset")
            page.wait_for_selector(".jp-Notebook", timeout=120_000)
            page.wait_for_function(IDLE, timeout=120_000)
            yield Opened(page, watch, path)
        finally:
            page.context.close()

    def written(self, *cells: str, kernel: str = "python3") -> Path:
        """A new notebook of these code cells."""
        self.count += 1
        path = self.folder / f"test_{self.count}.ipynb"
        path.write_text(json.dumps(notebook(cells, kernel)), encoding="utf-8")
        return path

    def page(self) -> tuple[Page, Watch]:
        """An empty page that tells on itself."""
        page = self.browser.new_context().new_page()
        page.set_default_timeout(60_000)
        watch = Watch()
        watch.on(page)
        return page, watch


def notebook(cells: tuple[str, ...], kernel: str) -> dict:
    made = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(cells)
    ]
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    return {"cells": made, "metadata": {"kernelspec": spec}, "nbformat": 4, "nbformat_minor": 5}


def lasting_port() -> int:
    """A port for a server that comes later: none that is given out in between."""
    while True:
        port = random.SystemRandom().randrange(10_000, 30_000)  # below what systems give out
        with suppress(OSError), socket.socket() as sock:
            sock.bind(("127.0.0.1", port))
            return port


@contextmanager
def jupyterlab() -> Iterator[tuple[str, Path]]:
    """A server with its own configuration: its address, and the folder that it shows."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        places = {"CONFIG_DIR": "config", "DATA_DIR": "data", "RUNTIME_DIR": "runtime"}
        env = os.environ | {f"JUPYTER_{name}": f"{home}/{place}" for name, place in places.items()}
        env |= {"JUPYTERLAB_SETTINGS_DIR": f"{home}/settings"}
        env |= {"JUPYTERLAB_WORKSPACES_DIR": f"{home}/workspaces", "IPYTHONDIR": f"{home}/ipython"}
        folder = Path(home, "root")
        folder.mkdir()
        for imported in ("room_servers.py", "xss_payloads.py"):
            shutil.copy(Path(__file__).parent / imported, folder)
        port = lasting_port()
        command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--ip=127.0.0.1"]
        command += [f"--port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
        command += ["--allow-root", "--expose-app-in-browser", f"--ServerApp.root_dir={folder}"]
        command += ["--LabApp.news_url=", f"--LabApp.app_settings_dir={ROOT}/chatlab/course/lab"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        with Path(home, "log").open("wb") as log:
            server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            until_up(url, Path(home, "log"))
            yield url, folder
        finally:
            server.terminate()
            server.wait(timeout=120)


def until_up(url: str, log: Path, path: str = "/api/status") -> None:
    end = time.monotonic() + 300
    while True:
        try:
            urllib.request.urlopen(f"{url}{path}").close()
        except urllib.error.URLError:
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)  # nothing tells when a server is up
        else:
            return
