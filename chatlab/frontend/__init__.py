"""What a chat pane is made of, wherever it is shown: what it says, and the browser's half of it.

Events change a `Board`, and each change is a patch. The browser's half is written by hand: parts
that are read in one order as one module. A notebook shows it as a widget, HTTP in a plain tab.
"""

from pathlib import Path

__all__ = ["part", "script", "style", "theme"]

_STATIC = Path(__file__).parent / "static"
_PARTS = ("dom", "tree", "entries", "state", "log", "inspector", "chat")


def part(name: str) -> str:
    """One part of the module: `dom` is of use to other widgets, too."""
    return (_STATIC / f"{name}.js").read_text(encoding="utf-8")


def script() -> str:
    """The ES module: its default export makes what anywidget calls `initialize` and `render`."""
    return "\n".join(map(part, _PARTS))


def theme() -> str:
    """The colours and boxes of everything that chatlab shows, as CSS."""
    return (_STATIC / "theme.css").read_text(encoding="utf-8")


def style() -> str:
    """The pane's style sheet, theme included; outside JupyterLab it has colours of its own."""
    return theme() + (_STATIC / "chat.css").read_text(encoding="utf-8")
