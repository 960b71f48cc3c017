"""Runs a notebook's cells as a module, and returns what they define."""

import sys
import types
from pathlib import Path
from typing import Any

from chatlab.course.notebook import read, source_of
from chatlab.course.todo import NotStarted
from chatlab.errors import InvalidInput

__all__ = ["written_in"]


def written_in(path: Path, name: str) -> Any:
    """Run the notebook's code cells, but for checks, until one defines `name`; return its value.

    Raises:
        InvalidInput: The file is no notebook, a cell raised, or nothing has that name.
    """
    module = types.ModuleType(f"chatlab_notebook_{path.stem}")
    module.__file__ = str(path)
    # Dataclasses and pydantic look up the module that a class says it is from.
    sys.modules[module.__name__] = module
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "code" and not cell.get("id", "").endswith("-check"):
            _run_cell(source_of(cell), f"{path.name}, cell {cell.get('id', '?')}", vars(module))
            if name in vars(module):
                return vars(module)[name]
    raise InvalidInput(str(path), f"makes no {name}", "Choose the notebook that does.")


def _run_cell(source: str, filename: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(source, filename, "exec"), namespace)  # noqa: S102 - it is what the function is for
    except NotStarted:
        raise InvalidInput(filename, "is not written yet", "Solve it first.") from None
    except Exception as error:
        raise InvalidInput(
            filename, f"does not run ({type(error).__name__}: {error})", "Run it in the notebook."
        ) from error
