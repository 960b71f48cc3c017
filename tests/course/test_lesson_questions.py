"""The lessons' questions: each is asked, and each lesson begins with one."""

import re
from pathlib import Path

import pytest

from chatlab.course import ask
from chatlab.course.catalogue import lesson_for, lesson_numbers
from chatlab.course.notebook import read, source_of
from chatlab.course.quiz import lesson_questions
from chatlab.errors import NotFoundError
from chatlab.widgets.quiz.models import ChoiceQuestion

ROOT = Path(__file__).parents[2]
every_lesson = pytest.mark.parametrize("number", lesson_numbers())


def asked_in(lesson):
    cells = [
        cell
        for folder in ("notebooks", "exercises")
        for cell in read(ROOT / folder / f"{lesson.slug}.ipynb")["cells"]
    ]
    return [
        id for source in map(source_of, cells) for id in re.findall(r'\bask\("([\w-]+)"\)', source)
    ]


@every_lesson
def test_a_lesson_asks_each_of_its_questions_once_and_begins_with_a_prediction(number):
    names = [f"{number:02}-{name}" for name in lesson_questions(f"{number:02}")]

    ids = asked_in(lesson_for(number))
    assert ids[:1] == [f"{number:02}-predict"]
    assert sorted(ids) == sorted(names)


@every_lesson
def test_a_prediction_explains_why_each_wrong_option_is_tempting(number):
    question = lesson_questions(f"{number:02}")["predict"]

    assert isinstance(question, ChoiceQuestion)
    assert 3 <= len(question.options) <= 4
    for text, why in question.options.items():
        assert why.startswith("Tempting") is (text != question.right)


def test_a_question_that_is_not_there_is_not_found():
    with pytest.raises(NotFoundError):
        ask("00-nothing")
