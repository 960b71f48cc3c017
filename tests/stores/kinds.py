"""The kinds of database that a test can be run over."""

import pytest

__all__ = ["SQL"]

_MARKS = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]

SQL = ["sqlite", pytest.param("postgres", marks=_MARKS)]
