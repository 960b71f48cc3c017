"""What every test shares."""

from collections.abc import Iterator

import pytest
from lacking import require_or_skip

from chatlab.course.postgres import a_database, no_postgres


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The kernel's loop is asyncio, and so is the tests'."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database: CHATLAB_TEST_POSTGRES names one, or a throw-away server is started."""
    if why := no_postgres():
        require_or_skip(why)
    with a_database() as url:
        yield url
