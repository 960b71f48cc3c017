"""The grader's side of the warm process that forks kernels: start it, and have one forked."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import zmq

from chatlab.course.grading.kernels.box import box_command, stage_package

__all__ = ["ForkedKernel", "KernelServer", "can_fork", "fork_kernel", "kernel_folder"]

_NOBODY = 65534
_LONGEST_SOCKET_NAME = "kernels/1234567-1234567/k-5"
_numbers = count(1)


def can_fork() -> bool:
    """Whether kernels can be forked here: elsewhere than on Linux, each is started from scratch."""
    return sys.platform == "linux" and hasattr(os, "fork")


class KernelServer:
    """A warm process that forks kernels, and the folder of their sockets.

    Args:
        boxed: Whether learners' code is confined.

    Raises:
        MissingDependency: bubblewrap is not installed.
    """

    def __init__(self, *, boxed: bool) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="chatlab-"))
        if len(str(self._folder / _LONGEST_SOCKET_NAME)) > zmq.IPC_PATH_MAX_LEN:
            shutil.rmtree(self._folder)
            self._folder = Path(tempfile.mkdtemp(prefix="chatlab-", dir="/tmp"))
        sockets = self._folder / "kernels"
        sockets.mkdir()
        self.address = str(self._folder / "server")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen(100)
            command = [sys.executable, "-P", "-m", "chatlab.course.grading.kernels.fork_server"]
            command += [str(listener.fileno()), "boxed" if boxed else "open"]
            if boxed:
                command = box_command(stage_package(self._folder), sockets, command)
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                pass_fds=[listener.fileno()],
                stdin=subprocess.PIPE,  # closed when this process ends, and so is the server
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process, or the box's."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can fork kernels."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and every kernel in its box."""
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)


@dataclass(frozen=True)
class ForkedKernel:
    """A kernel that was forked.

    Attributes:
        grader: The connection over which its checks ask for inputs and hand over evidence.
        life: A byte over it interrupts or kills the kernel; it ends when the kernel is dead.
    """

    grader: "Connection[Any, Any]"
    life: socket.socket


def kernel_folder(address: str) -> Path:
    """A new folder for the sockets of one kernel of the server with this address."""
    folder = Path(address).parent / "kernels" / f"{os.getpid()}-{next(_numbers)}"
    folder.mkdir()
    if os.getuid() == 0:
        os.chown(folder, _NOBODY, _NOBODY)
    return folder


def fork_kernel(
    address: str, sockets: Path, lesson: int, connection: dict[str, Any], work_folder: Path
) -> ForkedKernel:
    """Have the server fork a kernel.

    Args:
        address: The server's.
        sockets: The kernel's folder, as `kernel_folder` made it.
        lesson: The number of the lesson whose checks are to be warm.
        connection: What a kernel's connection file says, as JSON.
        work_folder: Where it runs, if it is not in a box.

    Raises:
        OSError: The server is gone.
    """
    request = {
        "sockets": str(sockets),
        "lesson": lesson,
        "connection": connection,
        "folder": str(work_folder),
    }
    grader, grader_in_kernel = socket.socketpair()
    life, life_in_kernel = socket.socketpair()
    with grader_in_kernel, life_in_kernel, socket.socket(socket.AF_UNIX) as client:
        client.connect(address)
        fds = [grader_in_kernel.fileno(), life_in_kernel.fileno()]
        socket.send_fds(client, [json.dumps(request).encode()], fds)
        if not client.recv(1):
            raise ConnectionResetError
    return ForkedKernel(Connection(grader.detach()), life)
