"""The page when several things go wrong at once: two tabs, a log-out, a server that dies."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from lab import lasting_port
from page_visits import box, connection, say, users
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
REPLY = ".chatlab-assistant"
SENT_OR_GIVEN_BACK = """() => document.querySelectorAll(".chatlab-said").length === 2
  || document.querySelector(".chatlab-input textarea").value"""
WHOLE = " ".join(f"word{n}" for n in range(40))


class Machine:
    """A server process on one port and one database, which dies and comes back."""

    def __init__(self, database):
        self.port = lasting_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._command = [sys.executable, "slow_page_server.py", str(self.port), str(database)]
        self.start()

    def start(self):
        self._process = subprocess.Popen(self._command, cwd=HERE)
        while True:
            with suppress(httpx.TransportError):
                httpx.get(f"{self.url}/api/health", timeout=60)
                return
            assert self._process.poll() is None
            time.sleep(0.05)

    def die(self):
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()


@contextmanager
def running(database):
    machine = Machine(database)
    try:
        yield machine
    finally:
        machine.die()


@pytest.fixture
def machine(tmp_path):
    with running(tmp_path / "chat.sqlite") as found:
        yield found


def two_tabs(tab, machine, message="Tell me"):
    """Both in one conversation, with a reply that streams."""
    one = tab(machine.url)
    say(one, message)
    expect(one.locator(REPLY).last).to_contain_text("word2")
    other = tab(machine.url, one.url.removeprefix(f"{machine.url}/"))
    expect(other.locator(REPLY).last).to_contain_text("word3")
    return one, other


def whole(*pages):
    for page in pages:
        expect(page.locator(REPLY).last).to_have_text(WHOLE)
        expect(users(page)).to_have_text(["Tell me"])
        expect(page.locator(REPLY)).to_have_count(2)
        expect(connection(page)).to_have_text("Connected")


def test_a_reload_of_both_tabs_amid_a_reply_loses_and_doubles_nothing(tab, machine):
    one, other = two_tabs(tab, machine)
    for page in (one, other, one, other):
        page.reload()
    whole(one, other)


def test_a_server_that_dies_amid_a_reply_while_both_tabs_reload(tab, machine):
    one, other = two_tabs(tab, machine)
    machine.die()
    expect(connection(other)).to_have_text(re.compile("trying again"))
    machine.start()
    one.reload()
    other.reload()
    whole(one, other)


def test_a_server_that_dies_twice_with_nobody_reloading(tab, machine):
    one, other = two_tabs(tab, machine)
    for _ in range(2):
        machine.die()
        for page in (one, other):
            expect(connection(page)).to_have_text(re.compile("trying again"))
        machine.start()
        for page in (one, other):
            expect(connection(page)).not_to_have_text(re.compile("trying again"))
    whole(one, other)


def test_a_reply_that_broke_off_is_asked_for_until_the_server_is_there(tab, machine):
    one, _ = two_tabs(tab, machine)
    refused = []
    one.route("**/api/turns", lambda route: (refused.append(route), route.abort()))
    machine.die()
    machine.start()
    for _ in range(1000):
        if len(refused) > 8:
            break
        one.evaluate("dispatchEvent(new Event('online'))")  # it need not wait for its next try
        one.wait_for_timeout(50)
    assert len(refused) > 8
    one.unroute("**/api/turns")
    whole(one)


def test_a_reply_stopped_in_the_other_tab_stops_in_both(tab, machine):
    one, other = two_tabs(tab, machine, "Never end")
    other.locator(".chatlab-input").get_by_role("button", name="Stop").click()
    for page in (one, other):
        expect(page.get_by_text("Not finished: you stopped it")).to_have_count(1)
        expect(page.get_by_role("alert")).to_have_count(0)
    texts = [page.locator(REPLY).last.inner_text() for page in (one, other)]
    assert texts[0] == texts[1]
    one.reload()
    expect(one.locator(REPLY).last).to_contain_text("you stopped it")
    assert one.locator(REPLY).last.inner_text() == texts[0]


def test_a_conversation_deleted_in_the_other_tab_amid_a_reply_is_not_there_again(tab, machine):
    one, other = two_tabs(tab, machine, "Never end")
    other.get_by_label("More about Never end").press("Enter")
    other.get_by_role("button", name="Delete").press("Enter")
    other.reload()  # now, not when the undo is over
    expect(one.get_by_role("alert")).to_have_text("This conversation was deleted in another tab.")
    for page in (one, other):
        expect(page.locator("nav li a")).to_have_count(0)
        expect(users(page)).to_have_count(0)
    say(one, "Tell me")
    whole(one)
    expect(other.locator("nav li a")).to_have_text(["Tell me"])


def test_a_log_out_in_one_tab_leaves_the_other_and_its_reply(tab, machine):
    one, other = two_tabs(tab, machine)
    one.get_by_role("button", name="Log out").click()
    expect(one.get_by_role("heading", name="Who are you?")).to_be_visible()
    whole(other)
    expect(connection(one)).to_have_text("Logged out")


def test_what_is_typed_and_sent_while_the_server_is_gone_arrives_once(tab, machine):
    one, other = two_tabs(tab, machine)
    whole(one, other)
    machine.die()
    say(one, "Tell me more")
    expect(connection(one)).to_have_text(re.compile("trying again"))
    machine.start()
    one.wait_for_function(SENT_OR_GIVEN_BACK)
    if box(one).input_value():  # it gave up before the server was there
        box(one).press("Enter")
    for page in (one, other):
        expect(users(page)).to_have_text(["Tell me", "Tell me more"])
        expect(page.locator(REPLY)).to_have_text(["Hello.", WHOLE, WHOLE])
