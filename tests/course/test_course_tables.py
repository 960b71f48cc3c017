"""The maps of the course are made from the catalogue, and a stale one is named."""

import shutil
from pathlib import Path

import pytest

from chatlab.course.authoring.course_tables import (
    TABLES,
    render_course_map,
    render_curriculum_map,
    update_tables,
)
from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.errors import InvalidInput

ROOT = Path(__file__).parents[2]
LESSONS = [lesson_for(number) for number in lesson_numbers()]


def test_every_map_is_what_the_catalogue_says():
    assert update_tables(ROOT, LESSONS, check=True) == []


def test_the_course_map_has_every_lesson_and_their_sum():
    text = render_course_map(LESSONS, "x/")
    for lesson in LESSONS:
        assert f"[{lesson.title}](x/{lesson.slug}.ipynb)" in text
    assert f"| {sum(lesson.minutes for lesson in LESSONS)} |" in text.splitlines()[-1]


def test_the_curriculum_has_every_part_with_its_objective_and_level():
    text = render_curriculum_map(LESSONS, "")
    for lesson in LESSONS:
        levels = {objective.id: objective.level for objective in lesson.objectives}
        for part in lesson.parts:
            row = next(line for line in text.splitlines() if line.startswith(f"| {part.id} "))
            assert f"| {levels[part.objective]} |" in row


def test_a_stale_map_is_named_then_drawn_anew_and_the_rest_of_the_page_stays(tmp_path):
    for name, _, _ in TABLES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    page = tmp_path / "notebooks/README.md"
    text = page.read_text()
    page.write_text(text.replace(LESSONS[0].promise, "Something else."))
    assert update_tables(tmp_path, LESSONS, check=True) == ["notebooks/README.md"]
    assert update_tables(tmp_path, LESSONS, check=False) == ["notebooks/README.md"]
    assert page.read_text() == text


def test_a_page_without_a_place_for_its_map_says_what_to_write(tmp_path):
    for name, _, _ in TABLES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("nothing")
    with pytest.raises(InvalidInput, match="Write <!--"):
        update_tables(tmp_path, LESSONS, check=True)
