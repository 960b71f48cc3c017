"""The catalogue holds the course together: what is taught, assessed, counted and linked."""

import json
import re
from pathlib import Path

import pytest

from chatlab.course.catalogue import lesson_for, lesson_numbers, part_for
from chatlab.course.notebook import read, source_of
from chatlab.errors import NotFoundError

ROOT = Path(__file__).parents[2]
LESSONS = [lesson_for(number) for number in lesson_numbers()]
FOLDERS = ("notebooks", "exercises", "solutions")
NOTEBOOKS = sorted(path for name in FOLDERS for path in (ROOT / name).glob("*.ipynb"))
every_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.slug)
every_notebook = pytest.mark.parametrize(
    "path", NOTEBOOKS, ids=lambda one: f"{one.parent.name}/{one.stem}"
)


def test_the_lessons_are_numbered_without_a_gap():
    assert lesson_numbers() == list(range(len(LESSONS)))
    assert [lesson.number for lesson in LESSONS] == lesson_numbers()


@every_lesson
def test_every_objective_is_assessed_and_every_part_assesses_one(lesson):
    assert {part.objective for part in lesson.parts} == {one.id for one in lesson.objectives}


@every_lesson
def test_a_lesson_brings_at_most_eight_new_concepts(lesson):
    assert 1 <= len(lesson.introduces) <= 8


def test_no_concept_is_used_before_it_is_introduced_or_introduced_twice():
    known: set[str] = set()
    for lesson in LESSONS:
        assert set(lesson.uses) <= known, lesson.slug
        assert not known & set(lesson.introduces), lesson.slug
        known |= set(lesson.introduces)


@every_lesson
def test_parts_are_numbered_in_order_and_have_three_hints(lesson):
    assert [part.id for part in lesson.parts] == [
        f"{lesson.number:02}.{number}" for number in range(1, len(lesson.parts) + 1)
    ]
    for part in lesson.parts:
        assert len(set(part.hints)) == 3
        assert part.points > 0
        assert 1 <= part.minutes <= lesson.minutes


@every_lesson
def test_the_three_notebooks_of_a_lesson_exist_under_its_slug(lesson):
    for name in FOLDERS:
        assert (ROOT / name / f"{lesson.slug}.ipynb").is_file()


@every_lesson
def test_the_exercise_names_each_part_with_its_points_difficulty_and_minutes(lesson):
    exercise = read(ROOT / f"exercises/{lesson.slug}.ipynb")
    cells = {cell["id"]: source_of(cell) for cell in exercise["cells"]}
    for part in lesson.parts:
        goal = cells[f"{part.cell_prefix}-goal"]
        assert goal.startswith(f"## {part.id} {part.title}")
        points = f"{part.points:g} point{'' if part.points == 1 else 's'}"
        line = f"{points}, difficulty {part.difficulty}, {part.minutes} minutes."
        assert goal.splitlines()[2].startswith(line)  # the same place in each
        assert cells[part.check_cell] == f'await check("{part.id}")'
        assert part.answer_cell in cells


@every_lesson
def test_the_lesson_names_its_title_time_and_objectives(lesson):
    first = source_of(read(ROOT / f"notebooks/{lesson.slug}.ipynb")["cells"][0])
    assert lesson.title in first.splitlines()[0]
    assert f"{lesson.minutes} minutes" in first
    for objective in lesson.objectives:
        assert objective.text.rstrip(".").lower() in first.lower()


@every_notebook
def test_ids_are_readable_unique_and_begin_with_the_lesson(path):
    ids = [cell["id"] for cell in read(path)["cells"]]
    assert len(set(ids)) == len(ids)
    assert [id for id in ids if not re.fullmatch(rf"{path.stem[:2]}-[a-z0-9-]+", id)] == []


@every_notebook
def test_nothing_volatile_is_kept(path):
    notebook = read(path)
    assert set(notebook["metadata"]) == {"kernelspec"}
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"nbgrader", "tags", "jupyter"}
        for output in cell.get("outputs", ()):
            assert "application/vnd.jupyter.widget-view+json" not in output.get("data", {})
    assert not re.search(r"/(tmp|root|home)/\w", json.dumps(notebook))


@every_notebook
def test_outputs_are_where_they_belong(path):
    outputs = [out for cell in read(path)["cells"] for out in cell.get("outputs", ())]
    assert bool(outputs) is (path.parent.name != "exercises")
    assert "BEGIN SOLUTION" not in json.dumps(read(path)) or path.parent.name == "solutions"


@every_notebook
def test_links_lead_somewhere(path):
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)", source_of(cell)):
                if not re.match(r"https?:|mailto:", target):
                    assert (path.parent / target).resolve().exists(), target


@pytest.mark.parametrize("id", ["", "03", "3.1", "00.9", "99.1", "00.1.1"])
def test_a_part_that_is_not_there_is_not_found(id):
    with pytest.raises(NotFoundError):
        part_for(id)
