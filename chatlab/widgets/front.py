"""The browser's half of the pane, as a widget."""

from typing import Any

import anywidget
import traitlets

from chatlab.front import script, style

__all__ = ["Front"]


class Front(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """No text is ever a synced trait: frames carry it once."""

    _esm = script()
    _css = style()
    interactive = traitlets.Bool(default_value=False).tag(sync=True)
    inspect = traitlets.Bool(default_value=False).tag(sync=True)
    who: Any = traitlets.Unicode("You").tag(sync=True)
