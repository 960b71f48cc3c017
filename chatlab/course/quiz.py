"""The lessons' questions: asked in a notebook, answered beside a learner's progress.

`questions.toml` in a lesson's package holds them, so that a lesson's cell gives no answer away.
"""

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from chatlab.course.catalogue import package_of
from chatlab.course.progress import course_root
from chatlab.errors import InvalidInput, NotFoundError

if TYPE_CHECKING:
    from chatlab.widgets.quiz.models import Choose, Match, Order

__all__ = ["ask", "questions_of"]


def ask(id: str) -> None:
    """Ask a question of a lesson under the cell: `ask("03-predict")`.

    Raises:
        NotFoundError: There is no such question.
    """
    from chatlab.widgets.quiz.storage import AnswerStore
    from chatlab.widgets.quiz.widget import ask_question

    number, _, name = id.partition("-")
    question = questions_of(number).get(name)
    if question is None:
        raise NotFoundError("question", id)
    ask_question(question, id, AnswerStore(_kept_in()))


def questions_of(number: str) -> "dict[str, Choose | Match | Order]":
    """The questions of a lesson, under their names: `questions_of("03")`."""
    from chatlab.widgets.quiz.models import Question

    try:
        path = files(package_of(int(number))) / "questions.toml"
    except (NotFoundError, ValueError):
        return {}
    kinds: TypeAdapter[dict[str, Choose | Match | Order]] = TypeAdapter(dict[str, Question])
    return kinds.validate_python(tomllib.loads(path.read_text("utf-8")))


def _kept_in() -> Path | None:
    """Beside the progress; with the kernel where there is no course around."""
    try:
        return course_root() / ".chatlab" / "answers.json"
    except InvalidInput:
        return None
