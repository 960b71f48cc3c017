"""One nursery of server processes for all tests in here."""

from collections.abc import Iterator

import pytest
from workers import Workers, workers


@pytest.fixture(scope="session")
def crew() -> Iterator[Workers]:
    """Who starts server processes."""
    with workers() as found:
        yield found
