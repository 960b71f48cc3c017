"""The lessons' questions: asked in a notebook, answered beside a learner's progress.

`NN.toml` holds those of lesson NN, so that a lesson's cell gives no answer away.
"""

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from chatlab.course.place import course_root
from chatlab.errors import InvalidInput, NotFoundError

if TYPE_CHECKING:
    from chatlab.widgets.quiz.kinds import Choose, Match, Order

__all__ = ["ask", "questions_of"]

_HERE = Path(__file__).parent


def ask(id: str) -> None:
    """Ask a question of a lesson under the cell: `ask("03-predict")`.

    Raises:
        NotFoundError: There is no such question.
    """
    from chatlab.widgets.quiz.answers import Answers
    from chatlab.widgets.quiz.asked import ask_question

    number, _, name = id.partition("-")
    question = questions_of(number).get(name)
    if question is None:
        raise NotFoundError("question", id)
    ask_question(question, id, Answers(_kept_in()))


def questions_of(number: str) -> "dict[str, Choose | Match | Order]":
    """The questions of a lesson, under their names: `questions_of("03")`."""
    from chatlab.widgets.quiz.kinds import Question

    path = _HERE / f"{number}.toml"
    if not path.is_file():
        return {}
    kinds: TypeAdapter[dict[str, Choose | Match | Order]] = TypeAdapter(dict[str, Question])
    return kinds.validate_python(tomllib.loads(path.read_text("utf-8")))


def _kept_in() -> Path | None:
    """Beside the progress; with the kernel where there is no course around."""
    try:
        return course_root() / ".chatlab" / "answers.json"
    except InvalidInput:
        return None
