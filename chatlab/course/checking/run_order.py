"""Whether a notebook was run as a grader runs it: from the top, and its own cells alone."""

import importlib
import re
import sys
from typing import Any

__all__ = ["RunOrder"]

_CELL_ID = re.compile(r"\d\d-(?:(\d)-)?[a-z0-9-]+")


class RunOrder:
    """Records which cells run in this kernel; `as_graded` is False once a grader would differ.

    Running the cells of one part again is fine, and so is talking to what one has made. Going back
    to an earlier part, or running a cell that is not in the exercise, can leave names that a
    grader's run will not have.
    """

    def __init__(self) -> None:
        self.as_graded = True
        self._furthest_part = 0
        self._other_cells = 0
        self._cells_at_check: dict[str, int] = {}

    def install(self) -> None:
        """Listen for cells that run, if this is a notebook's kernel."""
        if "IPython" not in sys.modules:
            return
        shell: Any = importlib.import_module("IPython").get_ipython()
        if shell is not None:
            shell.events.register("pre_run_cell", self._on_pre_run_cell)

    def _on_pre_run_cell(self, info: Any) -> None:
        self.record(info.cell_id)

    def record(self, cell_id: str | None) -> None:
        """A cell is about to run; its id is None in front ends that do not send one."""
        if cell_id is None or not cell_id.endswith("-check"):
            self._other_cells += 1
        if cell_id is None or cell_id.endswith("-talk"):
            return
        match = _CELL_ID.fullmatch(cell_id)
        part = int(match[1] or 0) if match else 0
        if match is None or 0 < part < self._furthest_part:
            self.as_graded = False
        self._furthest_part = max(part, self._furthest_part)

    def checked_again(self, part_id: str) -> bool:
        """Whether only checks have run since this part was last checked: its answer is the same.

        Somebody who changes an answer and forgets to run its cell is shown the old result.
        """
        before, now = self._cells_at_check.get(part_id), self._other_cells
        self._cells_at_check[part_id] = now
        return now > 0 and before == now
