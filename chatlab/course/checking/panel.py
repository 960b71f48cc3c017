"""Renders a `Result` for people: a panel of HTML in the notebook, and the same as plain text."""

import html
import importlib
import re
import sys
from typing import Any

from chatlab.course.catalogue import Part
from chatlab.course.checking.unsaved import save_script
from chatlab.course.findings import Result, Status
from chatlab.course.hints import hint_command

__all__ = ["STATUS_STYLES", "as_html", "as_text", "show_result"]

STATUS_STYLES: dict[Status, tuple[str, str, str]] = {
    "passed": ("✓", "passed", "#1a7f37"),
    "failed": ("✗", "not yet", "#cf222e"),
    "not_started": ("○", "not started", "#9a6700"),
    "skipped": ("–", "skipped", "#57606a"),
    "error": ("!", "could not be checked", "#cf222e"),
}
"""For each status: a sign, a word, and a colour that never stands alone."""


def as_text(part: Part, result: Result, *, as_graded: bool = True) -> str:
    """The panel as plain text: a headline, then one indented line for each piece of advice."""
    sign, status_text, _ = STATUS_STYLES[result.status]
    headline = (
        f"{sign} {part.id} {part.title}: {status_text} ({result.points:g} of {result.out_of:g})"
    )
    return "\n".join(
        [headline, *(f"  {line}" for line in _advice_lines(part, result, as_graded=as_graded))]
    )


def as_html(part: Part, result: Result, *, as_graded: bool = True) -> str:
    """The panel as HTML; the title and the advice are escaped."""
    sign, status_text, colour = STATUS_STYLES[result.status]
    lines = "".join(
        f'<div style="margin-top:4px">{_line_html(line)}</div>'
        for line in _advice_lines(part, result, as_graded=as_graded)
    )
    return (
        f'<div role="status" style="border-left:4px solid {colour};padding:6px 12px;margin:4px 0">'
        f'<strong><span aria-hidden="true">{sign}</span> {part.id} {html.escape(part.title)}: '
        f"{status_text}</strong> ({result.points:g} of {result.out_of:g} points){lines}</div>"
    )


def _line_html(line: str) -> str:
    """The line, escaped; what stands between backticks looks like code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", html.escape(line))


def show_result(part: Part, result: Result, *, as_graded: bool = True, save: bool = False) -> None:
    """Show the panel in the notebook, or print it where there is none.

    Args:
        part: What was checked.
        result: What came of it.
        as_graded: Whether the notebook was run as a grader will run it.
        save: Whether JupyterLab is to save the notebook.
    """
    text = as_text(part, result, as_graded=as_graded)
    if "IPython" not in sys.modules:
        print(text)  # noqa: T201 - it is the point
        return
    ipython: Any = importlib.import_module("IPython.display")
    panel_html = as_html(part, result, as_graded=as_graded) + (save_script() if save else "")
    ipython.publish_display_data({"text/plain": text, "text/html": panel_html})


def _advice_lines(part: Part, result: Result, *, as_graded: bool) -> list[str]:
    """What to try next: nothing when the part passed in a run such as a grader's."""
    lesson = f"{part.lesson:02}"
    if result.status == "not_started":
        return [f"Write your answer where it says TODO. A hint: {hint_command(part.id)}"]
    if result.status != "passed":
        return result.feedback
    if not as_graded:
        return [
            "You went back, or used cells of your own.",
            f"What counts is your answer cells alone, run from the top: chatlab check {lesson}",
        ]
    return []
