"""Whether a notebook was run as a grader runs it: from the top, and its own cells alone."""

import importlib
import re
import sys
from typing import Any

__all__ = ["RunOrder"]

_CELL = re.compile(r"\d\d-(?:(\d)-)?[a-z0-9-]+")


class RunOrder:
    """Notes which cells run in this kernel.

    To run the cells of one part again is how people work. To go back to an earlier part, or to
    run a cell that is not in the exercise, leaves behind what a grader will not find.
    """

    def __init__(self) -> None:
        self.as_graded = True
        self._part = 0

    def install(self) -> None:
        """Begin, if this is a notebook's kernel."""
        if "IPython" not in sys.modules:
            return
        shell: Any = importlib.import_module("IPython").get_ipython()
        if shell is not None:
            shell.events.register("pre_run_cell", self._runs)

    def _runs(self, info: Any) -> None:
        self.record(info.cell_id)

    def record(self, cell_id: str | None) -> None:
        """A cell is about to run; not every front end says which."""
        if cell_id is None:
            return
        found = _CELL.fullmatch(cell_id)
        part = int(found[1] or 0) if found else 0
        if found is None or 0 < part < self._part:
            self.as_graded = False
        self._part = max(part, self._part)
