"""Runs a notebook's cells as a module, and returns what they define."""

import ast
import asyncio
import inspect
import sys
import types
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from chatlab.course.notebook import Cell, read, source_of
from chatlab.course.todo import NotStarted
from chatlab.errors import InvalidInput

__all__ = ["written_in"]

_RUNNING_MAGICS = {"time", "timeit", "capture", "prun"}
"""Magics whose line or cell is Python that a later cell may need; all others are left out."""


def written_in(path: Path, name: str) -> Any:
    """Run the notebook's code cells, but for checks, until one defines `name`; return its value.

    Cells may `await`. Nothing is displayed, and magics and shell commands do nothing, but for those
    that only measure.

    Raises:
        InvalidInput: The file is no notebook, a cell raised, or nothing has that name.
    """
    module = types.ModuleType(f"chatlab_notebook_{path.stem}")
    module.__file__ = str(path)
    # Dataclasses and pydantic look up the module that a class says it is from.
    sys.modules[module.__name__] = module
    namespace = vars(module)
    with ExitStack() as stack:
        shell = _QuietShell(namespace, stack)
        namespace |= {"get_ipython": lambda: shell, "display": _display_nothing}
        for cell in read(path)["cells"]:
            if cell["cell_type"] == "code" and not cell.get("id", "").endswith("-check"):
                _run_cell(cell, f"{path.name}, cell {cell.get('id', '?')}", shell)
                if name in namespace:
                    return namespace[name]
    raise InvalidInput(str(path), f"makes no {name}", "Choose the notebook that does.")


def _run_cell(cell: Cell, filename: str, shell: "_QuietShell") -> None:
    shell.filename = filename
    try:
        shell.run(source_of(cell))
    except NotStarted:
        raise InvalidInput(filename, "is not written yet", "Solve it first.") from None
    except (Exception, SystemExit) as error:
        if "raises-exception" in cell.get("metadata", {}).get("tags", ()):
            return
        raise InvalidInput(
            filename, f"does not run ({type(error).__name__}: {error})", "Run it in the notebook."
        ) from error


class _QuietShell:
    """What `get_ipython()` gives to cells: runs their Python, and none of their commands."""

    def __init__(self, namespace: dict[str, Any], stack: ExitStack) -> None:
        self.user_ns = namespace
        self.filename = ""
        self._stack = stack
        self._runner: asyncio.Runner | None = None

    def run(self, source: str) -> None:
        """Run source as IPython would: with magics, and with `await` outside of functions."""
        source = TransformerManager().transform_cell(source)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        code = compile(source, self.filename, "exec", flags)
        result = eval(code, self.user_ns)  # noqa: S307 - it is what the class is for
        if inspect.iscoroutine(result):
            self._runner = self._runner or self._stack.enter_context(asyncio.Runner())
            self._runner.run(result)

    def run_line_magic(self, name: str, line: str, **_: object) -> None:
        """Run the line if the magic would."""
        if name in _RUNNING_MAGICS:
            self.run(line)

    def run_cell_magic(self, name: str, _line: str, cell: str) -> None:
        """Run the cell if the magic would."""
        if name in _RUNNING_MAGICS:
            self.run(cell)

    def getoutput(self, _command: str) -> list[str]:
        """What a shell command printed: nothing, as it is not run."""
        return []

    def __getattr__(self, name: str) -> Any:
        """Everything else that a shell has does nothing here."""
        if name.startswith("__"):
            raise AttributeError(name)
        return _display_nothing


def _display_nothing(*_: object, **_options: object) -> None:
    """As `display`, where nobody looks."""
