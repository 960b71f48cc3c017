"""A fault of ipykernel 7.4, mended: after a widget, the next cell could stay at [*] for ever.

A widget's message that comes while a cell runs is handled at once. When that is done, the kernel
takes the cell it came in for the one that runs, even if the next one has begun meanwhile. That next
cell's "idle" is then said in the name of the one before, and JupyterLab never hears of its end.
"""

import importlib
import sys
from collections import deque
from typing import Any

__all__ = ["patch_current_kernel", "patch_set_parent"]

_MAX_REMEMBERED_CELLS = 200


def patch_current_kernel() -> None:
    """Mend the kernel that this runs in, if it runs in one; a browser's own has no such fault."""
    if sys.platform == "emscripten":
        return
    shell: Any = importlib.import_module("IPython").get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None and not hasattr(kernel, "chatlab_mended"):
        kernel.chatlab_mended = True
        patch_set_parent(kernel)


def patch_set_parent(kernel: Any) -> None:
    """Let no cell become the one that runs after a later one has begun."""
    started_cells: deque[str] = deque(
        [_id_of(kernel.get_parent("shell"))], maxlen=_MAX_REMEMBERED_CELLS
    )
    set_parent = kernel.set_parent

    def set_in_order(ident: Any, parent: dict[str, Any], channel: str = "shell") -> None:
        if channel == "shell" and _is_cell(parent):
            id = _id_of(parent)
            if id in started_cells and id != started_cells[-1]:
                return
            if id not in started_cells:
                started_cells.append(id)
        set_parent(ident, parent, channel=channel)

    kernel.set_parent = set_in_order


def _is_cell(message: dict[str, Any]) -> bool:
    return message.get("header", {}).get("msg_type") == "execute_request"


def _id_of(message: dict[str, Any]) -> str:
    return message.get("header", {}).get("msg_id", "")
