"""Runs a notebook and stores its outputs, without what differs from run to run."""

import json
from pathlib import Path
from typing import Any, cast

import nbformat
from nbclient import NotebookClient

from chatlab.course.notebook import Notebook, read, source_of, write

__all__ = ["execute_notebook"]

_WIDGET_VIEW_TYPE = "application/vnd.jupyter.widget-view+json"


def execute_notebook(path: Path) -> None:
    """Run the notebook in its own folder and write its outputs into it.

    Raises:
        CellExecutionError: A cell raised; the file is left as it was.
    """
    node = cast("Any", nbformat).reads(json.dumps(read(path)), as_version=4)
    client = NotebookClient(
        node,
        timeout=120,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    write(path, _clean_notebook(cast("Notebook", node)))


def _clean_notebook(notebook: Notebook) -> Notebook:
    cells = [
        cell | {"source": source_of(cell).splitlines(keepends=True)} for cell in notebook["cells"]
    ]
    cells = [
        cell
        if cell["cell_type"] != "code"
        else cell | {"metadata": _clean_metadata(cell["metadata"])}
        for cell in cells
    ]
    for number, cell in enumerate((cell for cell in cells if cell["cell_type"] == "code"), 1):
        cell["execution_count"] = number
        cell["outputs"] = [
            _clean_output(output, number)
            for output in cell["outputs"]
            if not _is_widget_only(output)
        ]
    kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernelspec}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _clean_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: metadata[name] for name in ("nbgrader", "tags", "jupyter") if name in metadata}


def _is_widget_only(output: dict[str, Any]) -> bool:
    """Whether nothing is left of the output for a reader without a kernel."""
    data = output.get("data", {})
    return _WIDGET_VIEW_TYPE in data and not set(data) - {_WIDGET_VIEW_TYPE, "text/plain"}


def _clean_output(output: dict[str, Any], number: int) -> dict[str, Any]:
    cleaned = dict(output)
    if "data" in cleaned:
        cleaned["data"] = {
            kind: value for kind, value in cleaned["data"].items() if kind != _WIDGET_VIEW_TYPE
        }
        cleaned["metadata"] = {}
    if "execution_count" in cleaned:
        cleaned["execution_count"] = number
    return cleaned
