"""The box around learners' code when others are graded: bubblewrap, and what it lets them see."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chatlab.course.grading.kernels import ALL_SOCKETS, KERNEL_SOCKETS, KERNEL_TMP
from chatlab.errors import MissingDependency

__all__ = ["box_command", "missing_box", "stage_package"]

_TMP = Path("/tmp")  # noqa: S108 - in the box
_PACKAGE = Path(__file__).parents[3]
_SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
_SYSTEM_FILES = (
    *("passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache", "localtime", "alternatives"),
    *("ssl/certs", "ssl/openssl.cnf", "postgresql-common"),
)


def missing_box() -> str | None:
    """Why learners' code cannot be confined on this machine; None if it can."""
    if not sys.platform.startswith("linux"):
        return "Only Linux has what the box is made of."
    program = shutil.which("bwrap")
    if program is None:
        return "bubblewrap is not installed; on Debian: apt-get install bubblewrap"
    command = [program, *_namespaces(), "--ro-bind", "/", "/", "--proc", "/proc", "true"]
    tried = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own
    return None if tried.returncode == 0 else tried.stderr.decode(errors="replace").strip()


def stage_package(folder: Path) -> Path:
    """Copy the package into `folder` without its judges, for learners' code to see."""
    staged = folder / "chatlab"
    shutil.copytree(_PACKAGE, staged, ignore=shutil.ignore_patterns("*_judge.*"))
    return staged


def box_command(staged: Path, sockets: Path, command: list[str]) -> list[str]:
    """The command, in a box that sees Python, the staged package, and nothing of the course.

    Args:
        staged: What `stage_package` returned.
        sockets: The folder through which kernels are reached; it is the only one on the disk in
            which the box can write.
        command: What to run there.

    Raises:
        MissingDependency: bubblewrap is not installed.
    """
    program = shutil.which("bwrap")
    if program is None:
        raise MissingDependency("bubblewrap", "apt-get install bubblewrap")
    words = [program, *_namespaces(), "--die-with-parent", "--clearenv"]
    for name, value in _environment().items():
        words += ["--setenv", name, value]
    words += _system_mounts()
    words += _python_mounts(staged)
    words += ["--proc", "/proc", "--dev", "/dev", "--dir", str(KERNEL_TMP)]
    if not any(path.is_relative_to(_TMP) for path in (*_python_folders(), _PACKAGE)):
        words += ["--symlink", str(KERNEL_TMP), str(_TMP)]
    words += ["--bind", str(sockets), str(ALL_SOCKETS), "--dir", str(KERNEL_SOCKETS)]
    words += ["--chdir", "/", "--remount-ro", "/"]
    return [*words, "--", *command]


def _system_mounts() -> list[str]:
    words: list[str] = []
    for folder in map(Path, _SYSTEM_FOLDERS):
        if folder.is_symlink():
            words += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.exists():
            words += ["--ro-bind", str(folder), str(folder)]
    words += _open_folders([Path("/etc/ssl/certs"), ALL_SOCKETS])
    for file in _SYSTEM_FILES:
        words += ["--ro-bind-try", f"/etc/{file}", f"/etc/{file}"]
    return words


def _python_mounts(staged: Path) -> list[str]:
    """Python and its packages, and the staged package in the place of this one."""
    python = _python_folders()
    words = _open_folders([*python, _PACKAGE])
    for path in dict.fromkeys(python):
        if not path.is_relative_to("/usr"):
            words += ["--ro-bind", str(path), str(path)]
    return [*words, "--ro-bind", str(staged), str(_PACKAGE)]


def _python_folders() -> list[Path]:
    return [Path(sys.base_prefix), Path(sys.prefix)]


def _open_folders(paths: list[Path]) -> list[str]:
    """Folders above these paths into which everybody may look, whatever they are outside."""
    folders = dict.fromkeys(above for path in paths for above in reversed(path.parents))
    return [word for folder in folders for word in ("--perms", "0755", "--dir", str(folder))]


def _namespaces() -> list[str]:
    """The namespaces of the box, and what its first process needs to make one for each kernel."""
    words = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    if os.getuid() == 0:
        capabilities = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID")
        return words + [word for name in capabilities for word in ("--cap-add", name)]
    return [*words, "--unshare-user", "--uid", "0", "--gid", "0", "--cap-add", "CAP_SYS_ADMIN"]


def _environment() -> dict[str, str]:
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(KERNEL_TMP),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
