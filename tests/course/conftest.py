"""Graders that the tests of a worker share: a warm one costs a tenth of a cold one."""

from collections.abc import Iterator

import pytest
from requirements import require_or_skip

from chatlab.course.grading.kernels.box import missing_box
from chatlab.course.grading.pool import GraderPool


@pytest.fixture(scope="session")
def pool() -> Iterator[GraderPool]:
    """A grader as a learner's own machine has it."""
    with GraderPool() as pool:
        yield pool


@pytest.fixture(scope="session")
def boxed_pool() -> Iterator[GraderPool]:
    """Two graders whose kernels run in the box."""
    if why := missing_box():
        require_or_skip(why)
    with GraderPool(2, box=True, cell_seconds=6) as pool:
        yield pool
