"""Which TaskManager `chatlab chat` and `chatlab serve` talk to."""

import shutil
from pathlib import Path

import pytest

from chatlab.course.capstone.load_taskmanager import finished_notebook, task_manager
from chatlab.course.catalogue import lesson_for
from chatlab.course.progress import Progress
from chatlab.errors import InvalidInput

ROOT = Path(__file__).parents[2]


def test_the_solutions_is_taken_and_knows_who_knocks(tmp_path):
    solution = ROOT / "solutions/10_capstone.ipynb"
    found = task_manager(tmp_path, solution)
    assert (found.notebook, found.context_for("bob").user_id) == (str(solution), "bob")


def test_a_course_in_a_folder_of_its_own_finds_a_finished_one_too(tmp_path):
    assert finished_notebook(tmp_path) == ROOT / "solutions/10_capstone.ipynb"
    assert task_manager(tmp_path).context_for("bob").user_id == "bob"


def test_the_solutions_is_taken_again_when_ones_own_has_been_reset(tmp_path):
    (tmp_path / "exercises").mkdir()
    shutil.copy(ROOT / "exercises/10_capstone.ipynb", tmp_path / "exercises")
    progress = Progress(tmp_path)
    for part in lesson_for(10).parts:
        progress.record_result(part.id, part.points, passed=True)
    progress.save()
    assert task_manager(tmp_path).notebook == str(ROOT / "solutions/10_capstone.ipynb")


def test_an_exercise_that_is_not_written_yet_says_so():
    with pytest.raises(InvalidInput) as caught:
        task_manager(ROOT, ROOT / "exercises/10_capstone.ipynb")
    said = "exercises/10_capstone.ipynb is not written yet. Solve it, or leave out --from."
    assert str(caught.value) == said


@pytest.mark.parametrize(
    ("authenticate", "says"),
    [
        ("raise KeyError('who')", "knows nobody (KeyError: 'who')"),
        ("return self.nobody", "has no attribute 'nobody'"),
    ],
)
def test_a_task_manager_that_knows_nobody_is_named_before_anybody_talks_to_it(
    tmp_path, authenticate, says
):
    path = tmp_path / "mine.ipynb"
    source = (ROOT / "exercises/10_capstone.ipynb").read_text("utf-8")
    path.write_text(source.replace("TODO()", authenticate, 1), "utf-8")
    with pytest.raises(InvalidInput) as caught:
        task_manager(tmp_path, path)
    assert str(caught.value).startswith("mine.ipynb makes a TaskManager that knows nobody")
    assert says in str(caught.value)
