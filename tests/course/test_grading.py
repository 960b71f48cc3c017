"""A graded run: whatever a notebook does, the verdict is fair and the rest is graded."""

import json
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from chatlab.course.catalogue import lesson_for
from chatlab.course.findings import Result
from chatlab.course.grading import pool as pool_module
from chatlab.course.grading.evidence import LessonGrade
from chatlab.course.grading.pool import GraderPool
from chatlab.course.grading.report import grade_as_dict
from chatlab.course.grading.submission import parse_submission
from chatlab.course.notebook import read, source_of
from chatlab.errors import InvalidInput

ROOT = Path(__file__).parents[2]
LESSON = lesson_for(3)
SOLVED = {
    cell["id"]: source_of(cell) for cell in read(ROOT / "solutions/03_first_respond.ipynb")["cells"]
}


def notebook_of(answers, change=lambda cells: cells):
    """The exercise of lesson 03 with these answers, by part, and its cells changed."""
    notebook = read(ROOT / "exercises/03_first_respond.ipynb")
    for cell in notebook["cells"]:
        found = re.fullmatch(r"03-(\d)-answer", cell["id"])
        if found and int(found[1]) in answers:
            cell["source"] = answers[int(found[1])].replace("SOLVED", SOLVED[cell["id"]])
    return notebook | {"cells": change(notebook["cells"])}


def graded(pool, folder, answers, change=lambda cells: cells):
    """Grade that: the status of each part, its points, and its feedback as one text."""
    path = folder / "submission.ipynb"
    path.write_text(json.dumps(notebook_of(answers, change)), "utf-8")
    results = pool.grade(ROOT, LESSON, path).results
    found = [(result.status, result.points, "\n".join(result.feedback)) for result in results]
    return dict(enumerate(found, start=1))


def cheat(cells):
    """Everything somebody might do to a check: retype, empty, tag, copy and delete it."""
    for cell in cells:
        if cell["id"] == "03-1-check":
            cell |= {"source": "print('passed')", "metadata": {"tags": ["nbval-skip"]}}
        if cell["id"] == "03-2-check":
            cell |= {"cell_type": "markdown"}
    kept = [cell for cell in cells if cell["id"] not in {"03-setup", "03-3-check"}]
    return [*kept, next(cell for cell in cells if cell["id"] == "03-4-check")]


def test_what_is_wrong_costs_its_own_part_whatever_became_of_the_checks(pool, tmp_path):
    answers = {
        1: "# NBVAL_SKIP\nSOLVED",
        2: "import sys\nsys.exit()",
        3: "TaskServer = nowhere",
        5: "LIFECYCLE = (",
    }
    seen = graded(pool, tmp_path, answers, cheat)
    assert seen[1] == ("passed", 2, seen[1][2])
    assert [seen[number][:2] for number in (2, 3, 5)] == [("failed", 0)] * 3
    assert "SystemExit" in seen[2][2]
    assert "name 'nowhere' is not defined" in seen[3][2]
    assert "SyntaxError" in seen[5][2]


GRADE_AT_LOAD = """
import json, sys
from pathlib import Path
from chatlab.course.catalogue import lesson_for
from chatlab.course.grading import evidence, grade

root, path, load = sys.argv[1:]
grade._load = lambda: float(load)
grade._PATIENCE = 1  # no longer than usual: what never ends does not end then either
found = grade.collect_evidence(Path(root), lesson_for(3), Path(path), None, 20)
results = evidence.judge_evidence(found).results
print(json.dumps([[one.status, one.points, *one.feedback] for one in results]))
"""


@pytest.mark.parametrize(
    ("load", "status", "words"),
    [
        (0.0, "failed", "while True: time.sleep(1)"),
        (9.0, "error", "Not judged: the machine was too slow."),
    ],
)
def test_what_never_ends_costs_its_own_part_and_a_busy_machine_costs_nobody(
    tmp_path, load, status, words
):
    endless = "import time\nasync def what_is_saved(*_):\n    while True: time.sleep(1)"
    path = tmp_path / "submission.ipynb"
    path.write_text(json.dumps(notebook_of({1: "SOLVED", 4: endless})), "utf-8")
    command = [sys.executable, "-c", GRADE_AT_LOAD, str(ROOT), str(path), str(load)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen[0][:2] == ["passed", 2]
    assert seen[3][:2] == [status, 0]
    assert words in "\n".join(seen[3][2:])


def test_a_check_in_a_cell_of_ones_own_does_no_harm(pool, tmp_path):
    answers = {
        1: 'SOLVED\n\nawait check("03.1")',
        2: 'await check("03.2")\nSOLVED\nawait check("03.1")',
    }
    seen = graded(pool, tmp_path, answers)
    assert [seen[number][0] for number in (1, 2)] == ["passed", "passed"]


def ended(pid):
    """Whether the process is gone, or only waits for somebody to notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


LEAVES_A_PROCESS = """
import os, subprocess
left = subprocess.Popen(["sleep", "600"], start_new_session=True)
open(FILE, "w").write(str(left.pid))
SOLVED
"""

TRICKS_THE_CHECK = """
async def check(part):
    print("passed")
class Same:
    __eq__ = lambda *_: True
    __hash__ = None
TaskServer = lambda book: Same()
"""


def test_what_ends_the_run_costs_its_own_part_and_nothing_outlives_it(pool, tmp_path):
    file = tmp_path / "pid"
    answers = {
        1: LEAVES_A_PROCESS.replace("FILE", repr(str(file))),
        2: "print('x' * 10_000_000)\nSOLVED",
        3: TRICKS_THE_CHECK,
        4: "import os\nasync def what_is_saved(*_):\n    print('passed')\n    os._exit(0)",
        5: "SOLVED\nimport os, shutil\nshutil.rmtree(os.getcwd())",
    }
    seen = graded(pool, tmp_path, answers)
    assert seen.pop(1)[:2] == ("passed", 2)
    assert [status for status, _, _ in seen.values()] == ["error"] * 4
    assert not any(points for _, points, _ in seen.values())
    assert "The check wrote nothing down" in seen[3][2]
    assert "printed more than 2,000,000 characters" in seen[2][2]
    assert "This cell ended its kernel." in seen[4][2]
    assert "deleted the folder" in seen[5][2]
    assert ended(int(file.read_text()))


NO_KERNEL = """
import pathlib, sys
with pathlib.Path(__file__).with_name("tries").open("a") as tries:
    tries.write("x")
sys.exit(1)
"""


def test_a_kernel_that_does_not_start_is_tried_once_more_and_named(tmp_path, monkeypatch):
    (tmp_path / "ipykernel_launcher.py").write_text(NO_KERNEL)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(pool_module, "can_fork", lambda: False)
    with GraderPool() as pool:
        path = ROOT / "solutions/00_start_here.ipynb"
        (result,) = pool.grade(ROOT, lesson_for(0), path).results
    assert (result.status, result.points) == ("error", 0)
    assert result.feedback[0].startswith("Not judged: no kernel started.")
    assert (tmp_path / "tries").read_text() == "xx"


def answers_of(answers, change):
    notebook = notebook_of(answers, change)
    return parse_submission(notebook, notebook_of({}), LESSON)


def test_an_answer_that_is_gone_doubled_endless_or_no_text_is_named():
    def change(cells):
        return [
            *[cell for cell in cells if cell["id"] != "03-1-answer"],
            {"cell_type": "code", "id": "03-2-answer", "source": "another"},
        ]

    found = answers_of({2: "one", 3: "x" * 200_001, 4: "'\ud800'", 5: "SOLVED"}, change)
    assert {id: finding.message for id, finding in found.rejected.items()} == {
        "03-1-answer": "There is no answer to 03.1 in the notebook.",
        "03-2-answer": "The notebook has 2 different cells 03-2-answer.",
        "03-3-answer": "Its cell is 200,001 characters long.",
        "03-4-answer": "Its cell has half a character (a lone surrogate) at position 1.",
    }
    assert found.sources == {"03-5-answer": SOLVED["03-5-answer"]}


def test_what_is_unusual_about_the_notebook_is_noted():
    def change(cells):
        return [*cheat(cells), {"cell_type": "code", "source": "helper = 1"}]

    assert [note.partition(".")[0] for note in answers_of({}, change).notes] == [
        "Your notebook has no check of 03",
        "Your notebook has 2 checks of 03",
    ]
    assert answers_of({}, lambda cells: cells).notes == ()


@pytest.mark.parametrize(
    "text",
    [
        *["", "not json", "[]", "{}", "1", '{"cells": 3}', '{"cells": [1]}', "[" * 100_000],
        '{"cells": [{"cell_type": "code", "source": [1]}]}',
        '{"cells": [{"cell_type": "code", "id": []}]}',
        '{"worksheets": [], "nbformat": 3}',
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_notebook_is_refused(pool, tmp_path, text):
    path = tmp_path / "submission.ipynb"
    path.write_text(text)
    with pytest.raises(InvalidInput, match=r"submission\.ipynb"):
        pool.grade(ROOT, LESSON, path)
    assert path.read_text() == text


def test_what_is_no_file_is_refused(pool, tmp_path):
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name in ("pipe.ipynb", "", "gone.ipynb"):
        with pytest.raises(InvalidInput):
            pool.grade(ROOT, LESSON, tmp_path / name)


def test_points_for_going_further_are_counted_apart():
    lesson = lesson_for(4)
    results = tuple(Result(part.id, "passed", part.points, part.points) for part in lesson.parts)
    graded = LessonGrade(lesson, results)
    assert graded.passed
    assert (graded.points, graded.extra_points) == (lesson.points, 6)
    assert grade_as_dict(graded)["extra"] == 6


ABANDONED = """
import os, signal
from pathlib import Path
from chatlab.course.grading.pool import GraderPool
if __name__ == "__main__":
    pool = GraderPool()
    pool.submit(Path(ROOT), 0, Path(ROOT, "solutions/00_start_here.ipynb")).result()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_graders_and_kernels_end_with_whoever_was_killed(tmp_path):
    script = tmp_path / "abandoned.py"
    script.write_text(ABANDONED.replace("ROOT", repr(str(ROOT))))
    mark = {"CHATLAB_ABANDONED": str(tmp_path)}
    subprocess.run([sys.executable, script], env=os.environ | mark, check=False)

    def left():
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("CHATLAB_ABANDONED") == str(tmp_path):
                    yield process

    _, alive = psutil.wait_procs(list(left()), timeout=60)
    assert alive == []
