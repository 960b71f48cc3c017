"""One nursery of server processes for all tests in here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from workers import Workers, workers

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.path.name.startswith("test_http"):
            item.add_marker(pytest.mark.xdist_group("http"))


@pytest.fixture(scope="session")
def crew() -> Iterator[Workers]:
    """Who starts server processes."""
    with workers() as found:
        yield found
