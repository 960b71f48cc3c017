"""A JupyterLab and a browser for the tests in here; two of each where two workers share them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab, jupyterlab
from playwright.sync_api import expect, sync_playwright
from requirements import require_or_skip

expect.set_options(timeout=60_000)
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, Path]]:
    """JupyterLab: its address, and the folder that it shows."""
    with jupyterlab() as found:
        yield found


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """JupyterLab in Debian's chromium.

    Playwright keeps an event loop running in this thread until it is left, so it must be left
    before a module of another kind has its turn.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require_or_skip("there is no chromium; on Debian: apt-get install chromium")
    url, folder = request.getfixturevalue("server")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield Lab(url, folder, browser)
        browser.close()
