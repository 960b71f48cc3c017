"""A live widget and its still copy: a browser shows the first, everything else the second."""

import importlib
from typing import Any

__all__ = ["STILL", "show_live"]

STILL = (
    "<style>.jp-OutputArea:has(.chatlab-live) .chatlab-still{display:none}</style>"
    '<div class="chatlab-still">'
)
"""How the HTML of a still copy begins; it ends with `</div>`."""


def show_live(widget: Any, still: dict[str, str]) -> Any:
    """Put the widget and its still copy under the cell; give back the handle of the copy.

    The widget goes out without a text of its own, so that what is stored and compared is the copy
    alone.
    """
    ipython: Any = importlib.import_module("IPython.display")
    view: dict[str, Any] = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    ipython.publish_display_data({"application/vnd.jupyter.widget-view+json": view})
    return ipython.display(still, raw=True, display_id=True)
