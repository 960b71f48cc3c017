"""The notebooks under nbval alone: lessons compare equal twice, solutions pass, exercises fail."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from chatlab.course.catalogue import lesson_for, lesson_numbers

ROOT = Path(__file__).parents[2]


def nbval(*arguments):
    """Run nbval with our plugin and no other, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "chatlab.course.grading.nbval_plugin"]
    command += ["-p", "nbval.plugin", "-c", os.devnull, f"--rootdir={ROOT}", *map(str, arguments)]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CHATLAB_QUICK_NBFORMAT": "1"}
    env.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=1200
    )


@pytest.mark.parametrize("time", ["once", pytest.param("and once more", marks=pytest.mark.soak)])
def test_the_lessons_show_what_is_stored_in_them(time):
    run = nbval("--nbval", "notebooks")
    assert run.returncode == 0, run.stdout


def test_the_solutions_pass_under_nbval():
    run = nbval("--nbval-lax", "solutions")
    assert run.returncode == 0, run.stdout


def test_the_untouched_exercises_fail_under_nbval_at_their_checks_only():
    run = nbval("--nbval-lax", "exercises")
    assert run.returncode == 1
    parts = [part.id for number in lesson_numbers() for part in lesson_for(number).parts]
    for part in parts:
        assert f"{part} not started" in run.stdout
    assert f"{len(parts)} failed" in run.stdout


def test_nbval_by_itself_sees_a_part_that_is_not_done():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "nbval.plugin", "-c", os.devnull]
    command += [f"--rootdir={ROOT}", "--nbval-lax", "exercises/00_start_here.ipynb"]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env.pop("PYTEST_ADDOPTS", None)
    run = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=600
    )
    assert run.returncode == 1
    assert "00.1 not started" in run.stdout
    assert "1 failed" in run.stdout


def test_an_updated_output_is_what_counts(tmp_path):
    path = tmp_path / "updated.ipynb"
    path.write_text(
        """{"cells": [{"cell_type": "code", "id": "a", "execution_count": 1, "metadata": {},
        "source": "h = display('before', display_id='x')\\nh.update('after')", "outputs":
        [{"output_type": "display_data", "metadata": {}, "data": {"text/plain": "'STORED'"}}]}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5}""".replace("STORED", "after")
    )
    assert nbval("--nbval", "--nbval-current-env", path).returncode == 0
    path.write_text(path.read_text().replace("'after'\"}", "'before'\"}"))
    assert nbval("--nbval", "--nbval-current-env", path).returncode == 1
