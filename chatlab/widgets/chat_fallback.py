"""The copy of a conversation that a saved notebook keeps: HTML without script, plain text."""

import html
from typing import Any
from unicodedata import bidirectional

from chatlab.frontend.entries import Entry
from chatlab.frontend.view_model import ChatViewModel
from chatlab.widgets.display import FALLBACK_HTML

__all__ = ["render_fallback", "render_html"]

_NOTHING = "(nothing was said)"
_MAX_ENTRIES = 200
_MAX_CHARS = 200_000
"""A notebook stays small, however long the chat: only the newest entries and text are kept."""

_SIGNS = {"running": "…", "completed": "✓", "failed": "✗", "unfinished": "…"}
_BOX = "border:1px solid #8886;border-radius:8px;padding:6px 10px;margin:6px 0;max-width:44em"
_OWN_BOX = _BOX + ";margin-left:20%;background:#8882"


def render_fallback(view_model: ChatViewModel, who: str = "You") -> dict[str, str]:
    """Both, as a mime bundle; the same on every run of the same conversation."""
    left_out, entries = _newest_entries(view_model)
    lines = [*_left_out_note(left_out), *(_text_line(entry, who) for entry in entries)]
    return {
        "text/plain": "\n".join(lines) or _NOTHING,
        "text/html": f"{FALLBACK_HTML}{render_html(view_model, who)}</div>",
    }


def render_html(view_model: ChatViewModel, who: str = "You") -> str:
    """The HTML alone, to stand in a page with others. It reads well without its styles too."""
    left_out, entries = _newest_entries(view_model)
    before = [f"<p><i>{line}</i></p>" for line in _left_out_note(left_out)]
    return "".join([*before, *(_html_block(entry, who) for entry in entries)]) or _NOTHING


def _newest_entries(view_model: ChatViewModel) -> tuple[int, list[Entry]]:
    """How many entries are left out, and the others."""
    entries = [entry for entry in view_model.snapshot() if _says_something(entry)]
    room, count = _MAX_CHARS, 0
    for entry in reversed(entries[-_MAX_ENTRIES:]):
        room -= len(str(entry))
        if room < 0 and count:
            break
        count += 1
    return len(entries) - count, entries[len(entries) - count :]


def _says_something(entry: Entry) -> bool:
    is_blank = entry["kind"] == "assistant" and not entry["text"].strip()
    return entry["kind"] != "stats" and not (is_blank and not entry.get("stopped"))


def _left_out_note(left_out: int) -> list[str]:
    if not left_out:
        return []
    return [f"({left_out:,} earlier {'entry' if left_out == 1 else 'entries'}, not in this copy)"]


def _text_line(entry: Entry, who: str) -> str:  # noqa: PLR0911 - each kind of entry is one line
    match entry["kind"]:
        case "user":
            return f"{who}: {entry['text']}"
        case "assistant":
            return (
                f"Assistant: {entry['text'].strip()}{' [stopped]' if entry.get('stopped') else ''}"
            )
        case "tool":
            return f"  {_SIGNS[entry['status']]} {entry['tool']}: {entry['text']}"
        case "task":
            done = f"{entry['progress']:.0%}"
            return f"  {_SIGNS[entry['status']]} {entry['text']} {done}"
        case "widget":
            return "  [" + " | ".join(_widget_texts(entry["root"])) + "]"
        case "notice":
            return f"  ({': '.join(filter(None, [entry['title'], entry['text']]))})"
        case _:
            return " ".join([f"Error: {entry['text']}", *entry.get("lines", ())])


def _html_block(entry: Entry, who: str) -> str:
    if entry["kind"] == "user":
        body = entry["html"].replace("\n", "<br>")
        start = f'<div style="{_OWN_BOX}"{_direction(entry["text"])}>'
        return f"{start}<b>{html.escape(who)}</b><br>{body}</div>"
    if entry["kind"] == "assistant":
        stopped = "<i>stopped</i>" if entry.get("stopped") else ""
        body = entry.get("html") or html.escape(entry["text"])
        return (
            f'<div style="{_BOX}"{_direction(entry["text"])}><b>Assistant</b>{body}{stopped}</div>'
        )
    return f'<div style="margin:6px 0">{html.escape(_text_line(entry, who).strip())}</div>'


def _direction(text: str) -> str:
    """An attribute for text that may have to be read from the right; nothing for all other text."""
    return ' dir="auto"' if any(bidirectional(sign) in {"R", "AL"} for sign in text) else ""


def _widget_texts(node: dict[str, Any]) -> list[str]:
    own = [str(node[name]) for name in ("title", "value", "label", "submit") if node.get(name)]
    return own + [word for child in node.get("children", ()) for word in _widget_texts(child)]
