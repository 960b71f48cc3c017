"""Questions to answer in a notebook: one choice, steps to put in order, pairs to find."""

from collections.abc import Iterable, Mapping

from chatlab.widgets.quiz.models import ChoiceQuestion, MatchQuestion, OrderQuestion
from chatlab.widgets.quiz.storage import AnswerStore
from chatlab.widgets.quiz.widget import ask_question

__all__ = ["choose", "match", "order"]


def choose(
    ask: str,
    options: Mapping[str, str],
    right: str,
    *,
    key: str | None = None,
    answers: AnswerStore | None = None,
) -> None:
    """Ask for one choice; each choice is explained when it is made.

    Texts are Markdown of one line. The answer is kept where `answers` says, under `key`: by
    default with the kernel, under the question itself.

    Args:
        ask: The question.
        options: What there is to choose, and for each why it is right, or why it is tempting.
        right: The option that is right.
        key: What the answer is kept under.
        answers: Where it is kept.

    Raises:
        InvalidInput: There is nothing to choose, or the right option is not among the options.
    """
    question = ChoiceQuestion(ask=ask, options=dict(options), right=right)
    ask_question(question, key, answers)


def order(
    ask: str,
    steps: Mapping[str, str],
    *,
    either: Iterable[tuple[str, str]] = (),
    key: str | None = None,
    answers: AnswerStore | None = None,
) -> None:
    """Ask for steps to be put in order, by mouse or keyboard.

    Args:
        ask: What to do.
        steps: The steps in the right order, and for each why it comes no earlier.
        either: Pairs of steps of which either may come first.
        key: What the answer is kept under.
        answers: Where it is kept.

    Raises:
        InvalidInput: There are fewer than two steps, or `either` names one that is not there.
    """
    question = OrderQuestion(ask=ask, steps=dict(steps), either=tuple(either))
    ask_question(question, key, answers)


def match(
    ask: str,
    pairs: Mapping[str, tuple[str, str]],
    *,
    key: str | None = None,
    answers: AnswerStore | None = None,
) -> None:
    """Ask what belongs to what.

    Args:
        ask: What to do.
        pairs: For each thing what belongs to it, and how to tell when somebody mixed it up.
        key: What the answer is kept under.
        answers: Where it is kept.

    Raises:
        InvalidInput: There are fewer than two pairs, or two things have the same partner.
    """
    question = MatchQuestion(ask=ask, pairs=dict(pairs))
    ask_question(question, key, answers)
