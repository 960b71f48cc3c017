"""In a course of nbgrader's, a notebook earns the same points."""

import json
import random

import pytest
from submissions import ROOT, notebook_with, solved, wrong

from chatlab.course.catalogue import lesson_for
from tests.benchmarks.peers import NbgraderCourse

pytestmark = pytest.mark.soak  # it installs nbgrader first


def test_nbgrader_gives_the_points_that_the_grader_gives(pool, tmp_path):
    partial = 0
    lessons = [lesson_for(number) for number in (1, 3, 5, 8)]
    course = NbgraderCourse(tmp_path / "course", lessons)
    for lesson in lessons:
        answers = solved(lesson)
        bad = wrong(lesson, random.Random(lesson.number))
        answers |= dict(list(bad.items())[::2])
        path = course.folder / f"submitted/alice/{lesson.slug}/{lesson.slug}.ipynb"
        path.write_text(json.dumps(notebook_with(lesson, answers)), "utf-8")
        course.run("autograde", lesson.slug)
        course.run("generate_feedback", lesson.slug)
        ours = pool.grade(ROOT, lesson, path)
        partial += sum(0 < result.points < result.out_of for result in ours.results)
        parts = {part.check_cell: part.id for part in lesson.parts}
        nbgraders = {parts[cell]: points for cell, points in course.points(lesson).items()}
        assert nbgraders == {result.part: result.points for result in ours.results}
        assert (course.folder / f"feedback/alice/{lesson.slug}/{lesson.slug}.html").exists()
    assert partial  # points that are neither none nor all
