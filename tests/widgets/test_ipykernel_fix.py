"""The kernel's idea of which cell runs, when a widget's message comes between two cells."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from chatlab.widgets.ipykernel_fix import patch_current_kernel, patch_set_parent


class Kernel:
    """As ipykernel: whoever is set last is the one that runs."""

    def __init__(self, parent: dict[str, Any]) -> None:
        self.parents = [parent]

    def get_parent(self, channel):
        return self.parents[-1]

    def set_parent(self, ident, parent, channel="shell"):
        self.parents.append(parent)


def message(id, kind="execute_request"):
    return {"header": {"msg_id": id, "msg_type": kind}}


def ran(kernel):
    return [parent["header"]["msg_id"] for parent in kernel.parents]


def test_a_cell_that_has_ended_does_not_come_back_when_the_next_has_begun():
    kernel = Kernel(message("one"))
    patch_set_parent(kernel)
    for id in ("two", "one", "three", "two", "one"):
        kernel.set_parent(b"", message(id))

    assert ran(kernel) == ["one", "two", "three"]


def test_the_cell_that_runs_comes_back_after_a_message_of_a_widget():
    kernel = Kernel(message("one"))
    patch_set_parent(kernel)
    kernel.set_parent(b"", message("click", "comm_msg"))
    kernel.set_parent(b"", message("one"))
    kernel.set_parent(b"", message("click", "comm_msg"))
    kernel.set_parent(b"", message("stop", "interrupt_request"), channel="control")
    kernel.set_parent(b"", message("one"))

    assert ran(kernel) == ["one", "click", "one", "click", "stop", "one"]


def test_the_kernel_of_a_browser_is_left_alone(monkeypatch):
    kernel = object()
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=kernel))
    monkeypatch.setattr(sys, "platform", "emscripten")
    patch_current_kernel()
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(AttributeError):
        patch_current_kernel()
