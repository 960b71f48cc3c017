"""The chat pane: the view model in Python, and the script and style sheet for the browser.

Events change a `ChatViewModel`, and each change is a patch that goes to the browser. The script is
written by hand: files that are joined in one order to one ES module. A notebook shows the pane as a
widget, `chatlab serve` on a page of its own.
"""

from pathlib import Path

__all__ = ["script", "script_part", "style", "theme"]

_STATIC = Path(__file__).parent / "static"
_SCRIPT_PARTS = (
    "dom",
    "widget_tree",
    "message_tools",
    "entries",
    "state",
    "log",
    "replay",
    "inspector",
    "chat",
)


def script_part(name: str) -> str:
    """The text of one file of the module; other widgets use `dom` by itself."""
    return (_STATIC / f"{name}.js").read_text(encoding="utf-8")


def script() -> str:
    """The ES module: its default export makes what anywidget calls `initialize` and `render`."""
    return "\n".join(map(script_part, _SCRIPT_PARTS))


def theme() -> str:
    """The colours and boxes of everything that chatlab shows, as CSS."""
    return (_STATIC / "theme.css").read_text(encoding="utf-8")


def style() -> str:
    """The pane's style sheet, theme included; outside JupyterLab it has colours of its own."""
    return theme() + (_STATIC / "chat.css").read_text(encoding="utf-8")
