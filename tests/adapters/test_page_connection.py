"""The page's connection: two tabs, a server that dies and comes back, reloads, a greeting."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from lab import lasting_port
from page_visits import box, connection, idle, say, served_page, status, users
from playwright.sync_api import expect
from serving import client_of

from chatlab import AssistantMessage, ChatKitServer

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
REPLY = ".chatlab-assistant"
WATCH_CONNECTION = """() => {
  window.said = [];
  let failures = 0; // of what was asked for from here on
  const watched = (read) => async function (...given) {
    try {
      return await read.apply(this, given);
    } catch (error) {
      failures += 1;
      throw error;
    }
  };
  window.fetch = watched(window.fetch);
  const reader = ReadableStreamDefaultReader.prototype;
  reader.read = watched(reader.read);
  const line = document.getElementById("connection");
  new MutationObserver(() => {
    const { state } = line.dataset;
    const at = state === "retrying" ? `retrying at failure ${failures}` : state;
    if (window.said.at(-1) !== at) window.said.push(at);
  }).observe(line, { attributes: true });
}"""
"""What the page says of its connection, and after how many reads have failed."""


class Steps(ChatKitServer):
    """Greets; then says as many words as it is let."""

    said = 0

    async def respond(self, thread, input, context):
        if input is None:
            yield AssistantMessage(content="Good to see you.")
            return
        for number in range(20):
            while number >= self.said:
                await self.clock.sleep(0.005)
            yield AssistantMessage(content=f"word{number} ")


@pytest.fixture
def steps():
    return Steps()


@pytest.fixture
def beat():
    """How often streams speak, in seconds."""
    return 1.0


@pytest.fixture
def url(steps, beat):
    with served_page(steps, beat, prompts=("Tell me more", "And <less>")) as found:
        yield found


def threads(url):
    with client_of(url) as alice:
        return alice.get("/api/threads").json()["data"]


def test_it_greets_proposes_what_to_say_and_keeps_no_greeting_that_nobody_answered(tab, url, steps):
    page = tab(url)
    expect(page.locator(REPLY)).to_have_text("Good to see you.")
    expect(page.get_by_role("button", name="And <less>")).to_be_visible()
    assert len(threads(url)) == 1
    page.reload()
    expect(page.locator(REPLY)).to_have_text("Good to see you.")
    steps.said = 20
    page.get_by_role("button", name="Tell me more").press("Enter")
    status(page, "Answer complete.")
    expect(box(page)).to_be_focused()
    expect(page.locator(REPLY)).to_have_count(2)
    expect(page.get_by_role("button", name="And <less>")).to_have_count(0)
    expect(page.locator("nav li a")).to_have_text(["Tell me more"])
    kept = threads(url)
    assert [thread["id"] for thread in kept] == [page.url.partition("#")[2]]
    page.get_by_role("link", name="New conversation").click()
    expect(page.get_by_role("button", name="Tell me more")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(connection(page)).to_have_text("Logged out")
    assert threads(url) == kept


SAY_AT_ONCE = """(box, texts) => {
  for (const text of texts) {
    box.value = text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  }
}"""


def test_what_is_said_while_it_greets_is_answered_and_no_greeting_goes_on(tab, url, steps):
    steps.said = 20
    page = tab(url)
    box(page).evaluate(SAY_AT_ONCE, ["first", "second"])  # before an answer to the first begins
    expect(users(page)).to_have_text(["first", "second"])
    status(page, "Answer complete.")


def test_two_tabs_show_the_same_live(tab, url, steps):
    one = tab(url)
    steps.said = 1
    say(one, "Tell me")
    expect(one.locator(REPLY).last).to_contain_text("word0")
    other = tab(url, one.url.removeprefix(f"{url}/"))
    expect(connection(other)).to_have_text("Another tab answers")
    expect(other.locator(REPLY).last).to_contain_text("word0")
    steps.said = 5
    expect(other.locator(REPLY).last).to_contain_text("word4")
    steps.said = 20
    status(other, "Answer complete.")
    expect(connection(other)).to_have_text("Connected")
    say(other, "And now")
    expect(users(one)).to_have_text(["Tell me", "And now"])
    expect(one.locator(REPLY).last).to_contain_text("word19")
    idle(one)
    status(other, "Answer complete.")
    texts = [page.locator(f".chatlab-said, {REPLY}").all_inner_texts() for page in (one, other)]
    assert texts[0] == texts[1]
    one.locator("article", has_text="And now").get_by_role("button", name="Retry").click()
    status(one, "Answer complete.")
    expect(one.locator(REPLY)).to_have_count(3)
    expect(other.locator(REPLY)).to_have_count(3)
    other.reload()
    expect(other.locator(REPLY)).to_have_count(3)


@pytest.mark.parametrize("beat", [3600.0])
def test_a_tab_is_told_at_once_and_does_not_wait_for_the_next_beat(tab, url, steps):
    one = tab(url)
    steps.said = 20
    say(one, "Tell me")
    status(one, "Answer complete.")
    other = tab(url, one.url.removeprefix(f"{url}/"))
    expect(users(other)).to_have_text(["Tell me"])
    asked = []
    one.on("request", lambda request: asked.append(request.url.removeprefix(url)))
    say(other, "And now")
    expect(users(one)).to_have_text(["Tell me", "And now"])
    steps.said = 0  # the next answer waits
    say(one, "And then")
    expect(connection(other)).to_have_text("Another tab answers")
    steps.said = 20
    status(other, "Answer complete.")
    first = next(n for n, path in enumerate(asked) if "/patches" in path)
    assert sum("/changes" in path for path in asked[:first]) <= 1, asked


def test_a_tab_that_was_not_looked_at_shows_what_it_has_missed(tab, url, steps):
    page = tab(url)
    steps.said = 20
    say(page, "first")
    status(page, "Answer complete.")
    page.context.set_offline(True)
    expect(connection(page)).to_have_text("This device is offline")
    thread_id = page.url.partition("#")[2]
    with client_of(url) as alice:
        for text in ("missed", "missed, too"):
            alice.post("/api/turns", json={"message": text, "thread_id": thread_id})
            while alice.get(f"/api/threads/{thread_id}").json()["turn"]:
                time.sleep(0.01)
    page.context.set_offline(False)
    expect(users(page)).to_have_text(["first", "missed", "missed, too"])
    expect(page.locator(REPLY)).to_have_count(4)
    expect(connection(page)).to_have_text("Connected")


def test_what_was_typed_is_there_after_a_reload_and_gone_after_a_log_out(tab, url):
    page = tab(url)
    box(page).press_sequentially("half-typed")
    page.reload()
    expect(box(page)).to_have_value("half-typed")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    assert page.evaluate("sessionStorage.length") == 0
    page.get_by_role("button", name="Continue as Alice").click()
    expect(box(page)).to_have_value("")


@pytest.mark.parametrize("reloaded", [False, True], ids=["open", "reloaded"])
def test_a_server_that_is_killed_amid_a_reply_and_started_again_answers_to_the_end(
    tab, tmp_path, reloaded
):
    port = lasting_port()

    def start():
        command = [sys.executable, "slow_page_server.py", str(port), str(tmp_path / "chat.sqlite")]
        server = subprocess.Popen(command, cwd=HERE)
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=60)
                break
            assert server.poll() is None
            time.sleep(0.05)
        return server

    server = start()
    try:
        page = tab(f"http://127.0.0.1:{port}")
        say(page, "Tell me")
        expect(page.locator(REPLY).last).to_contain_text("word5")
        page.evaluate(WATCH_CONNECTION)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
        expect(connection(page)).to_have_text("The server does not answer, trying again…")
        # At once: the read that was waiting has failed, and no other was tried. It is counted if a
        # word came meanwhile, so that it was asked for after the counting had begun.
        first, *rest = page.evaluate("window.said")
        assert first in {"retrying at failure 0", "retrying at failure 1"}
        assert rest == ["gone"]
        expect(users(page)).to_have_text(["Tell me"])
        server = start()
        if reloaded:
            page.reload()
        status(page, "Answer complete.")
        expect(connection(page)).to_have_text("Connected")
        expect(page.locator("#who")).to_contain_text("alice")
        expect(users(page)).to_have_text(["Tell me"])
        expect(page.locator(REPLY)).to_have_text(
            ["Hello.", " ".join(f"word{n}" for n in range(40))]
        )
    finally:
        server.kill()
        server.wait()
