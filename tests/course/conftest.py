"""What the course's tests share: warm graders, and one class that is really graded."""

from collections.abc import Iterator

import pytest
from a_class import chatlab, hand_in, notebook
from requirements import require_or_skip

from chatlab.course.classroom.gradebook import Gradebook
from chatlab.course.grading.kernels.box import missing_box
from chatlab.course.grading.pool import GraderPool


@pytest.fixture(scope="session")
def pool() -> Iterator[GraderPool]:
    """A grader as a learner's own machine has it: a warm one costs a tenth of a cold one."""
    with GraderPool() as pool:
        yield pool


@pytest.fixture(scope="session")
def boxed_pool() -> Iterator[GraderPool]:
    """Two graders whose kernels run in the box."""
    if why := missing_box():
        require_or_skip(why)
    with GraderPool(2, box=True, cell_seconds=6) as pool:
        yield pool


@pytest.fixture(scope="session")
def box_option():
    """`--no-box` where there is none to be had."""
    return ["--no-box"] if missing_box() else []


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory, box_option):
    """A class of three and an essay, really graded: the run of the command, and its reports."""
    folder = tmp_path_factory.mktemp("class")
    place = hand_in(
        folder / "handed-in",
        {
            "Solveig Solved_101_assignsubmission_file_/00_start_here.ipynb": notebook("solved"),
            "paulprinted_202_303_00_start_here.ipynb": notebook("printed"),
            "untouched/00_start_here.ipynb": notebook("untouched"),
            "essay.ipynb": "My essay.",
        },
    )
    run = chatlab("grade", place, "--out", folder / "grades", "--jobs", 2, *box_option)
    return run, folder / "grades", place


@pytest.fixture(scope="session")
def known_evidence(graded_class):
    """What a run of each kind of notebook leaves."""
    gradebook = Gradebook(graded_class[1])
    kinds = {"Solveig Solved": "solved", "paulprinted": "printed", "untouched": "untouched"}
    found = {kinds[learner]: evidence for _, evidence, _, learner in gradebook.evidence(0)}
    gradebook.close()
    return found
