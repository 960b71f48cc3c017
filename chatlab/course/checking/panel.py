"""Renders a `Result` for people: a panel of HTML in the notebook, and the same as plain text."""

import html
import importlib
import re
import sys
from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.checking.after_pass import comparison_html, next_step, next_step_html
from chatlab.course.checking.unsaved import save_script
from chatlab.course.findings import Result, Status
from chatlab.course.hints import hint_sentence

__all__ = ["STATUS_STYLES", "as_html", "as_text", "show_checked", "show_result"]

STATUS_STYLES: dict[Status, tuple[str, str, str]] = {
    "passed": ("✓", "passed", "#1a7f37"),
    "failed": ("✗", "not yet", "#cf222e"),
    "not_started": ("○", "not started", "#9a6700"),
    "skipped": ("–", "skipped", "#57606a"),
    "error": ("!", "could not be checked", "#cf222e"),
}
"""For each status: a sign, a word, and a colour that never stands alone."""


def as_text(part: Part, result: Result, *, as_graded: bool = True, extra: str = "") -> str:
    """The panel as plain text: a headline, then one indented line for each piece of advice."""
    sign, status_text, _ = STATUS_STYLES[result.status]
    headline = (
        f"{sign} {part.id} {part.title}: {status_text} ({result.points:g} of {result.out_of:g})"
    )
    lines = [*_advice_lines(part, result, as_graded=as_graded), *filter(None, [extra])]
    return "\n".join([headline, *(f"  {line}" for line in lines)])


def as_html(part: Part, result: Result, *, as_graded: bool = True, extra: str = "") -> str:
    """The panel as HTML; the title and the advice are escaped, `extra` is HTML already."""
    sign, status_text, colour = STATUS_STYLES[result.status]
    lines = [_line_html(line) for line in _advice_lines(part, result, as_graded=as_graded)]
    shown = "".join(
        f'<div style="margin-top:4px">{line}</div>' for line in [*lines, *filter(None, [extra])]
    )
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:6px 12px;margin:4px 0">'
        f'<strong><span aria-hidden="true">{sign}</span> {part.id} {html.escape(part.title)}: '
        f"{status_text}</strong> ({result.points:g} of {result.out_of:g} points){shown}</div>"
    )


def _line_html(line: str) -> str:
    """The line, escaped; what stands between backticks looks like code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(line))


def show_result(part: Part, result: Result) -> None:
    """Show the panel in the notebook, or print it where there is none."""
    _publish(as_text(part, result), as_html(part, result))


def show_checked(
    part: Part, result: Result, *, as_graded: bool, same_answer: bool, live: bool
) -> None:
    """Show the panel of a part's own check: with hints, or with what comes after it.

    Args:
        part: What was checked.
        result: What came of it.
        as_graded: Whether the notebook was run as a grader will run it.
        same_answer: Whether no cell but checks has run since the last check of this part.
        live: Whether somebody is there to press a button.
    """
    text, html_text = "", ""
    if result.status in {"passed", "skipped"}:
        text = next_step(part)
        html_text = next_step_html(part)
        if live and result.status == "passed":
            html_text += comparison_html(part)
    elif not live:
        text = html_text = hint_sentence(part)
    elif same_answer:
        text = html_text = "Have you changed your answer? Run its cell first: it has not run since."
    _publish(
        as_text(part, result, as_graded=as_graded, extra=text),
        as_html(part, result, as_graded=as_graded, extra=html_text)
        + (save_script() if live else ""),
    )
    is_stuck = result.status == "failed" or (result.status == "not_started" and not result.findings)
    if live and is_stuck:
        from chatlab.course.checking.hint_button import show_hint_button

        show_hint_button(part)


def _publish(text: str, html_text: str) -> None:
    if "IPython" not in sys.modules:
        print(text)  # noqa: T201 - it is the point
        return
    ipython: Any = importlib.import_module("IPython.display")
    ipython.publish_display_data({"text/plain": text, "text/html": html_text})


def _advice_lines(part: Part, result: Result, *, as_graded: bool) -> list[str]:
    """What to try next: nothing when the part passed in a run such as a grader's."""
    lesson = f"{part.lesson:02}"
    if result.status == "not_started":
        return result.feedback or ["Write your answer where it says TODO, and run its cell."]
    if result.status != "passed":
        return result.feedback
    if not as_graded:
        return [
            "You went back a part, or used cells of your own: what is left over may have helped.",
            f"Only your answer cells count, run from the top: chatlab check {lesson}",
        ]
    return []
