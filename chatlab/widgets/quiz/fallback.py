"""The copy of a question that a saved notebook keeps: the answers are in it, folded."""

from collections.abc import Iterable

from chatlab.frontend.markdown import render_inline
from chatlab.widgets.display import FALLBACK_HTML
from chatlab.widgets.quiz.models import ChoiceQuestion, MatchQuestion, OrderQuestion

__all__ = ["quiz_fallback"]

_BOX = "border:1px solid #8886;border-radius:8px;padding:8px 14px;max-width:46em"
_CELL = 'style="text-align:left;vertical-align:top;padding:3px 12px"'


def quiz_fallback(question: ChoiceQuestion | OrderQuestion | MatchQuestion) -> dict[str, str]:
    """As HTML and as plain text; nobody's answer is in it, so it never changes."""
    lines, body, fold = _text_and_html(question)
    page = (
        f'{FALLBACK_HTML}<div style="{_BOX}"><p><b>{render_inline(question.ask)}</b></p>{body}'
        f"<details><summary>{_DO[question.kind]}, then open this</summary>{fold}</details>"
        "</div></div>"
    )
    text = [question.ask.replace("`", ""), *(line.replace("`", "") for line in lines), _RUN]
    return {"text/plain": "\n".join(text), "text/html": page}


_RUN = "(Run this cell to answer. Whatever you choose is explained.)"
_DO = {
    "choose": "Choose one",
    "order": "Put them in order",
    "match": "Write down the letters",
}


def _text_and_html(
    question: ChoiceQuestion | OrderQuestion | MatchQuestion,
) -> tuple[list[str], str, str]:
    """The lines of the plain text, the open part of the page, and the folded one."""
    match question:
        case ChoiceQuestion():
            texts = list(question.options)
            lines = [f"  {number}. {text}" for number, text in enumerate(texts, start=1)]
            return lines, _listed("ol", map(render_inline, texts)), _choices(question)
        case OrderQuestion():
            texts = question.shuffled()
            fold = _listed("ol", (_explained(text, why) for text, why in question.steps.items()))
            return [f"  - {text}" for text in texts], _listed("ul", map(render_inline, texts)), fold
        case MatchQuestion():
            return _pairs(question)


def _choices(question: ChoiceQuestion) -> str:
    first = f"<p>✓ {_explained(question.right, question.options[question.right])}</p>"
    other_options = [
        _explained(text, why) for text, why in question.options.items() if text != question.right
    ]
    return first + _listed("ul", other_options)


def _pairs(question: MatchQuestion) -> tuple[list[str], str, str]:
    letters = {partner: chr(ord("A") + place) for place, partner in enumerate(question.shuffled())}
    lines = [f"  {text}: ?" for text in question.pairs]
    lines += [f"  {letter}  {partner}" for partner, letter in letters.items()]
    rows = "".join(f"<tr><td {_CELL}>{render_inline(text)}</td></tr>" for text in question.pairs)
    right = "".join(
        f"<tr><td {_CELL}><b>{letter}</b></td><td {_CELL}>{render_inline(partner)}</td></tr>"
        for partner, letter in letters.items()
    )
    table = '<table style="display:inline-table;margin:0 2em 0.5em 0">'
    body = f"{table}{rows}</table>{table}{right}</table>"
    fold = "".join(
        f"<tr><td {_CELL}><b>{letters[partner]}</b></td><td {_CELL}>{render_inline(text)}</td>"
        f"<td {_CELL}>{render_inline(partner)}</td><td {_CELL}>{render_inline(why)}</td></tr>"
        for text, (partner, why) in question.pairs.items()
    )
    return lines, body, f"<table>{fold}</table>"


def _explained(text: str, why: str) -> str:
    return f"<b>{render_inline(text)}</b><br>{render_inline(why)}"


def _listed(tag: str, entries: Iterable[str]) -> str:
    return f"<{tag}>{''.join(f'<li>{entry}</li>' for entry in entries)}</{tag}>"
