"""What the tests of the page share: what one sees and does there."""

import sys
from pathlib import Path

from playwright.sync_api import expect

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from lab import AXE, SHOTS

expect.set_options(timeout=60_000)


def box(page):
    return page.get_by_role("textbox", name="Write a message")


def say(page, text):
    box(page).fill(text)
    box(page).press("Enter")


def status(page, text):
    expect(page.locator(".chatlab-status")).to_have_text(text)


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
