"""The copy of a conversation that a saved notebook keeps: HTML without script, plain text."""

import html
from typing import Any

from chatlab.front.board import Board
from chatlab.front.entries import Entry
from chatlab.widgets.live import STILL

__all__ = ["body", "bundle"]

_NOTHING = "(nothing was said)"
_SIGNS = {"running": "…", "completed": "✓", "failed": "✗", "unfinished": "…"}
_BOX = "border:1px solid #8886;border-radius:8px;padding:6px 10px;margin:6px 0;max-width:44em"
_MINE = _BOX + ";margin-left:20%;background:#8882"


def bundle(board: Board, who: str = "You") -> dict[str, str]:
    """Both, as a mime bundle; the same on every run of the same conversation."""
    text = "\n".join(_line(entry, who) for entry in _said(board))
    return {
        "text/plain": text or _NOTHING,
        "text/html": f"{STILL}{body(board, who)}</div>",
    }


def body(board: Board, who: str = "You") -> str:
    """The HTML alone, to stand in a page with others."""
    return "".join(_block(entry, who) for entry in _said(board)) or _NOTHING


def _said(board: Board) -> list[Entry]:
    return [entry for entry in board.snapshot() if entry["kind"] != "stats"]


def _line(entry: Entry, who: str) -> str:
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
            return "  [" + " | ".join(_words(entry["root"])) + "]"
        case _:
            return " ".join([f"Error: {entry['text']}", *entry.get("lines", ())])


def _block(entry: Entry, who: str) -> str:
    if entry["kind"] == "user":
        return (
            f'<div style="{_MINE}"><b>{html.escape(who)}</b><br>{html.escape(entry["text"])}</div>'
        )
    if entry["kind"] == "assistant":
        stopped = "<i>stopped</i>" if entry.get("stopped") else ""
        said = entry.get("html") or html.escape(entry["text"])
        return f'<div style="{_BOX}">{said}{stopped}</div>'
    return (
        f'<div style="margin:6px 0"><small>{html.escape(_line(entry, who).strip())}</small></div>'
    )


def _words(node: dict[str, Any]) -> list[str]:
    own = [str(node[name]) for name in ("title", "value", "label", "submit") if node.get(name)]
    return own + [word for child in node.get("children", ()) for word in _words(child)]
