"""What the tests of the page share: what one sees and does there."""

import json
import sys
from pathlib import Path

from playwright.sync_api import expect
from serving import KEYS, served

from chatlab.adapters.http import Limits, create_app

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from lab import AXE, SHOTS

expect.set_options(timeout=60_000)


def served_page(server, beat=1.0, **options):
    """The page over this server, in which Alice and Bob may sign in; streams speak each `beat`."""
    app = create_app(
        server,
        KEYS.authenticate,
        sign_in=KEYS.issue,
        chatkit=False,
        limits=Limits(keep_alive_seconds=beat),
        **options,
    )
    return served(app)


def box(page):
    return page.get_by_role("textbox", name="Write a message")


def say(page, text):
    box(page).fill(text)
    box(page).press("Enter")


def status(page, text):
    expect(page.locator(".chatlab-status")).to_have_text(text)


def idle(page):
    """No answer runs, its own or another tab's: what is clicked now is not told to wait."""
    expect(page.locator(".chatlab-send")).to_have_text("Send")


def connection(page):
    return page.locator("#connection")


def users(page):
    return page.locator(".chatlab-said")


def shot(page, name):
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"page_{name}.png")


def accessible(page):
    """axe finds nothing to complain about, anywhere on the page."""
    page.evaluate(AXE)
    found = page.evaluate(
        """async () => (await axe.run()).violations
          .map(one => [one.id, ...one.nodes.map(node => node.html + ' ' + node.failureSummary)])"""
    )
    assert not found, found


def longest_task(page, work):
    """The longest task of the page's main thread while `work()` runs, in ms of processor time.

    Other programs that have the processor meanwhile do not count.
    """
    browser = page.context.browser
    browser.start_tracing(page=page, categories=["toplevel", "devtools.timeline"])
    work()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask")
        and "tdur" in event
        and (event["pid"], event["tid"]) in main
    ]
    assert len(tasks) > 100, "too little was traced to say anything"
    return max(tasks)
