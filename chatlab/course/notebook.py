"""Notebook files: read with clear errors, written the same way every time."""

import json
import re
from pathlib import Path
from typing import Any

from chatlab.errors import InvalidInput

__all__ = ["CHECK_ID", "Cell", "Notebook", "cells_by_id", "read", "source_of", "write"]

Cell = dict[str, Any]
Notebook = dict[str, Any]

CHECK_ID = re.compile(r"(\d\d)-(\d)-check")
"""The id of a check cell: `03-2-check`."""


def read(path: Path) -> Notebook:
    """The notebook as it is in the file.

    Raises:
        InvalidInput: There is no such file, or it is not a notebook.
    """
    try:
        notebook: Any = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InvalidInput(str(path), "does not exist", "Check the name.") from None
    except (OSError, ValueError) as error:
        raise InvalidInput(
            str(path), f"is not a notebook ({error})", "Save it again from JupyterLab, or reset it."
        ) from None
    if not _has_cells(notebook):
        raise InvalidInput(
            str(path), "is not a notebook (it has no cells)", "Save it again, or reset it."
        )
    return notebook


def _has_cells(notebook: Any) -> bool:
    try:
        return all(isinstance(cell["cell_type"], str) for cell in notebook["cells"])
    except (KeyError, TypeError):
        return False


def write(path: Path, notebook: Notebook) -> None:
    """Write the notebook, whole or not at all."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def source_of(cell: Cell) -> str:
    """What the cell says, as one string."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def cells_by_id(notebook: Notebook, where: str) -> dict[str, Cell]:
    """The cells that have an id, under it.

    Raises:
        InvalidInput: Two cells have the same id.
    """
    found: dict[str, Cell] = {}
    for cell in notebook["cells"]:
        id = cell.get("id")
        if id in found:
            raise InvalidInput(
                where,
                f"has two cells with the id {id!r}",
                "Delete the copy: a copied cell keeps the id of the first.",
            )
        if isinstance(id, str):
            found[id] = cell
    return found
