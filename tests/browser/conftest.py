"""One JupyterLab and one browser for all tests in here."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab import Lab, jupyterlab
from lacking import require_or_skip
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="package")
def lab() -> Iterator[Lab]:
    """JupyterLab in Debian's chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        require_or_skip("there is no chromium; on Debian: apt-get install chromium")
    with jupyterlab() as (url, folder), sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield Lab(url, folder, browser)
        browser.close()
