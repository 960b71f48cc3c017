"""A class that was written in a notebook runs outside of it."""

import json

import pytest

from chatlab import MemoryStore, TaskBook
from chatlab.course.capstone.notebook_module import written_in
from chatlab.course.progress import course_root
from chatlab.errors import InvalidInput


def notebook(tmp_path, *sources):
    cells = [
        {"cell_type": "code", "id": f"x-{n}", "metadata": {}, "source": source, "outputs": []}
        for n, source in enumerate(sources)
    ]
    path = tmp_path / "mine.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    return path


def test_the_capstones_class_can_be_made():
    kind = written_in(course_root() / "solutions/10_capstone.ipynb", "TaskManager")
    assert kind(TaskBook(), "secret", MemoryStore()).secret == "secret"


def test_a_class_is_found_with_what_it_needs_from_earlier_cells(tmp_path):
    path = notebook(tmp_path, "x = 6", "class Mine:\n    value = x * 7")
    assert written_in(path, "Mine").value == 42


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("from chatlab.course import TODO\nTODO()", "is not written yet"),
        ("1 / 0", "cell x-0 does not run (ZeroDivisionError"),
        ("x = ", "does not run (SyntaxError"),
        ("x = 1", "makes no Mine"),
    ],
)
def test_what_is_not_there_is_said_with_the_next_step(tmp_path, source, says):
    with pytest.raises(InvalidInput, match=r".") as raised:
        written_in(notebook(tmp_path, source), "Mine")
    assert says in str(raised.value)


def test_a_file_that_is_no_notebook_is_refused(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text("hello")
    with pytest.raises(InvalidInput, match="is not a notebook"):
        written_in(path, "Mine")
