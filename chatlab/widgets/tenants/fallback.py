"""The copy of `Tenants` that a saved notebook keeps."""

import html
from collections.abc import Mapping
from typing import Any

from chatlab.widgets.chat import ChatView
from chatlab.widgets.chat_fallback import render_fallback, render_html
from chatlab.widgets.display import FALLBACK_HTML

__all__ = ["tenants_fallback"]

_COLOURS = ("#1565c0", "#b35900", "#6a3fb5", "#1a7f37")
_CELL = 'style="text-align:left;padding:3px 14px"'


def tenants_fallback(
    views: Mapping[str, ChatView], access_table: list[dict[str, Any]]
) -> dict[str, str]:
    """All conversations, and the table under them, as HTML and as plain text."""
    columns = "".join(_column(place, who, view) for place, (who, view) in enumerate(views.items()))
    lines = [line for who, view in views.items() for line in _chat_lines(who, view)]
    lines += [
        f"{access['who']} asks for {_thread(access)}: {_access_label(access)}"
        for access in access_table
    ]
    return {
        "text/plain": "\n".join(lines),
        "text/html": (
            f'{FALLBACK_HTML}<div style="display:flex;flex-wrap:wrap;gap:14px">{columns}</div>'
            f"{_table(access_table)}</div>"
        ),
    }


def _chat_lines(who: str, view: ChatView) -> list[str]:
    lines = render_fallback(view.pane.view_model, who)["text/plain"].splitlines()
    return [f"{who}'s chat", *(f"  {line}" for line in lines)]


def _column(place: int, who: str, view: ChatView) -> str:
    colour = _COLOURS[place % len(_COLOURS)]
    return (
        f'<div style="flex:1 1 18em;border-top:4px solid {colour};padding:4px 8px">'
        f"<b>{html.escape(who)}</b>{render_html(view.pane.view_model, who)}</div>"
    )


def _table(doors: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td {_CELL}>{html.escape(access['who'])} asks for {html.escape(_thread(access))}</td>"
        f"<td {_CELL}><b>{_access_label(access)}</b></td></tr>"
        for access in doors
    )
    return f"<table>{rows}</table>" if rows else ""


def _thread(door: dict[str, Any]) -> str:
    return f"{door['whose']}'s thread {door['thread']}"


def _access_label(door: dict[str, Any]) -> str:
    if door["items"] is None:
        return "there is no such thread"
    leaks = "" if door["who"] == door["whose"] else " (a leak)"
    return f"{door['items']} items{leaks}"
