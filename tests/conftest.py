"""What every test shares."""

import os
from collections.abc import Iterator

import pytest
from lacking import require_or_skip
from postgres import programs, throw_away_server


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The kernel's loop is asyncio, and so is the tests'."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database: CHATLAB_TEST_POSTGRES names one, or a throw-away server is started."""
    if given := os.environ.get("CHATLAB_TEST_POSTGRES"):
        yield given
        return
    bin_folder = programs()
    if bin_folder is None:
        require_or_skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    with throw_away_server(bin_folder) as url:
        yield url
