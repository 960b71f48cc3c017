"""Exercises come from solutions, and a difference is named."""

from pathlib import Path

import pytest

from chatlab.course.authoring.release import (
    load_pristine_exercise,
    make_exercise,
    make_stub,
    release_exercise,
)
from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.course.notebook import read, write
from chatlab.errors import InvalidInput

ROOT = Path(__file__).parents[2]


def test_a_solution_becomes_its_stub():
    source = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\nafter = 1"
    assert make_stub(source, "x") == "def f():\n    TODO()\nafter = 1"


def test_a_marker_may_bring_its_own_stub():
    source = "    ### BEGIN SOLUTION -> yield TODO()\n    yield 1\n    ### END SOLUTION"
    assert make_stub(source, "x") == "    yield TODO()"


@pytest.mark.parametrize(
    "source",
    ["### BEGIN SOLUTION\nx", "### END SOLUTION", "### BEGIN SOLUTION\n### BEGIN SOLUTION"],
)
def test_markers_that_do_not_pair_up_are_named_with_their_place(source):
    with pytest.raises(InvalidInput, match="cell 03-1-answer"):
        make_stub(source, "cell 03-1-answer")


@pytest.mark.parametrize("number", lesson_numbers())
def test_the_exercises_are_what_the_solutions_make_of_them(number):
    assert release_exercise(ROOT, lesson_for(number), check=True)


def test_an_edited_solution_is_noticed_until_it_is_released(tmp_path):
    lesson = lesson_for(0)
    for name in ("solutions", "exercises"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / f"{lesson.slug}.ipynb", read(ROOT / name / f"{lesson.slug}.ipynb"))
    package = tmp_path / "chatlab/lessons/l00_start_here"
    assert release_exercise(tmp_path, lesson, check=True)
    package.mkdir(parents=True)
    assert not release_exercise(tmp_path, lesson, check=False)
    assert (package / "exercise.ipynb").exists()
    assert release_exercise(tmp_path, lesson, check=True)
    solution = read(tmp_path / f"solutions/{lesson.slug}.ipynb")
    solution["cells"][2]["source"] = ["## Another goal"]
    write(tmp_path / f"solutions/{lesson.slug}.ipynb", solution)
    assert not release_exercise(tmp_path, lesson, check=True)
    assert not release_exercise(tmp_path, lesson, check=False)
    assert release_exercise(tmp_path, lesson, check=True)


@pytest.mark.parametrize("number", lesson_numbers())
def test_a_copy_of_the_course_without_solutions_has_its_exercises_all_the_same(tmp_path, number):
    lesson = lesson_for(number)

    assert load_pristine_exercise(tmp_path, lesson) == load_pristine_exercise(ROOT, lesson)


def test_graders_find_their_metadata():
    lesson = lesson_for(0)
    cells = make_exercise(read(ROOT / f"solutions/{lesson.slug}.ipynb"), lesson)["cells"]
    graded = {c["id"]: c["metadata"]["nbgrader"] for c in cells if "nbgrader" in c["metadata"]}
    assert graded == {
        "00-1-answer": {
            "grade": False,
            "grade_id": "00-1-answer",
            "locked": False,
            "schema_version": 3,
            "solution": True,
            "task": False,
        },
        "00-1-check": {
            "grade": True,
            "grade_id": "00-1-check",
            "locked": True,
            "points": 1,
            "schema_version": 3,
            "solution": False,
            "task": False,
        },
    }
