"""`kill -9` at any moment of a class's run: nothing is lost, nothing is done twice."""

import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from a_class import ANSWERS, ROOT, hand_in, notebook

SEED = random.randrange(10**6)
LEARNERS = 24
JOBS = 3
STAND_IN = Path(__file__).with_name("a_class.py")


class KilledClass:
    """A class whose grading is killed again and again."""

    def __init__(self, folder, evidence):
        self.place = hand_in(
            folder / "in",
            {
                f"learner {n:02}/00_start_here.ipynb": notebook([*ANSWERS][n % 3], str(n))
                for n in range(LEARNERS)
            }
            | {"essay/essay.ipynb": "My essay."},
        )
        self.evidence = folder / "evidence.json"
        self.evidence.write_text(json.dumps(evidence))
        self.out = folder / "out"
        self.log = folder / "log"

    def start(self, log=None, out=None):
        command = [sys.executable, STAND_IN, self.evidence, log or self.log, "0.02", "grade"]
        command += [self.place, "--out", out or self.out, "--jobs", str(JOBS)]
        return subprocess.Popen(
            [str(one) for one in command],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def finish(self, **places):
        process = self.start(**places)
        _, said = process.communicate(timeout=300)
        assert process.returncode == 1, said.decode()

    def runs(self):
        return self.log.read_text().split() if self.log.exists() else []

    def recorded(self):
        """The digests in the gradebook; none if there is no gradebook yet."""
        path = self.out / "gradebook.sqlite"
        if not path.exists():
            return set()
        book = sqlite3.connect(path)
        try:
            rows = book.execute("SELECT sha256 FROM attempts").fetchall()
        except sqlite3.OperationalError:  # killed before there was a table
            rows = []
        book.close()
        return {digest for (digest,) in rows}


def results(out):
    """What a run leaves, without the times at which it was run."""
    moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
    files = sorted(path for path in out.rglob("*") if path.is_file() and path.name[0] != ".")
    texts = {
        str(path.relative_to(out)): moment.sub("TIME", path.read_text("utf-8"))
        for path in files
        if path.suffix != ".sqlite"
    }
    book = sqlite3.connect(out / "gradebook.sqlite")
    columns = "learner, lesson, sha256, file, handed_in, answers, evidence, verdict, run_version"
    rows = {
        table: sorted(book.execute(f"SELECT {names} FROM {table}").fetchall())
        for table, names in (("attempts", columns), ("problems", "*"), ("comments", "*"))
    }
    book.close()
    return texts, rows


@pytest.mark.parametrize("kills", [10, pytest.param(50, marks=pytest.mark.soak)])
def test_a_class_run_that_is_killed_again_and_again_ends_as_one_that_was_not(
    tmp_path, known_evidence, kills
):
    chance = random.Random(SEED)
    print("seed", SEED)
    found = KilledClass(tmp_path, known_evidence)
    undisturbed = tmp_path / "undisturbed"
    found.finish(log=tmp_path / "another log", out=undisturbed)
    killed = 0
    while killed < kills:
        recorded, before = found.recorded(), len(found.runs())
        process = found.start()
        wanted = before + chance.randint(0, 5)
        while process.poll() is None and len(found.runs()) < min(wanted, before + LEARNERS):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.1))
        killed += process.poll() is None
        process.kill()
        process.communicate(timeout=300)
        again = found.runs()[before:]
        assert not recorded & set(again)
        assert len(set(again)) == len(again)
        assert recorded <= found.recorded()
        if process.returncode == 1:  # it had come to its end: begin anew
            assert results(found.out) == results(undisturbed)
            shutil.rmtree(found.out)
    found.finish()
    assert results(found.out) == results(undisturbed)
    assert not (found.out / ".handed-in").exists()


def test_a_run_that_is_killed_while_reports_are_written_leaves_whole_files(
    tmp_path, known_evidence
):
    chance = random.Random(SEED)
    found = KilledClass(tmp_path, known_evidence)
    undisturbed = tmp_path / "undisturbed"
    found.finish(log=tmp_path / "another log", out=undisturbed)
    whole = results(undisturbed)[0].items()
    for _ in range(3):
        shutil.rmtree(found.out / "feedback", ignore_errors=True)
        process = found.start()
        while process.poll() is None and not (found.out / "feedback").exists():
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        process.communicate(timeout=300)
        left = results(found.out)[0].items()
        assert {one for one in left if not one[0].endswith(".tmp")} <= set(whole)
    found.finish()
    assert results(found.out) == results(undisturbed)
