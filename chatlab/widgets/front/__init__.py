"""The browser's half of the pane: parts written by hand, read in this order as one module."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

__all__ = ["Front", "part"]

_HERE = Path(__file__).parent
_PARTS = ("dom", "tree", "entries", "state", "log", "inspector", "chat")


def part(name: str) -> str:
    """The source of one part; `dom` is of use to other widgets, too."""
    return (_HERE / f"{name}.js").read_text(encoding="utf-8")


class Front(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """No text is ever a synced trait: frames carry it once."""

    _esm = "\n".join(part(name) for name in _PARTS)
    _css = (_HERE / "chat.css").read_text(encoding="utf-8")
    interactive = traitlets.Bool(default_value=False).tag(sync=True)
    inspect = traitlets.Bool(default_value=False).tag(sync=True)
    who: Any = traitlets.Unicode("You").tag(sync=True)
