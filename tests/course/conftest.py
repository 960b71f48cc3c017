"""One class that is really graded, for all tests that need to know what a run leaves."""

import pytest
from a_class import chatlab, hand_in, notebook

from chatlab.course.classroom.gradebook import Gradebook


@pytest.fixture(scope="session")
def graded_class(tmp_path_factory):
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
    run = chatlab("grade", place, "--out", folder / "grades", "--jobs", 2)
    return run, folder / "grades", place


@pytest.fixture(scope="session")
def known_evidence(graded_class):
    """What a run of each kind of notebook leaves."""
    gradebook = Gradebook(graded_class[1])
    kinds = {"Solveig Solved": "solved", "paulprinted": "printed", "untouched": "untouched"}
    found = {kinds[learner]: evidence for _, evidence, _, learner in gradebook.evidence(0)}
    gradebook.close()
    return found
