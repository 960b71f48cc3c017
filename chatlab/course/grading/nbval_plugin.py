"""A pytest plugin that patches nbval.

- nbval drops `update_display_data`; here it replaces the output it belongs to, so that what is
  compared is what a reader sees.
- A kernel that dies is noticed at once.
- A cell that prints too much is stopped.
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

__all__ = ["KernelDied", "TooMuchOutput", "pytest_configure", "use_kernel_managers"]

DEFAULT_CELL_SECONDS = 120
"""How long one cell may run where no limit is given; nbval's own default is 2,000 seconds."""

MAX_OUTPUT_CHARS = 2_000_000
"""How many characters a cell may print."""

_NBVAL_DEFAULT_SECONDS = 2000
_OUTPUT_TYPES = {"stream", "display_data", "update_display_data", "execute_result"}

if "CHATLAB_QUICK_NBFORMAT" in os.environ:
    # jsonschema would spend seconds on formats that no notebook has.
    for name in ("rfc3987_syntax", "isoduration"):
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]


_started: list[Any] = []
"""The kernels of this run."""

_wrap_managers: Callable[[Any], Any] | None = None


def use_kernel_managers(wrap: Callable[[Any], Any]) -> None:
    """Have the next run's kernel managers made by what `wrap` returns for nbval's own class."""
    global _wrap_managers  # noqa: PLW0603 - pytest gives a plugin's hooks nothing else to go by
    _wrap_managers = wrap


def pytest_configure(config: pytest.Config) -> None:
    """Patch nbval, if it is in use."""
    option = config.option
    if not (getattr(option, "nbval", False) or getattr(option, "nbval_lax", False)):
        return
    if option.nbval_cell_timeout == _NBVAL_DEFAULT_SECONDS:
        option.nbval_cell_timeout = DEFAULT_CELL_SECONDS
    kernel_module: Any = importlib.import_module("nbval.kernel")
    plugin_module: Any = importlib.import_module("nbval.plugin")
    _replace_kernel_managers(kernel_module, config)
    kernel_class = kernel_module.RunningKernel
    if not hasattr(kernel_class, "chatlab_patched"):
        kernel_class.chatlab_patched = True
        kernel_class.__init__ = _start_without_waits
        kernel_class.get_message = _detect_dead_kernel(kernel_class.get_message)
        kernel_class.execute_cell_input = _track_parent_cell(kernel_class.execute_cell_input)
        plugin_module.IPyNbFile.get_kernel_message = _apply_display_updates(
            plugin_module.IPyNbFile.get_kernel_message
        )
        plugin_module.IPyNbCell.runtest = _track_current_item(plugin_module.IPyNbCell.runtest)


def _replace_kernel_managers(kernel_module: Any, config: pytest.Config) -> None:
    from chatlab.course.grading.kernels.ipc_kernels import IpcKernelManagers

    original_manager = kernel_module.KernelManager
    managers = (_wrap_managers or IpcKernelManagers)(original_manager)
    kernel_module.KernelManager = managers

    def restore() -> None:
        while _started:
            _end(_started.pop())
        close: Callable[[], None] | None = getattr(managers, "close", None)
        if close is not None:
            close()
        kernel_module.KernelManager = original_manager

    config.add_cleanup(restore)


def _end(kernel: Any) -> None:
    """Close what nbval leaves open of a kernel that has died: ZMQ cannot end before that."""
    kernel.kc.stop_channels()
    if hasattr(kernel, "km"):
        kernel.km.shutdown_kernel(now=True)


class KernelDied(RuntimeError):
    """The cell ended its kernel."""

    def __init__(self) -> None:
        super().__init__("This cell ended its kernel.")


class KernelNotStarted(RuntimeError):
    """There is no kernel to run cells in."""

    def __init__(self) -> None:
        super().__init__("It ended, or did not answer.")


class TooMuchOutput(RuntimeError):
    """A cell printed more than anybody reads; `cell` is the one, or None for the one that runs."""

    def __init__(self, cell: str | None) -> None:
        self.cell = cell
        super().__init__(f"This cell printed more than {MAX_OUTPUT_CHARS:,} characters.")


def _start_without_waits(
    kernel: Any, kernel_name: str, cwd: str | None = None, startup_timeout: float = 60
) -> None:
    """Start a kernel, in place of nbval's `__init__`: ask until its answers arrive on both sides.

    nbval waits 0.2 seconds for a message that does not come, and a second for one it has missed.
    """
    module: Any = importlib.import_module("nbval.kernel")
    kernel.km = module.KernelManager(
        kernel_name=kernel_name, kernel_spec_manager=module.NbvalKernelspecManager()
    )
    with open(os.devnull, "w") as devnull:  # noqa: PTH123 - no file of ours
        kernel.km.start_kernel(stderr=devnull, cwd=cwd)
    kernel.kc = kernel.km.client(context=kernel.km.context)
    kernel.kc.start_channels(hb=False, stdin=False)
    _started.append(kernel)
    deadline, wait_seconds = time.monotonic() + startup_timeout, 0.05
    while time.monotonic() < deadline:
        message_id = kernel.kc.kernel_info()
        try:
            kernel.await_reply(message_id, timeout=deadline - time.monotonic())
            kernel.await_idle(message_id, wait_seconds)
        except KernelDied:
            break
        except Empty:
            wait_seconds = min(1.0, wait_seconds * 2)
        else:
            return
    raise KernelNotStarted


def _detect_dead_kernel(get_message: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `get_message`: wait a little at a time, and raise `KernelDied` if the kernel is dead."""

    def get_message_or_raise(kernel: Any, stream: str, timeout: float | None = None) -> Any:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            wait_seconds = 0.2 if deadline is None else min(0.2, deadline - time.monotonic())
            try:
                return get_message(kernel, stream, timeout=max(0.0, wait_seconds))
            except Empty:
                if not kernel.is_alive():
                    raise KernelDied from None
                if deadline is not None and time.monotonic() >= deadline:
                    raise

    return get_message_or_raise


def _apply_display_updates(get_message: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap `get_kernel_message`: an update replaces the data of the outputs that it updates."""

    def get_updated_message(file: Any, timeout: float | None = None, stream: str = "iopub") -> Any:
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
                output_indexes = item.chatlab_displays.setdefault(display_id, [])
                output_indexes.append(len(item.test_outputs))
            return message

    return get_updated_message


def _count_output(file: Any, message: dict[str, Any]) -> None:
    """Count what a cell prints, by the message that ran it, and stop the kernel if it is too much.

    The cell may be an earlier one: its thread may go on printing.
    """
    if message["msg_type"] not in _OUTPUT_TYPES:
        return
    content = message["content"]
    parent_id = message["parent_header"].get("msg_id")
    file.chatlab_output_chars[parent_id] += sum(
        len(str(text)) for text in (content.get("text", ""), *content.get("data", {}).values())
    )
    if file.chatlab_output_chars[parent_id] > MAX_OUTPUT_CHARS:
        cells = file.kernel.chatlab_cells
        file.kernel.stop()
        raise TooMuchOutput(cells.get(parent_id))


def _track_parent_cell(execute: Callable[..., str]) -> Callable[..., str]:
    """Wrap `execute_cell_input`: remember which cell each message to the kernel came from."""

    def execute_and_track(kernel: Any, source: str, **options: Any) -> str:
        message_id = execute(kernel, source, **options)
        kernel.chatlab_cells[message_id] = kernel.chatlab_cell
        return message_id

    return execute_and_track


def _track_current_item(runtest: Callable[[Any], None]) -> Callable[[Any], None]:
    """Wrap `runtest`: let the file and its kernel know which cell is running."""

    def run_tracked(item: Any) -> None:
        file = item.parent
        if not hasattr(file, "chatlab_output_chars"):
            file.chatlab_output_chars = Counter[str]()
            file.kernel.chatlab_cells = {}
        file.kernel.chatlab_cell = item.cell.get("id")
        file.chatlab_item = item
        item.chatlab_displays = {}
        runtest(item)

    return run_tracked
