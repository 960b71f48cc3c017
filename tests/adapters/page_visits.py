"""What the tests of the page share: a browser, and what one sees and does on the page."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright
from requirements import require_or_skip

expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def browser():
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require_or_skip("there is no chromium; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        found = playwright.chromium.launch(executable_path=program, args=flags)
        yield found
        found.close()


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
