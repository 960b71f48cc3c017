"""Kernels reached through a private folder, not through ports that anybody may take first.

Ports are picked before the kernel that is to use them runs. When many kernels start at a time,
another one may have taken a port by then, and the kernel never answers.
"""

import shutil
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import zmq

__all__ = ["IpcKernelManagers"]

_LONGEST_NAME = "k999-9"


class IpcKernelManagers:
    """Makes kernel managers whose sockets are files, where the system has such a thing.

    Args:
        manager: What makes a kernel manager, `jupyter_client.KernelManager`.
    """

    def __init__(self, manager: Callable[..., Any]) -> None:
        self._manager = manager
        self._numbers = count(1)
        self._folder = Path(tempfile.mkdtemp(prefix="chatlab-"))

    def __call__(self, **options: Any) -> Any:
        """A kernel manager; with ports where there are no such sockets, or their path is long."""
        longest = len(str(self._folder / _LONGEST_NAME))
        if not zmq.has("ipc") or longest > zmq.IPC_PATH_MAX_LEN:
            return self._manager(**options)
        address = str(self._folder / f"k{next(self._numbers)}")
        return self._manager(transport="ipc", ip=address, **options)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
