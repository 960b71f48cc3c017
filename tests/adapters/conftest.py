"""One nursery of server processes for all tests in here, and a browser."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from requirements import require_or_skip
from workers import Workers, workers

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from lab import Watch
from page_visits import box


@pytest.fixture(scope="session")
def crew() -> Iterator[Workers]:
    """Who starts server processes."""
    with workers() as found:
        yield found


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


@pytest.fixture
def tab(browser):
    """A tab with somebody in it; each has a session of its own. The page must behave."""
    contexts, watch = [], Watch()

    def come(url, fragment="", name="Alice", **options):
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        watch.on(page)
        page.goto(f"{url}/{fragment}")
        page.get_by_role("button", name=f"Continue as {name}").press("Enter")
        expect(box(page)).to_be_focused()
        return page

    yield come
    for context in contexts:
        context.close()
    lost = ("Failed to load resource", "net::ERR")
    assert [error for error in watch.errors if not any(words in error for words in lost)] == []
    assert watch.strays == []
