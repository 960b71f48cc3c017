"""A warm process that forks kernels: Python, ipykernel and the checks are imported once.

It is started by `kernel_server.py`, and runs in the box if there is one. Each request comes as a
line of JSON over a socket, with two sockets more: the grader's, over which inputs come and evidence
goes, and one by which the kernel is interrupted and killed, and which closes when it is dead.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

from chatlab.course.catalogue import lesson_for
from chatlab.course.grading.kernels import (
    ALL_SOCKETS,
    INTERRUPT,
    KERNEL_SOCKETS,
    KERNEL_TMP,
    namespaces,
)

__all__ = ["serve"]

_MAX_REQUEST_BYTES = 65_536
_IMPORTED = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "chatlab",
    "chatlab.course.checking.check",
    "chatlab.course.checking.tampering",
    "chatlab.widgets",
    "psutil",
)


def serve(listener: socket.socket, *, boxed: bool) -> NoReturn:
    """Fork a kernel for each request, until the grader is gone."""
    if boxed:
        namespaces.mount_proc()
        namespaces.become_nobody()
    for name in _IMPORTED:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for what is forked
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grader says when it is over
    gc.collect()
    gc.freeze()
    while True:
        readable, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in readable:
            os._exit(0)
        client, _ = listener.accept()
        with client:
            text, fds, _, _ = socket.recv_fds(client, _MAX_REQUEST_BYTES, 2)
            for fd in fds:
                os.set_inheritable(fd, False)  # noqa: FBT003 - it takes no keyword
            request = json.loads(text)
            _import_checks(request["lesson"])
            if os.fork() == 0:
                listener.close()
                client.close()
                _run_forked(request, *fds, boxed=boxed)
            for fd in fds:
                os.close(fd)
            client.sendall(b".")


def _import_checks(lesson: int) -> None:
    """Import what the lesson's checks need, once; what this machine lacks is left out."""
    for part in lesson_for(lesson).parts:
        with suppress(ImportError):
            importlib.import_module(part.check)


def _run_forked(request: dict[str, Any], grader_fd: int, life_fd: int, *, boxed: bool) -> NoReturn:
    """In the forked process: enter the box, and watch over the kernel; this never returns."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setsid()
        if boxed:
            namespaces.enter_namespaces(ALL_SOCKETS / Path(request["sockets"]).name)
            request["connection"]["ip"] = str(KERNEL_SOCKETS / "k")
            if os.fork() != 0:  # the child is the first process of the namespace
                os.close(grader_fd)
                os.close(life_fd)
                os.wait()
                os._exit(0)
            namespaces.mount_proc()
        else:
            namespaces.become_subreaper()
        _start_and_watch(request, grader_fd, life_fd, boxed=boxed)
        status = 0
    except OSError:
        traceback.print_exc()
    finally:
        os._exit(status)


def _start_and_watch(request: dict[str, Any], grader_fd: int, life_fd: int, *, boxed: bool) -> None:
    ready, ready_in_kernel = socket.socketpair()
    wakeup, wakeup_write = socket.socketpair()
    wakeup_write.setblocking(False)  # noqa: FBT003 - the same
    signal.signal(signal.SIGCHLD, _wake_up)
    signal.set_wakeup_fd(wakeup_write.fileno())
    kernel = os.fork()
    if kernel == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for unneeded in (ready, wakeup, wakeup_write):
            unneeded.close()
        os.close(life_fd)
        _run_kernel(request, grader_fd, ready_in_kernel, boxed=boxed)
    os.close(grader_fd)
    ready_in_kernel.close()
    if ready.recv(1) and boxed:
        namespaces.protect_sockets()
    with suppress(OSError):
        ready.sendall(b".")
    _watch(kernel, life_fd, wakeup)
    if not boxed:  # in a box, everything ends with this process
        _kill_descendants()


def _wake_up(_number: int, _frame: object) -> None:
    """Python writes to the wake-up descriptor only for signals that have a handler."""


def _watch(kernel: int, life_fd: int, wakeup: socket.socket) -> None:
    """Pass on what the grader wants, until the kernel has ended or the grader is gone."""
    while True:
        readable, _, _ = select.select([life_fd, wakeup], [], [])
        if wakeup in readable:
            wakeup.recv(64)
            with suppress(ChildProcessError):
                while (pid := os.waitpid(-1, os.WNOHANG)[0]) != 0:
                    if pid == kernel:
                        return
        if life_fd in readable:
            wanted = os.read(life_fd, 1)
            if wanted != INTERRUPT:
                return
            os.kill(kernel, signal.SIGINT)


def _kill_descendants() -> None:
    """Kill what is left below this process; what starts meanwhile is found in the next round."""
    import psutil

    here = psutil.Process()
    while children := here.children(recursive=True):
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=1)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0] != 0:
                pass


def _run_kernel(
    request: dict[str, Any], grader_fd: int, ready: socket.socket, *, boxed: bool
) -> NoReturn:
    status = 1
    try:
        folder = Path(KERNEL_TMP if boxed else request["folder"])
        os.chdir(folder)
        os.environ |= {"TMPDIR": str(folder), "IPYTHONDIR": str(folder / ".ipython")}
        signal.signal(signal.SIGINT, signal.default_int_handler)
        devnull = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(devnull, fd)
        if boxed:
            namespaces.give_up_privileges()
        from chatlab.course.checking.graded_run import connect_grader

        connect_grader(Connection(grader_fd))
        _serve_notebook(request["connection"], folder, ready)
        status = 0
    except SystemExit:
        status = 0
    finally:
        os._exit(status)


def _serve_notebook(connection: dict[str, Any], folder: Path, ready: socket.socket) -> None:
    from ipykernel.kernelapp import IPKernelApp

    file = folder / ".connection.json"
    file.write_text(json.dumps(connection), "utf-8")
    app: Any = IPKernelApp.instance()
    app.initialize(["-f", str(file), "--HistoryManager.enabled=False"])
    file.unlink()
    ready.sendall(b".")
    ready.recv(1)
    ready.close()
    app.start()


def main() -> None:
    """Serve: the arguments are the listener's file descriptor, and `boxed` or `open`."""
    fd, how = sys.argv[1:]
    serve(socket.socket(fileno=int(fd)), boxed=how == "boxed")


if __name__ == "__main__":
    main()
