"""The kinds of database that a test can be run over."""

import pytest

__all__ = ["SQL"]

SQL = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
