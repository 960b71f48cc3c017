"""The browser's half of `Tenants`: a frame around panes that speak for themselves."""

from pathlib import Path
from typing import Any

import anywidget
import traitlets

from chatlab.frontend import script_part, theme

__all__ = ["TenantsWidget"]

_HERE = Path(__file__).parent


class TenantsWidget(anywidget.AnyWidget):  # pyright: ignore[reportUntypedBaseClass]
    """Holds the panes by their ids; `doors` says who gets what."""

    _esm = script_part("dom") + (_HERE / "tenants.js").read_text(encoding="utf-8")
    _css = theme() + (_HERE / "tenants.css").read_text(encoding="utf-8")
    names = traitlets.List(traitlets.Unicode()).tag(sync=True)
    panes = traitlets.List(traitlets.Unicode()).tag(sync=True)
    doors: Any = traitlets.List(traitlets.Dict()).tag(sync=True)
    trouble: Any = traitlets.Unicode("").tag(sync=True)
