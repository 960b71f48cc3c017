"""What to do where a machine lacks what a test needs."""

import os
from typing import NoReturn

import pytest


def require_or_skip(reason: str) -> NoReturn:
    """Skip for what this machine lacks; fail instead where CHATLAB_REQUIRE_ALL says it must be."""
    if os.environ.get("CHATLAB_REQUIRE_ALL"):
        pytest.fail(f"{reason} (CHATLAB_REQUIRE_ALL is set, so this may not be skipped)")
    pytest.skip(reason)
