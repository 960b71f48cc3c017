"""Reads notebook files with clear errors, and writes them the same way every time."""

import json
import re
from pathlib import Path
from typing import Any

from chatlab.errors import InvalidInput
from chatlab.files import write_atomically

__all__ = ["CHECK_ID", "Cell", "Notebook", "read", "source_of", "write"]

Cell = dict[str, Any]
Notebook = dict[str, Any]

CHECK_ID = re.compile(r"(\d\d)-(\d)-check")
"""The id of a check cell: `03-2-check`."""


def read(path: Path) -> Notebook:
    """Parse the notebook file.

    Raises:
        InvalidInput: There is no such file, or it is not a notebook.
    """
    try:
        if path.exists() and not path.is_file():
            raise InvalidInput(str(path), "is not a file", "Name a notebook.")
        notebook: Any = json.loads(path.read_bytes())  # UTF-8 with or without a mark, or UTF-16
    except FileNotFoundError:
        raise InvalidInput(str(path), "does not exist", "Check the name.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(
            str(path), f"is not a notebook ({error})", "Save it again from JupyterLab, or reset it."
        ) from None
    if _is_old_format(notebook):
        raise InvalidInput(
            str(path), "is a notebook in an old format", "Open it in JupyterLab and save it."
        )
    if not _has_valid_cells(notebook):
        raise InvalidInput(
            str(path), "is not a notebook (it has no cells)", "Save it again, or reset it."
        )
    return notebook


def _is_old_format(notebook: Any) -> bool:
    try:
        return "worksheets" in notebook
    except TypeError:
        return False


def _has_valid_cells(notebook: Any) -> bool:
    try:
        return all(_is_cell(cell) for cell in notebook["cells"])
    except (KeyError, TypeError):
        return False


def _is_cell(cell: Any) -> bool:
    fields = (cell["cell_type"], cell.get("id", ""), source_of(cell))
    return all(isinstance(field, str) for field in fields)


def write(path: Path, notebook: Notebook) -> None:
    """Write the notebook to the file; if that fails, the old file stays."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_atomically(path, text)


def source_of(cell: Cell) -> str:
    """The cell's source as one string; nbformat also allows a list of lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
