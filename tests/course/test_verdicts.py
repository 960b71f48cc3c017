"""A verdict is the same whoever gives it: nbval, one grader or several, whatever saved the file."""

import json
import os
import re
import subprocess
import sys

import pytest
from submissions import EDITORS, ROOT, class_of, notebook_with, solved

from chatlab.course.catalogue import lesson_for
from chatlab.course.grading import pool as pool_module
from chatlab.course.grading.evidence import Evidence, judge_evidence
from chatlab.course.grading.pool import GraderPool

LESSON = lesson_for(3)
HALF_DONE = dict(list(solved(LESSON).items())[:2]) | {
    "03-3-answer": "class TaskServer: pass",
    "03-5-answer": "LIFECYCLE = ('start', 'stop')",
}


@pytest.mark.parametrize("editor", EDITORS)
def test_honest_points_whatever_editor_saved_the_notebook(editor, pool, tmp_path):
    found = {}
    for name, answers in {"none": {}, "half": HALF_DONE, "all": solved(LESSON)}.items():
        path = tmp_path / f"{name}.ipynb"
        path.write_text(EDITORS[editor](notebook_with(LESSON, answers)), "utf-8")
        found[name] = pool.grade(ROOT, LESSON, path).points
    assert found == {"none": 0, "half": 4, "all": LESSON.points}


def test_nbval_gives_the_same_verdict_part_by_part(pool, tmp_path):
    path = tmp_path / "half.ipynb"
    path.write_text(json.dumps(notebook_with(LESSON, HALF_DONE)), "utf-8")
    verdicts = {result.part: result.status for result in pool.grade(ROOT, LESSON, path).results}
    command = [sys.executable, "-m", "pytest", "-v", "--nbval-lax", "--nbval-current-env"]
    command += ["-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path), str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    cells = [cell for cell in notebook_with(LESSON, {})["cells"] if cell["cell_type"] == "code"]
    outcomes = dict(re.findall(r"::Cell (\d+) (PASSED|FAILED)", said))
    found = {
        f"03.{cell['id'][3]}": "passed" if outcomes[str(number)] == "PASSED" else "not passed"
        for number, cell in enumerate(cells)
        if cell["id"].endswith("-check")
    }
    assert found == {
        part: "passed" if status == "passed" else "not passed" for part, status in verdicts.items()
    }


def verdicts_of(pool, submissions):
    futures = [pool.submit(ROOT, lesson.number, path) for lesson, path in submissions]
    return [
        [(result.part, result.status, result.points) for result in judged.results]
        for judged in (judge_evidence(Evidence.from_json(future.result())) for future in futures)
    ]


@pytest.mark.parametrize(
    ("size", "lessons"),
    [(10, [0, 1, 3]), pytest.param(100, [0, 1, 2, 3, 6, 8], marks=pytest.mark.soak)],
)
def test_a_class_is_graded_alike_by_one_grader_and_by_several(size, lessons, pool, tmp_path):
    submissions = list(class_of(tmp_path, size, lessons))
    with GraderPool(3) as several:
        assert verdicts_of(several, submissions) == verdicts_of(pool, submissions)


def test_where_kernels_cannot_be_forked_the_verdict_is_the_same(pool, tmp_path, monkeypatch):
    path = tmp_path / "half.ipynb"
    path.write_text(json.dumps(notebook_with(LESSON, HALF_DONE)), "utf-8")
    monkeypatch.setattr(pool_module, "can_fork", lambda: False)
    with GraderPool() as cold:
        assert cold.server_pid is None
        assert verdicts_of(cold, [(LESSON, path)]) == verdicts_of(pool, [(LESSON, path)])
