"""A question under a cell: live to answer it, and a still copy that gives nothing away."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.frontend import part
from chatlab.frontend.markdown import rendered_line
from chatlab.widgets.display import show_live
from chatlab.widgets.quiz.fallback import still
from chatlab.widgets.quiz.models import Choose, Match, Order
from chatlab.widgets.quiz.storage import Answers

__all__ = ["Quiz", "ask_question", "scene_of"]

_HERE = Path(__file__).parent
_with_the_kernel = Answers()


class Quiz(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """The browser's half asks and explains; the answer comes back as a trait and is kept."""

    _esm = part("dom") + (_HERE / "quiz.js").read_text(encoding="utf-8")
    _css = _HERE / "quiz.css"
    scene = traitlets.Dict().tag(sync=True)
    answer: Any = traitlets.Dict().tag(sync=True)
    trouble: Any = traitlets.Unicode("").tag(sync=True)


def ask_question(
    question: Choose | Order | Match, key: str | None = None, answers: Answers | None = None
) -> None:
    """Put the question under the cell, with the answer that it was given before."""
    show_live(asked(question, key, answers), still(question))


def asked(question: Choose | Order | Match, key: str | None, answers: Answers | None) -> Quiz:
    """The live half: what is answered in it is kept."""
    place = _with_the_kernel if answers is None else answers
    name = question.ask if key is None else key
    quiz: Any = Quiz(scene=scene_of(question), answer=question.cleaned(place.get(name)))

    def keep(change: dict[str, Any]) -> None:
        try:
            place.keep(name, question.cleaned(change["new"]))
        except OSError as error:
            quiz.trouble = f"Your answer could not be kept: {error.strerror}."

    quiz.observe(keep, "answer")
    return quiz


def scene_of(question: Choose | Order | Match) -> dict[str, Any]:
    """What the browser needs, with Markdown made safe."""
    scene: dict[str, Any] = {"kind": question.kind, "ask": rendered_line(question.ask)}
    match question:
        case Choose():
            scene["right"] = question.right
            scene["things"] = [_thing(text, why) for text, why in question.options.items()]
        case Order():
            scene["things"] = [_thing(text, why) for text, why in question.steps.items()]
            scene["shuffled"] = question.shuffled()
            scene["earlier"] = question.earlier()
        case Match():
            scene["things"] = [
                _thing(text, why) | {"partner": partner}
                for text, (partner, why) in question.pairs.items()
            ]
            scene["shuffled"] = question.shuffled()
    return scene


def _thing(text: str, why: str) -> dict[str, str]:
    return {"text": text, "html": rendered_line(text), "why": rendered_line(why)}
