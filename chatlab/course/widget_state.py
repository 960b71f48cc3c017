"""Takes saved widgets out of notebooks that nobody has trusted: their code would run on opening.

A notebook can hold the state of its widgets in its metadata, with JavaScript in it, and JupyterLab
restores that when it opens the notebook, before it asks whether the notebook is trusted. Trust is
Jupyter's own: it signs what was run and saved on this machine.
"""

from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbformat.sign import NotebookNotary

from chatlab.course.notebook import read, write
from chatlab.errors import InvalidInput

nbformat: Any = _nbformat  # it has no types

__all__ = ["drop_widget_state", "remove_widget_state"]


def drop_widget_state(notebook: Any, notary: Any) -> bool:
    """Take the widgets out of this notebook of nbformat's, unless it is signed; say if it did."""
    if "widgets" not in notebook.metadata or notary.check_signature(notebook):
        return False
    del notebook.metadata["widgets"]
    return True


def remove_widget_state(path: Path) -> bool:
    """Take the widgets out of the file, unless it is signed; say whether it did.

    What is no notebook is left alone.
    """
    with suppress(InvalidInput, KeyError, TypeError):
        notebook = read(path)
        if "widgets" in notebook["metadata"] and not _is_signed(path):
            del notebook["metadata"]["widgets"]
            write(path, notebook)
            return True
    return False


def _is_signed(path: Path) -> bool:
    notary: Any
    with NotebookNotary() as notary:
        try:
            return bool(notary.check_signature(nbformat.read(path, as_version=4)))
        except (ValueError, LookupError, TypeError, AttributeError):  # not what nbformat writes
            return False
