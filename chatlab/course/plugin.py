"""A pytest plugin for nbval: updated outputs count, a dead kernel is noticed, a flood is stopped.

nbval drops `update_display_data`; here it replaces the output it belongs to, so that what is
compared is what a reader sees. In a graded run, what became of each cell is written down.
"""

import importlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest

__all__ = ["pytest_configure", "pytest_runtest_makereport"]

CELL_SECONDS = 120
"""nbval's own time limit for a cell is 2,000 seconds."""

MAX_OUTPUT = 2_000_000
"""How many characters a cell may print."""

_NBVAL_SECONDS = 2000
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

if "CHATLAB_QUICK_NBFORMAT" in os.environ:
    # jsonschema would spend seconds on a grammar for a format that no notebook has.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    """Mend nbval where it is in use."""
    option = config.option
    if not (getattr(option, "nbval", False) or getattr(option, "nbval_lax", False)):
        return
    if option.nbval_cell_timeout == _NBVAL_SECONDS:
        option.nbval_cell_timeout = CELL_SECONDS
    kernel: Any = importlib.import_module("nbval.kernel").RunningKernel
    plugin: Any = importlib.import_module("nbval.plugin")
    if not hasattr(kernel, "chatlab_mended"):
        kernel.chatlab_mended = True
        kernel.get_message = _watchful(kernel.get_message)
        plugin.IPyNbFile.get_kernel_message = _updating(plugin.IPyNbFile.get_kernel_message)
        plugin.IPyNbCell.runtest = _noted(plugin.IPyNbCell.runtest)


class KernelDied(RuntimeError):
    """The cell ended its kernel."""

    def __init__(self) -> None:
        super().__init__("This cell ended its kernel.")


class TooMuchOutput(RuntimeError):
    """The cell printed more than anybody reads."""

    def __init__(self) -> None:
        super().__init__(f"This cell printed more than {MAX_OUTPUT:,} characters.")


def _watchful(get_message: Callable[..., Any]) -> Callable[..., Any]:
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


def _updating(get_message: Callable[..., Any]) -> Callable[..., Any]:
    """Put each update in the place of the output that it updates."""

    def get(file: Any, timeout: float | None = None, stream: str = "iopub") -> Any:
        while True:
            message = get_message(file, timeout=timeout, stream=stream)
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
            if message["msg_type"] == "stream":
                item.chatlab_printed += len(content["text"])
                if item.chatlab_printed > MAX_OUTPUT:
                    file.kernel.stop()
                    raise TooMuchOutput
            return message

    return get


def _noted(runtest: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let the file know which of its cells is running."""

    def run(item: Any) -> None:
        item.chatlab_displays = {}
        item.chatlab_printed = 0
        item.parent.chatlab_item = item
        runtest(item)

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In a graded run, write down what became of the cell."""
    report = yield
    folder = os.environ.get("CHATLAB_GRADED_RUN")
    cell = getattr(item, "cell", None)
    if folder and cell is not None and call.when == "call":
        error = call.excinfo.value if call.excinfo else None
        fate = {
            "cell": cell.get("id", ""),
            "error": None if error is None else type(error).__name__,
            "says": "" if error is None else _last_line(error),
            "stopped": isinstance(error, KernelDied | TooMuchOutput)
            or "Timeout" in str(getattr(error, "args", "")),
        }
        with Path(folder, "cells.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(fate) + "\n")
    return report


def _last_line(error: BaseException) -> str:
    traceback = getattr(error, "inner_traceback", None) or str(error)
    lines = [line for line in _ANSI.sub("", str(traceback)).splitlines() if line.strip()]
    return lines[-1] if lines else ""
