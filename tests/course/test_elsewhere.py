"""A learner's way where there is no fork, and no signal and no lock of POSIX: on Windows.

It is simulated: each process of Python starts without them.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from submissions import notebook_with, solved

from chatlab.course.catalogue import lesson_for
from chatlab.course.notebook import write

WITHOUT = """
import os, signal, sys
for name in ("fcntl", "pwd", "grp"):
    sys.modules[name] = None
for module, names in {
    os: ("fork", "forkpty", "killpg", "getloadavg"),
    signal: ("setitimer", "SIGALRM", "SIGHUP"),
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
"""


@pytest.fixture
def chatlab(tmp_path: Path):
    """Runs the command as on such a machine, in the course's folder; returns what it printed."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site/sitecustomize.py").write_text(WITHOUT, encoding="utf-8")
    course = tmp_path / "my course"
    course.mkdir()

    def run(*arguments: str, status: int = 0) -> str:
        command = [sys.executable, "-c", "from chatlab.cli import main; main()", *arguments]
        environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "COLUMNS": "120"}
        done = subprocess.run(
            command,
            cwd=course,
            env=environment,
            capture_output=True,
            check=False,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    run.course = course
    return run


def test_a_learner_starts_checks_asks_and_starts_afresh(chatlab):
    chatlab("start", ".")
    lesson = lesson_for(0)
    assert "not started" in chatlab("check", "00", status=1)
    answered = notebook_with(lesson, solved(lesson))
    write(chatlab.course / "exercises" / f"{lesson.slug}.ipynb", answered)
    assert "1 of 1" in chatlab("check", "00")
    assert "Hint 1 of 3" in chatlab("hint", "00.1")
    assert "1 of 125 points" in chatlab("progress")
    assert "is fresh" in chatlab("reset", "00")
