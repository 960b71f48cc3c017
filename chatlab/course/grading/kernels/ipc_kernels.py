"""Starts kernels that talk through sockets in a private folder (ZMQ's `ipc`), not through ports.

Ports are chosen before the kernel runs. When many kernels start at a time, another one may have
taken a port by then, and the kernel never answers.
"""

import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import zmq

__all__ = ["IpcKernelManagers"]

_LONGEST_SOCKET_NAME = "k999-9"


class IpcKernelManagers:
    """Makes kernel managers with `ipc` sockets; nbval calls it in place of `KernelManager`.

    Args:
        make_manager: Makes a kernel manager: `jupyter_client.KernelManager`.
    """

    def __init__(self, make_manager: Callable[..., Any]) -> None:
        self._make_manager = make_manager
        self._numbers = count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="chatlab-"))

    def __call__(self, **options: Any) -> Any:
        """A kernel manager; it uses ports if there is no `ipc`, or if the path is too long."""
        max_path_chars = len(str(self._folder / _LONGEST_SOCKET_NAME))
        if not zmq.has("ipc") or max_path_chars > zmq.IPC_PATH_MAX_LEN:
            return self._make_manager(**options)
        address = str(self._folder / f"k{next(self._numbers)}")
        return self._make_manager(transport="ipc", ip=address, **options)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
