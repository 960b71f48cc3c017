"""A graded run: whatever a notebook does, the verdict is fair and the rest is graded."""

import json
from pathlib import Path

import pytest

from chatlab.course.catalogue import lesson_for
from chatlab.course.findings import Result
from chatlab.course.grading import Graded, grade
from chatlab.course.notebook import read
from chatlab.course.report import as_data
from chatlab.errors import InvalidInput

ROOT = Path(__file__).parents[2]
LESSON = lesson_for(0)
RIGHT = 'def greeting(name):\n    return f"Hello, {name}!"\n'


@pytest.fixture
def submitted(tmp_path):
    """Grade the exercise of lesson 00 with another answer, or with its cells changed."""

    def submit(answer=None, change=lambda cells: cells):
        notebook = read(ROOT / "exercises/00_start_here.ipynb")
        for cell in notebook["cells"]:
            if cell["id"] == "00-1-answer" and answer is not None:
                cell["source"] = answer
        notebook["cells"] = change(notebook["cells"])
        path = tmp_path / "submission.ipynb"
        path.write_text(json.dumps(notebook))
        (result,) = grade(ROOT, LESSON, path).results
        return result

    return submit


def test_the_untouched_exercise_is_not_started(submitted):
    assert (submitted().status, submitted().points) == ("not_started", 0)


def test_a_right_answer_passes(submitted):
    result = submitted(RIGHT)
    assert (result.status, result.points) == ("passed", 1)


def cheat(cells):
    """Everything somebody might do to a check: retype, empty, tag and delete it."""
    for cell in cells:
        if cell["id"] == "00-1-check":
            cell |= {"source": "print('passed')", "metadata": {"tags": ["nbval-skip"]}}
    return [cell for cell in cells if cell["id"] != "00-setup"]


def test_an_edited_check_changes_nothing(submitted):
    assert submitted("def greeting(name): return 'Hi'", cheat).status == "failed"
    assert submitted(RIGHT, cheat).status == "passed"


def test_a_deleted_check_changes_nothing(submitted):
    def without(cells):
        return [cell for cell in cells if cell["id"] != "00-1-check"]

    assert submitted(RIGHT, without).status == "passed"


@pytest.mark.parametrize(
    ("answer", "status", "says"),
    [
        ("import os\nos._exit(1)", "error", "This cell ended its kernel."),
        ("import os\ndef greeting(name):\n    os._exit(1)", "error", "This cell ended its kernel."),
        ("import sys\nsys.exit()", "failed", "SystemExit"),
        ("def greeting(name", "failed", "SyntaxError"),
        ("greet = nowhere", "failed", "name 'nowhere' is not defined"),
        ("print('x' * 100_000_000)\n" + RIGHT, "error", "printed more than 2,000,000 characters"),
        ("def greeting(name):\n    while True: pass", "failed", "while True: pass"),
        ("class Same:\n    __eq__ = lambda *_: True\ngreeting = lambda name: Same()", "failed", ""),
        ("import chatlab.course.check as c\nc.result_of = None", "failed", "There is no greeting"),
        ("greeting = None", "failed", "TypeError"),
        ("x = 1", "failed", "There is no greeting"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_notebook_that_misbehaves_gets_no_points_and_a_reason(submitted, answer, status, says):
    result = submitted(answer)
    assert (result.status, result.points) == (status, 0)
    assert says in "\n".join(result.feedback)


def test_an_answer_cell_that_is_gone_is_named(submitted):
    def without(cells):
        return [cell for cell in cells if cell["id"] != "00-1-answer"]

    result = submitted(RIGHT, without)
    assert (result.status, result.points) == ("error", 0)
    assert "00-1-answer" in result.feedback[0]


def test_a_cell_that_stands_twice_is_refused_by_name(submitted):
    with pytest.raises(InvalidInput, match="00-1-answer"):
        submitted(RIGHT, lambda cells: [*cells, cells[3]])


@pytest.mark.parametrize("text", ["", "not json", "[]", "{}", '{"cells": 3}', '{"cells": [1]}'])
def test_what_is_no_notebook_is_refused(tmp_path, text):
    path = tmp_path / "submission.ipynb"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=r"submission\.ipynb"):
        grade(ROOT, LESSON, path)
    assert path.read_text() == text


def test_points_for_going_further_are_counted_apart():
    lesson = lesson_for(4)
    results = tuple(Result(part.id, "passed", part.points, part.points) for part in lesson.parts)
    graded = Graded(lesson, results)
    assert graded.passed
    assert (graded.points, graded.extra) == (lesson.points, 6)
    assert as_data(graded)["extra"] == 6
