"""What is found in a notebook that another editor saved, or that has cells of one's own."""

import json
from uuid import uuid4

import pytest
from test_grading import LESSON, ROOT, SOLVED

from chatlab.course.catalogue import lesson_for
from chatlab.course.grading.submission import parse_submission
from chatlab.course.notebook import read, source_of
from chatlab.errors import InvalidInput

PRISTINE = read(ROOT / "exercises/03_first_respond.ipynb")
ANSWERS = {id: source for id, source in SOLVED.items() if id.endswith("-answer")}


def solution():
    """The exercise with the solution's answers."""
    cells = [
        cell | {"source": ANSWERS.get(cell["id"], source_of(cell))} for cell in PRISTINE["cells"]
    ]
    return PRISTINE | {"cells": cells}


def changed(change):
    notebook = solution()
    return notebook | {"cells": [change(dict(cell)) for cell in notebook["cells"]]}


def with_cells(place, *sources):
    """The solution with cells of one's own before the cell `place`."""
    notebook = solution()
    own = [{"cell_type": "code", "id": uuid4().hex[:8], "source": source} for source in sources]
    n = next(n for n, cell in enumerate(notebook["cells"]) if cell["id"] == place)
    return notebook | {"cells": [*notebook["cells"][:n], *own, *notebook["cells"][n:]]}


def colab(cell):
    """Fresh ids, and the id in the metadata, too."""
    id = uuid4().hex[:12]
    return cell | {"id": id, "metadata": cell["metadata"] | {"id": id}}


def nbformat_4_4(cell):
    """No ids."""
    del cell["id"]
    return cell


def bare(cell):
    """Neither ids nor metadata."""
    return {"cell_type": cell["cell_type"], "source": cell["source"].splitlines(keepends=True)}


def found(notebook):
    return parse_submission(notebook, PRISTINE, LESSON)


@pytest.mark.parametrize("change", [dict, colab, nbformat_4_4, bare])
def test_answers_are_found_whatever_became_of_the_ids(change):
    seen = found(changed(change))

    assert seen.sources == ANSWERS
    assert (seen.rejected, seen.notes) == ({}, ())


def test_an_answer_in_a_cell_of_ones_own_is_found_by_the_check_that_follows():
    notebook = with_cells("03-1-check", ANSWERS["03-1-answer"])
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] != "03-1-answer"]

    assert found(notebook).sources == ANSWERS


def test_a_helper_and_an_added_import_above_the_check_are_used():
    notebook = with_cells(
        "03-1-answer",
        "import math as m\nprint('drawn')",
        "def helper():\n    return SIZE + m.pi + re.I",
        "SIZE = 3\nawait show(SIZE)",
        "unused = 1",
    )
    for cell in notebook["cells"]:
        if cell["id"] == "03-setup":
            cell["source"] = f"import textwrap\n{cell['source']}"
        if cell["id"] == "03-1-answer":
            cell["source"] += "\nhelper(), textwrap"

    source = found(notebook).sources["03-1-answer"]

    assert source.removesuffix(ANSWERS["03-1-answer"] + "\nhelper(), textwrap").split("\n\n")[
        :-1
    ] == [
        *("import textwrap", "import math as m"),
        *("def helper():\n    return SIZE + m.pi + re.I", "SIZE = 3"),
    ]


def test_what_stands_below_the_check_is_named():
    notebook = with_cells("03-2-answer", "def helper(): ...")
    for cell in notebook["cells"]:
        if cell["id"] == "03-1-answer":
            cell["source"] += "\nhelper()"

    assert found(notebook).notes == (
        "`helper` is defined below the check of 03.1: move it above the answer.",
    )


def test_cells_that_define_nothing_or_are_no_python_change_nothing():
    own = ("%time 1", "await nothing", "!ls", "x =", "print(EchoServer)", "")

    assert found(with_cells("03-1-answer", *own)).sources == ANSWERS
    assert found(with_cells("03-1-check", *own)).sources == ANSWERS


def test_another_lessons_notebook_is_named_before_anything_runs(pool, tmp_path):
    for change in (dict, bare):
        path = tmp_path / "submission.ipynb"
        path.write_text(json.dumps(changed(change)), "utf-8")
        with pytest.raises(InvalidInput, match=r"is the exercise of lesson 03.*lesson 05"):
            pool.grade(ROOT, lesson_for(5), path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_every_encoding_of_json_is_read(tmp_path, encoding):
    path = tmp_path / "submission.ipynb"
    text = json.dumps(solution(), ensure_ascii=False, indent=1).replace("\n", "\r\n")
    path.write_bytes(text.encode(encoding))

    assert found(read(path)).sources == ANSWERS


def test_a_notebook_of_another_editor_earns_its_points(pool, tmp_path):
    notebook = with_cells("03-1-answer", "HELLO = 'hi'")
    cells = [bare(dict(cell)) for cell in notebook["cells"]]
    for cell in cells:
        if "".join(cell["source"]) == ANSWERS["03-1-answer"]:
            cell["source"] = [*cell["source"], "\nassert HELLO"]
    path = tmp_path / "submission.ipynb"
    path.write_text(json.dumps(notebook | {"cells": cells}), "utf-8-sig")

    assert pool.grade(ROOT, LESSON, path).points == LESSON.points
