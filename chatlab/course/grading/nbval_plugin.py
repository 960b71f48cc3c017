"""A pytest plugin for nbval: updated outputs count, a dead kernel is noticed, a flood is stopped.

nbval drops `update_display_data`; here it replaces the output it belongs to, so that what is
compared is what a reader sees.
"""

import importlib
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from queue import Empty
from typing import Any

import pytest

__all__ = ["KernelDied", "TooMuchOutput", "pytest_configure"]

CELL_SECONDS = 120
"""nbval's own time limit for a cell is 2,000 seconds."""

MAX_OUTPUT = 2_000_000
"""How many characters a cell may print."""

_NBVAL_SECONDS = 2000
_SHOWN = {"stream", "display_data", "update_display_data", "execute_result"}

if "CHATLAB_QUICK_NBFORMAT" in os.environ:
    # jsonschema would spend seconds on formats that no notebook has.
    for name in ("rfc3987_syntax", "isoduration"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """Mend nbval where it is in use."""
    option = config.option
    if not (getattr(option, "nbval", False) or getattr(option, "nbval_lax", False)):
        return
    if option.nbval_cell_timeout == _NBVAL_SECONDS:
        option.nbval_cell_timeout = CELL_SECONDS
    kernels: Any = importlib.import_module("nbval.kernel")
    plugin: Any = importlib.import_module("nbval.plugin")
    _use_ipc_sockets(kernels, config)
    kernel = kernels.RunningKernel
    if not hasattr(kernel, "chatlab_mended"):
        kernel.chatlab_mended = True
        kernel.get_message = _detect_dead_kernel(kernel.get_message)
        kernel.execute_cell_input = _track_parent_cell(kernel.execute_cell_input)
        plugin.IPyNbFile.get_kernel_message = _apply_display_updates(
            plugin.IPyNbFile.get_kernel_message
        )
        plugin.IPyNbCell.runtest = _track_current_item(plugin.IPyNbCell.runtest)


def _use_ipc_sockets(kernels: Any, config: pytest.Config) -> None:
    from chatlab.course.grading.kernels import IpcKernelManagers

    manager = kernels.KernelManager
    kernels.KernelManager = private = IpcKernelManagers(manager)

    def undo() -> None:
        private.close()
        kernels.KernelManager = manager

    config.add_cleanup(undo)


class KernelDied(RuntimeError):
    """The cell ended its kernel."""

    def __init__(self) -> None:
        super().__init__("This cell ended its kernel.")


class TooMuchOutput(RuntimeError):
    """A cell printed more than anybody reads; `cell` is the one, or None for the one that runs."""

    def __init__(self, cell: str | None) -> None:
        self.cell = cell
        super().__init__(f"This cell printed more than {MAX_OUTPUT:,} characters.")


def _detect_dead_kernel(get_message: Callable[..., Any]) -> Callable[..., Any]:
    """Wait a second at a time, and look whether the kernel is still there."""

    def watch(kernel: Any, stream: str, timeout: float | None = None) -> Any:
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = 1.0 if end is None else min(1.0, end - time.monotonic())
            try:
                return get_message(kernel, stream, timeout=max(0.0, left))
            except Empty:
                if not kernel.is_alive():
                    raise KernelDied from None
                if end is not None and time.monotonic() >= end:
                    raise

    return watch


def _apply_display_updates(get_message: Callable[..., Any]) -> Callable[..., Any]:
    """Put each update in the place of the output that it updates."""

    def get(file: Any, timeout: float | None = None, stream: str = "iopub") -> Any:
        while True:
            message = get_message(file, timeout=timeout, stream=stream)
            _count_output(file, message)
            content = message["content"]
            display_id = content.get("transient", {}).get("display_id")
            item = file.chatlab_item
            if message["msg_type"] == "update_display_data":
                for index in item.chatlab_displays.get(display_id, ()):
                    item.test_outputs[index]["data"] = content["data"]
                continue
            if message["msg_type"] == "display_data" and display_id is not None:
                places = item.chatlab_displays.setdefault(display_id, [])
                places.append(len(item.test_outputs))
            return message

    return get


def _count_output(file: Any, message: dict[str, Any]) -> None:
    """Stop a flood, whichever cell it comes from: a thread prints on when its cell is done."""
    if message["msg_type"] not in _SHOWN:
        return
    content = message["content"]
    cell = message["parent_header"].get("msg_id")
    file.chatlab_printed[cell] += sum(
        len(str(text)) for text in (content.get("text", ""), *content.get("data", {}).values())
    )
    if file.chatlab_printed[cell] > MAX_OUTPUT:
        cells = file.kernel.chatlab_cells
        file.kernel.stop()
        raise TooMuchOutput(cells.get(cell))


def _track_parent_cell(execute: Callable[..., str]) -> Callable[..., str]:
    """Note which cell each message to the kernel came from."""

    def run(kernel: Any, source: str, **more: Any) -> str:
        message = execute(kernel, source, **more)
        kernel.chatlab_cells[message] = kernel.chatlab_cell
        return message

    return run


def _track_current_item(runtest: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let the file know which of its cells is running."""

    def run(item: Any) -> None:
        file = item.parent
        if not hasattr(file, "chatlab_printed"):
            file.chatlab_printed = Counter[str]()
            file.kernel.chatlab_cells = {}
        file.kernel.chatlab_cell = item.cell.get("id")
        file.chatlab_item = item
        item.chatlab_displays = {}
        runtest(item)

    return run
