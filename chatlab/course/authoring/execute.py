"""Run a notebook from the top and store what a reader sees, and nothing that changes by itself."""

import json
from pathlib import Path
from typing import Any, cast

import nbformat
from nbclient import NotebookClient

from chatlab.course.notebook import Notebook, read, source_of, write

__all__ = ["execute_notebook"]

_VIEW = "application/vnd.jupyter.widget-view+json"


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
    write(path, _clean(cast("Notebook", node)))


def _clean(notebook: Notebook) -> Notebook:
    cells = [
        cell | {"source": source_of(cell).splitlines(keepends=True)} for cell in notebook["cells"]
    ]
    cells = [
        cell if cell["cell_type"] != "code" else cell | {"metadata": _kept(cell["metadata"])}
        for cell in cells
    ]
    for number, cell in enumerate((c for c in cells if c["cell_type"] == "code"), start=1):
        cell["execution_count"] = number
        cell["outputs"] = [_output(one, number) for one in cell["outputs"] if not _only_view(one)]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": python}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _kept(metadata: dict[str, Any]) -> dict[str, Any]:
    return {name: metadata[name] for name in ("nbgrader", "tags", "jupyter") if name in metadata}


def _only_view(output: dict[str, Any]) -> bool:
    data = output.get("data", {})
    return _VIEW in data and not set(data) - {_VIEW, "text/plain"}


def _output(output: dict[str, Any], number: int) -> dict[str, Any]:
    clean = dict(output)
    if "data" in clean:
        clean["data"] = {kind: value for kind, value in clean["data"].items() if kind != _VIEW}
        clean["metadata"] = {}
    if "execution_count" in clean:
        clean["execution_count"] = number
    return clean
