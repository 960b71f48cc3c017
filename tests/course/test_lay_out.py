"""`chatlab start`: the whole course in a folder, from the installed package alone."""

import hashlib
import json
import os
import subprocess
import sys

import pytest
from submissions import ROOT, notebook_with, solved

from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.course.lay_out import lay_out_course
from chatlab.errors import InvalidInput


def test_every_notebook_guide_and_exercise_is_laid_out_and_no_solution(tmp_path):
    done = lay_out_course(tmp_path / "course")
    slugs = [lesson_for(number).slug for number in lesson_numbers()]
    for folder in ("notebooks", "exercises"):
        for slug in slugs:
            assert (tmp_path / "course" / folder / f"{slug}.ipynb").read_bytes() == (
                ROOT / folder / f"{slug}.ipynb"
            ).read_bytes()
    assert (tmp_path / "course/notebooks/images/course-light.png").exists()
    assert not (tmp_path / "course/solutions").exists()
    assert len(done.written) > 2 * len(slugs)
    assert done.kept == []


def test_what_a_learner_wrote_stays_and_the_rest_is_renewed(tmp_path):
    lay_out_course(tmp_path)
    written = tmp_path / "exercises/03_first_respond.ipynb"
    written.write_text("mine")
    (tmp_path / "exercises/own.ipynb").write_text("my own")
    (tmp_path / "notebooks/teaching.md").unlink()
    done = lay_out_course(tmp_path)
    assert (done.written, done.kept) == (["notebooks/teaching.md"], [])
    # What was laid out before was older: one file is as it was then, one has been changed since.
    older = tmp_path / "notebooks/curriculum.md"
    older.write_text("older")
    digests = tmp_path / ".chatlab/laid_out.json"
    known = json.loads(digests.read_text())
    known["notebooks/curriculum.md"] = hashlib.sha256(b"older").hexdigest()
    known["exercises/03_first_respond.ipynb"] = hashlib.sha256(b"older").hexdigest()
    digests.write_text(json.dumps(known))
    done = lay_out_course(tmp_path)
    assert done.written == ["notebooks/curriculum.md"]
    assert done.kept == ["exercises/03_first_respond.ipynb"]
    assert written.read_text() == "mine"
    assert (tmp_path / "exercises/own.ipynb").read_text() == "my own"


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot hold the course"):
        lay_out_course(tmp_path / "file")


@pytest.mark.soak
def test_a_wheel_in_an_environment_of_its_own_gives_a_course_that_can_be_checked(tmp_path):
    def run(*words, cwd=tmp_path):
        env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(words, cwd=cwd, check=False, capture_output=True, text=True, env=env)
        assert done.returncode == 0, done
        return done.stdout

    run("uv", "build", "--wheel", "-q", "-o", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    run("uv", "venv", "-q", "-p", sys.executable, tmp_path / "env")
    run("uv", "pip", "install", "-q", "-p", tmp_path / "env/bin/python", wheel)
    chatlab = tmp_path / "env/bin/chatlab"
    assert "Now: cd" in run(chatlab, "start", "course")
    course = tmp_path / "course"
    lesson = lesson_for(0)
    exercise = course / f"exercises/{lesson.slug}.ipynb"
    exercise.write_text(json.dumps(notebook_with(lesson, solved(lesson))), "utf-8")
    assert "1 of 1 points" in run(chatlab, "check", "00", cwd=course)
    run(chatlab, "start", course)
    assert "1 of 1 points" in run(chatlab, "check", "00", cwd=course)
    assert "Hint 1 of 3" in run(chatlab, "hint", "03.2", cwd=course)
    assert "Next" in run(chatlab, "progress", cwd=course)
    run(chatlab, "reset", "00", cwd=course)
