"""Starts kernels from scratch for a graded run, where they cannot be forked."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Any

import psutil

from chatlab.course.checking.graded_run import GRADER_ENV
from chatlab.course.grading.evidence_link import EvidenceLink
from chatlab.course.grading.kernels.ipc_kernels import IpcKernelManagers

__all__ = ["ColdKernelManagers"]


class ColdKernelManagers:
    """Makes kernel managers; nbval calls it in place of `KernelManager`.

    Args:
        make_manager: Makes a kernel manager: `jupyter_client.KernelManager`.
        work_folder: Where kernels run.
        link: Answers the checks of the newest kernel.
    """

    def __init__(
        self, make_manager: Callable[..., Any], work_folder: Path, link: EvidenceLink
    ) -> None:
        self._managers = IpcKernelManagers(make_manager)
        self._work_folder = work_folder
        self._link = link
        self._addresses: list[str] = []

    def __call__(self, **options: Any) -> Any:
        """A kernel manager, whose kernel finds the grader's address in its environment."""
        key = secrets.token_bytes(32)
        listener = Listener(("127.0.0.1", 0), authkey=key)
        self._addresses.append(f"{listener.address[1]}:{key.hex()}")
        self._link.serve(lambda: _accept(listener))
        manager = self._managers(**options)
        env = os.environ | {GRADER_ENV: self._addresses[-1], "TMPDIR": str(self._work_folder)}
        manager.start_kernel = partial(_start, manager.start_kernel, env, str(self._work_folder))
        return manager

    def close(self) -> None:
        """Remove the sockets, and kill what the kernels left behind.

        It is known by the grader's address in its environment.
        """
        self._managers.close()
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if process.environ().get(GRADER_ENV) in self._addresses:
                    process.kill()


def _start(
    start: Callable[..., Any], environ: dict[str, str], folder: str, /, **options: Any
) -> Any:
    return start(**options | {"env": environ, "cwd": folder})


def _accept(listener: Listener) -> "Connection[Any, Any]":
    with listener:
        return listener.accept()
