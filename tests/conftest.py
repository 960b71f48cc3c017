"""What every test shares."""

import os
from typing import NoReturn

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The kernel's loop is asyncio, and so is the tests'."""
    return "asyncio"


def require_or_skip(reason: str) -> NoReturn:
    """Skip for what this machine lacks; fail instead where CHATLAB_REQUIRE_ALL says it must be."""
    if os.environ.get("CHATLAB_REQUIRE_ALL"):
        pytest.fail(f"{reason} (CHATLAB_REQUIRE_ALL is set, so this may not be skipped)")
    pytest.skip(reason)
