"""A class is graded by a cluster of worker processes, one of which is killed midway."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from a_class import ANSWERS, chatlab, hand_in, notebook

from chatlab.course.classroom.gradebook import Gradebook

CLUSTER = Path(__file__).with_name("a_cluster.py")
WAIT = 600


@pytest.fixture
def cluster():
    """A real cluster: its address, and its workers' process ids. Nothing of it is left."""
    process = subprocess.Popen(
        [sys.executable, CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    address, *pids = process.stdout.readline().split()
    yield address, [int(pid) for pid in pids]
    family = psutil.Process(process.pid).children(recursive=True)
    process.stdin.close()
    process.wait(timeout=WAIT)
    process.stdout.close()
    _, left = psutil.wait_procs(family, timeout=60)
    names = [one.cmdline() for one in left]
    for one in left:
        one.kill()
    assert names == []


def verdicts(out):
    """What each learner has, by part."""
    book = Gradebook(out)
    found = {
        one.learner: [(part.part, part.status, part.points) for part in one.verdict.parts]
        for one in book.attempts()
    }
    book.close()
    return found


@pytest.mark.parametrize("learners", [2, pytest.param(9, marks=pytest.mark.soak)])
def test_a_cluster_that_loses_a_worker_gives_everybody_the_grade_they_have_without_one(
    cluster, tmp_path, graded_class, box_option, learners
):
    address, workers = cluster
    kinds = {f"learner{n}": [*ANSWERS][n % 3] for n in range(learners)}
    place = hand_in(
        tmp_path / "in",
        {f"{name}/00_start_here.ipynb": notebook(kind, name) for name, kind in kinds.items()},
    )
    out = tmp_path / "out"
    command = "from chatlab.cli import main; main()"
    given = ["--out", out, "--scheduler", address, *box_option]
    grading = subprocess.Popen(
        [sys.executable, "-c", command, "grade", place, *given],
        stdout=subprocess.DEVNULL,
    )
    started = time.monotonic()
    while not (out / "gradebook.sqlite").exists() or not verdicts(out):
        assert grading.poll() is None
        assert time.monotonic() - started < WAIT
        time.sleep(0.05)
    family = psutil.Process(workers[0]).children(recursive=True)
    os.kill(workers[0], signal.SIGKILL)
    status = grading.wait(timeout=WAIT)
    for one in family:
        if one.is_running():
            one.kill()
    assert status == 0
    alone = verdicts(graded_class[1])
    names = {"solved": "Solveig Solved", "printed": "paulprinted", "untouched": "untouched"}
    assert verdicts(out) == {learner: alone[names[kind]] for learner, kind in kinds.items()}


def test_where_no_scheduler_is_this_is_said(tmp_path):
    place = hand_in(tmp_path / "in", {"al/00.ipynb": notebook("solved")})
    given = ("grade", place, "--out", tmp_path / "out", "--scheduler")
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        run = chatlab(*given, address)
        assert run.returncode == 2
        assert "is not a scheduler that answers" in " ".join(run.stderr.split())
