"""Tells a person at a notebook from a program that runs it."""

import importlib
import sys
from typing import Any

__all__ = ["is_live"]


def is_live() -> bool:
    """Whether a person runs this cell.

    A notebook's front end can ask its user for input, and says so with each cell that it runs.
    nbval, nbclient, and what is made of them cannot. Who runs a browser's own kernel is a person.
    """
    if "IPython" not in sys.modules:
        return False
    shell: Any = importlib.import_module("IPython").get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    if sys.platform == "emscripten":
        return True
    request = kernel.get_parent("shell")
    return bool(request.get("content", {}).get("allow_stdin", False))
