"""A new lesson passes the course's tests as it is made."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.course.catalogue import lesson_numbers

ROOT = Path(__file__).parents[2]
NEXT = f"{max(lesson_numbers()) + 1:02}"


def run(folder, *command):
    """A command in the copy, which imports the copy's own package."""
    env = os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    env.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


def chatlab(folder, *arguments):
    return run(folder, "-c", "from chatlab.cli import main; main()", *arguments)


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the repository."""
    folder = tmp_path_factory.mktemp("repository")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("03", "again"), f"cannot be '03'. The next one is {NEXT}."),
        (("x", "again"), f"cannot be 'x'. The next one is {NEXT}."),
        ((NEXT, "../evil"), "slug cannot be '../evil'. Try one such as tools_at_work"),
        ((NEXT, "Großes"), "slug cannot be 'Großes'."),
    ],
)
def test_what_cannot_be_a_lesson_is_refused_and_nothing_is_written(copy, arguments, says):
    before = sorted(copy.rglob("*.toml"))
    made = chatlab(copy, "new-lesson", *arguments)
    assert made.returncode == 2
    assert says in " ".join(made.stderr.split())
    assert sorted(copy.rglob("*.toml")) == before


def test_a_new_lesson_passes_the_courses_tests(copy):
    made = chatlab(copy, "new-lesson", NEXT, "tools_at_work")
    assert made.returncode == 0, made.stderr
    named = [line for line in made.stdout.splitlines() if "/" in line]
    assert all((copy / line).is_file() for line in named)
    assert len(named) == 8
    assert f"| {NEXT} | [Tools at work]" in (copy / "README.md").read_text("utf-8")

    about_it = f"{NEXT} or tools_at_work or lessons_are or concept or release or tables"
    tests = ["test_catalogue", "test_lesson_questions", "test_release", "test_course_tables"]
    paths = [f"tests/course/{name}.py" for name in tests]
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-k", about_it]
    tried = run(copy, "-m", "pytest", *options, *paths, "tests/lessons/test_answers.py")
    assert tried.returncode == 0, tried.stdout
    assert chatlab(copy, "release", "--check").stdout == ""
    linted = run(copy, "-c", "from importlinter.cli import lint_imports_command as c; c()")
    assert linted.returncode == 0, linted.stdout
    checked = run(copy, "-m", "ruff", "check", "--no-cache", *named[:4])
    assert checked.returncode == 0, checked.stdout
    judged = chatlab(copy, "check", NEXT, "--solutions")
    assert judged.returncode == 0, judged.stdout
