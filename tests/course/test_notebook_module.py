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


MINE = "class Mine:\n    value = x"


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio\nawait asyncio.sleep(0)\nx = 42",
        "import asyncio\nx = (await asyncio.gather(asyncio.sleep(0, 42)))[0]",
        "%matplotlib inline\n%load_ext autoreload\nx = 42",
        "%%time\nimport asyncio\nx = 42",
        "%time x = 42",
        "!exit 1\nx = 42",
        "files = !ls\nx = 42 + len(files)",
        "display(42)\ndisplay({'text/plain': ''}, raw=True)\nx = 42",
        "from IPython.display import HTML, display\ndisplay(HTML('hi'), display_id=True)\nx = 42",
        "get_ipython().set_next_input('')\nx = 42",
        "x = 42\nx?",
        "    x = 42",
    ],
)
def test_a_cell_may_do_what_only_notebooks_can(tmp_path, source):
    assert written_in(notebook(tmp_path, source, MINE), "Mine").value == 42


def test_commands_and_cells_of_other_languages_are_left_out(tmp_path):
    trace = tmp_path / "trace"
    cells = (f"!touch {trace}", f"%%bash\ntouch {trace}", f"%%writefile {trace}\nhi", "x = 42")
    assert written_in(notebook(tmp_path, *cells, MINE), "Mine").value == 42
    assert not trace.exists()


def test_cells_that_await_share_one_loop(tmp_path):
    cells = (
        "import asyncio\nloop = asyncio.get_running_loop()\nawait asyncio.sleep(0)",
        "await asyncio.sleep(0)\nx = asyncio.get_running_loop() is loop",
    )
    assert written_in(notebook(tmp_path, *cells, MINE), "Mine").value is True


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("from chatlab.course import TODO\nTODO()", "is not written yet"),
        ("1 / 0", "cell x-0 does not run (ZeroDivisionError"),
        ("x = ", "does not run (SyntaxError"),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", "does not run (ZeroDivisionError"),
        ("raise SystemExit(3)", "does not run (SystemExit"),
        ("%%time\nx = ", "does not run (SyntaxError"),
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
