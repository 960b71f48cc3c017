"""A question under a cell: live to answer it, and a still copy that gives nothing away."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.frontend import script_part, theme
from chatlab.frontend.markdown import render_inline
from chatlab.widgets.display import display_live
from chatlab.widgets.quiz.fallback import quiz_fallback
from chatlab.widgets.quiz.models import ChoiceQuestion, MatchQuestion, OrderQuestion
from chatlab.widgets.quiz.storage import AnswerStore

__all__ = ["Quiz", "ask_question", "to_payload"]

_HERE = Path(__file__).parent
_kernel_store = AnswerStore()


class Quiz(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half asks and explains; the answer comes back as a trait and is kept."""

    _esm = script_part("dom") + (_HERE / "quiz.js").read_text(encoding="utf-8")
    _css = theme() + (_HERE / "quiz.css").read_text(encoding="utf-8")
    scene = traitlets.Dict().tag(sync=True)
    answer: Any = traitlets.Dict().tag(sync=True)
    trouble: Any = traitlets.Unicode("").tag(sync=True)


def ask_question(
    question: ChoiceQuestion | OrderQuestion | MatchQuestion,
    key: str | None = None,
    answers: AnswerStore | None = None,
) -> None:
    """Put the question under the cell, with the answer that it was given before."""
    display_live(make_quiz(question, key, answers), quiz_fallback(question))


def make_quiz(
    question: ChoiceQuestion | OrderQuestion | MatchQuestion,
    key: str | None,
    answers: AnswerStore | None,
) -> Quiz:
    """The live half: what is answered in it is kept."""
    store = _kernel_store if answers is None else answers
    name = question.ask if key is None else key
    quiz: Any = Quiz(scene=to_payload(question), answer=question.cleaned(store.get(name)))

    def keep(change: dict[str, Any]) -> None:
        try:
            store.save(name, question.cleaned(change["new"]))
        except OSError as error:
            quiz.trouble = f"Your answer could not be kept: {error.strerror}."

    quiz.observe(keep, "answer")
    return quiz


def to_payload(question: ChoiceQuestion | OrderQuestion | MatchQuestion) -> dict[str, Any]:
    """What the browser needs, with Markdown made safe."""
    scene: dict[str, Any] = {"kind": question.kind, "ask": render_inline(question.ask)}
    match question:
        case ChoiceQuestion():
            scene["right"] = question.right
            scene["things"] = [_thing(text, why) for text, why in question.options.items()]
        case OrderQuestion():
            scene["things"] = [_thing(text, why) for text, why in question.steps.items()]
            scene["shuffled"] = question.shuffled()
            scene["earlier"] = question.earlier()
        case MatchQuestion():
            scene["things"] = [
                _thing(text, why) | {"partner": partner}
                for text, (partner, why) in question.pairs.items()
            ]
            scene["shuffled"] = question.shuffled()
    return scene


def _thing(text: str, why: str) -> dict[str, str]:
    return {"text": text, "html": render_inline(text), "why": render_inline(why)}
