"""What every test shares."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings
from requirements import require_or_skip
from xdist.scheduler import LoadScopeScheduling

from chatlab.course.postgres import missing_postgres, temporary_database

# Many tests start Python. Compiling the same modules each time would take a third of the suite.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says more about the machine than about the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

TOGETHER = {
    "tests/browser/test_chat": "one browser",
    "tests/browser/test_frames": "one browser",
    "tests/browser/": "another browser",
    "tests/adapters/test_http": "one nursery of servers",
    "postgres": "one database server",
    "tests/course/test_grading": "one pool of graders",
    "tests/course/test_submission": "one pool of graders",
    "tests/course/test_hostile": "one box",
}
"""What tests share by the beginning or a part of their ids: they run on the same worker."""


LONGEST = ("tests/course/test_notebooks", "tests/course/test_grading", "tests/test_cli")
"""What takes longest of all that shares nothing, by the beginning of its id."""


class Together(LoadScopeScheduling):
    """Each test to whichever worker is free, but those that share something costly to one.

    (xdist's own groups are written where pytest 9.2 does not look.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((share for part, share in TOGETHER.items() if part in nodeid), nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker ends alone."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The kernel's loop is asyncio, and so is the tests'."""
    return "asyncio"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database: CHATLAB_TEST_POSTGRES names one, or a throw-away server is started."""
    if why := missing_postgres():
        require_or_skip(why)
    with temporary_database() as url:
        yield url
