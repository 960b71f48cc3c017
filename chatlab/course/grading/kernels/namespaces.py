"""What a forked kernel gives up before a learner's code runs in it (Linux).

`enter_namespaces` gives it processes, a network, a folder to write in and a /proc of its own;
`give_up_privileges` bounds what it can use, and takes away what could undo that.
"""

import ctypes
import fcntl
import os
import resource
import socket
import struct
from pathlib import Path

from chatlab.course.grading.kernels import ALL_SOCKETS, KERNEL_SOCKETS, KERNEL_TMP

__all__ = [
    "become_nobody",
    "become_subreaper",
    "enter_namespaces",
    "give_up_privileges",
    "mount_proc",
    "protect_sockets",
]

TMP_BYTES = 128 * 1024**2
"""How much a learner's files in its own folder may take."""

MAX_MEMORY_BYTES = 2 * 1024**3
"""How much memory one process may take."""

MAX_PROCESSES = 100
"""How many processes and threads a learner may have."""

MAX_CPU_SECONDS = 600

_NEW_NAMESPACES = 0x00020000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
"""CLONE_NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_BIND = 1, 2, 4, 8, 32, 4096
_PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 36, 38
_NOBODY, _NO_ID = 65534, str(2**32 - 1)
_CAPABILITY_VERSION_3 = 0x20080522
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1

_libc = ctypes.CDLL(None, use_errno=True)


def mount_proc() -> None:
    """Mount a fresh /proc.

    Raises:
        OSError: The process may not.
    """
    _mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def become_nobody() -> None:
    """Give up root's rights over the machine's files, if this process has them."""
    number_of_ids = Path("/proc/self/uid_map").read_text().split()[2]
    if os.getuid() == 0 and number_of_ids == _NO_ID:  # root, and not only called so in the box
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
        _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)  # /proc/self is this user's own again


def enter_namespaces(own_sockets: Path) -> None:
    """Leave the others' namespaces; the next child is the first of its own process namespace.

    Args:
        own_sockets: The folder of this kernel's sockets. It becomes `KERNEL_SOCKETS`, and nothing
            is left of the folder that it lies in.

    Raises:
        OSError: The machine does not let a process do that.
    """
    uid, gid = os.getuid(), os.getgid()
    _call(_libc.unshare(_NEW_NAMESPACES))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {gid} 1")
    _mount(str(own_sockets), str(KERNEL_SOCKETS), None, _MS_BIND)
    for folder, size in (
        (str(ALL_SOCKETS), "4k"),
        (str(KERNEL_TMP), TMP_BYTES),
        ("/dev/shm", "16m"),  # noqa: S108 - the box's own
    ):
        _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={size},mode=700")
    _raise_loopback()


def protect_sockets() -> None:
    """Let nobody make files among the kernel's sockets, which lie on the grader's disk."""
    flags = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV
    _mount("none", str(KERNEL_SOCKETS), None, flags)


def become_subreaper() -> bool:
    """Have orphans among this process's descendants become its children; False if it cannot."""
    try:
        return _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    except AttributeError:  # not Linux
        return False


def give_up_privileges() -> None:
    """Bound memory, processes, CPU and files, and drop every capability for good."""
    for limit, value in (
        (resource.RLIMIT_DATA, MAX_MEMORY_BYTES),
        (resource.RLIMIT_NPROC, MAX_PROCESSES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, TMP_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    _call(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    header = struct.pack("Ii", _CAPABILITY_VERSION_3, 0)
    _call(_libc.capset(header, bytes(24)))


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(probe, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    kind_bytes = None if kind is None else kind.encode()
    _call(_libc.mount(source.encode(), target.encode(), kind_bytes, flags, options.encode()))


def _call(status: int) -> None:
    if status != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
