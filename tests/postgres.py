"""A PostgreSQL server of one's own for one test run: made, used, thrown away."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["programs", "throw_away_server"]

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
}


def programs() -> Path | None:
    """The folder of the newest server installed here, if one is."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).parent if on_path else None


def _version(initdb: Path) -> float:
    name = initdb.parents[1].name
    return float(name) if name.replace(".", "").isdigit() else 0.0


@contextmanager
def throw_away_server(bin_folder: Path) -> Iterator[str]:
    """A server that listens on a socket in its own folder, and on no port; gives its URL.

    PostgreSQL does not run as root, so root runs it as the user that Debian made for it.
    """
    folder = Path(tempfile.mkdtemp(prefix="chatlab-pg-"))
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    data, log = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [bin_folder / program, "-D", data, *arguments],
            **who,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    try:
        run("initdb", "-U", "chatlab", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        run("pg_ctl", "start", "-w", "-l", str(log), "-o", " ".join([f"-k {folder}", *options]))
        try:
            yield f"postgresql+asyncpg://chatlab@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
