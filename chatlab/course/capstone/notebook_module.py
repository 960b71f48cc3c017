"""What was written in a notebook, running outside of it: the class that its answer cells make."""

import sys
import types
from pathlib import Path
from typing import Any

from chatlab.course.notebook import read, source_of
from chatlab.course.todo import NotStarted
from chatlab.errors import InvalidInput

__all__ = ["written_in"]


def written_in(path: Path, name: str) -> Any:
    """What the notebook calls `name`, after its code cells have run; its checks are left out.

    Raises:
        InvalidInput: The file is no notebook, a cell raised, or nothing has that name.
    """
    module = types.ModuleType(f"chatlab_notebook_{path.stem}")
    module.__file__ = str(path)
    # Dataclasses and pydantic look up the module that a class says it is from.
    sys.modules[module.__name__] = module
    for cell in read(path)["cells"]:
        if cell["cell_type"] == "code" and not cell.get("id", "").endswith("-check"):
            _run(source_of(cell), f"{path.name}, cell {cell.get('id', '?')}", vars(module))
            if name in vars(module):
                return vars(module)[name]
    raise InvalidInput(str(path), f"makes no {name}", "Choose the notebook that does.")


def _run(source: str, where: str, namespace: dict[str, Any]) -> None:
    try:
        exec(compile(source, where, "exec"), namespace)  # noqa: S102 - the point of it
    except NotStarted:
        raise InvalidInput(where, "is not written yet", "Solve it first.") from None
    except Exception as error:
        raise InvalidInput(
            where, f"does not run ({type(error).__name__}: {error})", "Run it in the notebook."
        ) from error
