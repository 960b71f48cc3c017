"""Lets jupyter_client manage a forked kernel like one that it started."""

import os
import shutil
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from chatlab.course.grading.evidence_link import EvidenceLink
from chatlab.course.grading.kernels import INTERRUPT, KILL
from chatlab.course.grading.kernels.kernel_server import ForkedKernel, fork_kernel, kernel_folder

__all__ = ["ForkedKernelManagers"]


class ForkedKernelManagers:
    """Makes managers of forked kernels; nbval calls it in place of `KernelManager`.

    Args:
        make_manager: Makes a kernel manager: `jupyter_client.KernelManager`.
        address: The kernel server's.
        lesson: The number of the lesson whose checks are to be warm.
        work_folder: Where kernels run that are not in a box.
        link: Answers the checks of the newest kernel.
    """

    def __init__(
        self,
        make_manager: Callable[..., Any],
        address: str,
        lesson: int,
        work_folder: Path,
        link: EvidenceLink,
    ) -> None:
        self._make_manager = make_manager
        self._address, self._lesson, self._work_folder = address, lesson, work_folder
        self._link = link

    def __call__(self, **options: Any) -> Any:
        """A kernel manager."""
        sockets = kernel_folder(self._address)

        def fork(connection: dict[str, Any]) -> ForkedKernel:
            kernel = fork_kernel(
                self._address, sockets, self._lesson, connection, self._work_folder
            )
            self._link.serve(lambda: kernel.grader)
            return kernel

        manager = self._make_manager(transport="ipc", ip=str(sockets / "k"), **options)
        manager.provisioner = _ForkedProvisioner(parent=manager, fork=fork, sockets=sockets)
        return manager


class _ForkedProvisioner(KernelProvisionerBase):  # type: ignore[misc]
    """Starts and ends one forked kernel."""

    def __init__(
        self, *, parent: Any, fork: Callable[[dict[str, Any]], ForkedKernel], sockets: Path
    ) -> None:
        super().__init__(parent=parent)
        self._fork = fork
        self._sockets = sockets
        self._kernel: ForkedKernel | None = None

    @property
    def has_process(self) -> bool:
        return self._kernel is not None

    async def pre_launch(self, **_: Any) -> dict[str, Any]:
        manager: Any = self.parent
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return {"cmd": [], "env": os.environ.copy()}

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:  # noqa: ARG002 - jupyter_client names it
        info = {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in self.connection_info.items()
        }
        self._kernel = self._fork(info)
        return self.connection_info

    async def poll(self) -> int | None:
        """None while it lives: its end of the socket is closed when it has ended."""
        if self._kernel is None:
            return 0
        with suppress(BlockingIOError):
            if self._kernel.life.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b"":
                return 1
        return None

    async def wait(self) -> int | None:
        if self._kernel is not None:
            with suppress(OSError):
                while self._kernel.life.recv(1):
                    pass
            self._kernel.life.close()
            self._kernel = None
        return 0

    async def send_signal(self, signum: int) -> None:
        if self._kernel is not None:
            with suppress(OSError):
                self._kernel.life.send(INTERRUPT if signum == signal.SIGINT else KILL)

    async def kill(self, restart: bool = False) -> None:  # noqa: ARG002, FBT002 - jupyter_client's
        await self.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        if self._kernel is not None:
            with suppress(OSError):
                self._kernel.life.settimeout(5)
                while self._kernel.life.recv(1):
                    pass

    async def terminate(self, restart: bool = False) -> None:  # noqa: FBT002 - the same
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:  # noqa: ARG002, FBT002 - the same
        shutil.rmtree(self._sockets, ignore_errors=True)
