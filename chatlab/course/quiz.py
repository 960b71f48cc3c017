"""The lessons' questions: shown in a notebook, their answers stored beside the progress.

They are read from `questions.toml` in the lesson's package, so that no cell gives an answer away.
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
    from chatlab.widgets.quiz.models import ChoiceQuestion, MatchQuestion, OrderQuestion

__all__ = ["ask", "lesson_questions"]


def ask(id: str) -> None:
    """Show a lesson's question under the cell: `ask("03-predict")`.

    Raises:
        NotFoundError: There is no such question.
    """
    from chatlab.widgets.quiz.storage import AnswerStore
    from chatlab.widgets.quiz.widget import ask_question

    number, _, name = id.partition("-")
    question = lesson_questions(number).get(name)
    if question is None:
        raise NotFoundError("question", id)
    ask_question(question, id, AnswerStore(_answers_path()))


def lesson_questions(number: str) -> "dict[str, ChoiceQuestion | MatchQuestion | OrderQuestion]":
    """The questions of a lesson such as `"03"`, by their names; {} if it has none."""
    from chatlab.widgets.quiz.models import Question

    try:
        path = files(package_of(int(number))) / "questions.toml"
    except (NotFoundError, ValueError):
        return {}
    adapter: TypeAdapter[dict[str, ChoiceQuestion | MatchQuestion | OrderQuestion]] = TypeAdapter(
        dict[str, Question]
    )
    return adapter.validate_python(tomllib.loads(path.read_text("utf-8")))


def _answers_path() -> Path | None:
    """The file beside the progress; None, outside of a course, keeps answers in memory only."""
    try:
        return course_root() / ".chatlab" / "answers.json"
    except InvalidInput:
        return None
