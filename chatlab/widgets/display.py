"""A live widget and its static fallback: a browser shows the first, all else the second."""

import importlib
from typing import Any

from chatlab.widgets.ipykernel_fix import patch_current_kernel

__all__ = ["FALLBACK_HTML", "display_fallback", "display_live", "display_widget"]

FALLBACK_HTML = (
    "<style>.jp-OutputArea:has(.chatlab-live) .chatlab-still,"
    ".jp-OutputArea:has(.chatlab-still):not(:has(.chatlab-live)) "
    ".jp-OutputArea-child:has(>.jupyter-widgets)"
    "{display:none}</style>"
    '<div class="chatlab-still mathjax_ignore tex2jax_ignore">'
)
"""How the HTML of a still copy begins; it ends with `</div>`.

In JupyterLab, the copy hides while the widget lives; what is left of a dead one hides for good.
A dollar sign in a conversation is no mathematics.
"""


def display_live(widget: Any, fallback: dict[str, str]) -> Any:
    """Put the widget and its still copy under the cell; give back the handle of the copy.

    The widget goes out without a text of its own, so that what is stored and compared is the copy
    alone.
    """
    display_widget(widget)
    return display_fallback(fallback, None)


def display_widget(widget: Any) -> None:
    """Put the live widget under the cell."""
    patch_current_kernel()
    view: dict[str, Any] = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    _ipython().publish_display_data({"application/vnd.jupyter.widget-view+json": view})


def display_fallback(fallback: dict[str, str], display_id: str | None) -> Any:
    """Put the still copy under the cell; give back its handle, with `update`."""
    return _ipython().display(fallback, raw=True, display_id=display_id or True)


def _ipython() -> Any:
    return importlib.import_module("IPython.display")
