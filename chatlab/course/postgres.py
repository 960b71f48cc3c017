"""A temporary PostgreSQL server or database, for a check or a test run."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = [
    "DATABASE_URL_ENV",
    "find_server_binaries",
    "missing_postgres",
    "temporary_database",
    "temporary_server",
]

DATABASE_URL_ENV = "CHATLAB_TEST_POSTGRES"
"""The environment variable with the URL of a database to use; "none" means there is none."""

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
}


def find_server_binaries() -> Path | None:
    """The `bin` folder of the newest server that is installed, or None."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    initdb = shutil.which("initdb")
    if installed:
        return installed[-1].parent
    return Path(initdb).parent if initdb else None


def _version(initdb: Path) -> float:
    name = initdb.parents[1].name
    return float(name) if name.replace(".", "").isdigit() else 0.0


def missing_postgres() -> str | None:
    """Why there is no PostgreSQL database on this machine; None if there is one.

    CHATLAB_TEST_POSTGRES comes before an installed server.
    """
    if importlib.util.find_spec("asyncpg") is None:
        if sys.platform == "emscripten":
            return "A browser tab has no PostgreSQL: this part needs a machine."
        return "PostgreSQL's driver is not installed: pip install 'chatlab-kit[postgres]'"
    url = os.environ.get(DATABASE_URL_ENV)
    if url == "none":
        return f"{DATABASE_URL_ENV} says that there is no PostgreSQL here."
    if not (url or find_server_binaries()):
        return "PostgreSQL is not installed; on Debian: apt-get install postgresql"
    return None


@contextmanager
def temporary_database() -> Generator[str]:
    """The URL of a database: the one in CHATLAB_TEST_POSTGRES, or a temporary server's."""
    bin_folder = find_server_binaries()
    if configured_url := os.environ.get(DATABASE_URL_ENV):
        yield configured_url
    elif bin_folder is not None:
        with temporary_server(bin_folder) as url:
            yield url
    else:
        raise FileNotFoundError(missing_postgres())


@contextmanager
def temporary_server(bin_folder: Path) -> Generator[str]:
    """Start a server on a socket in a temporary folder, and on no port; yield its URL.

    PostgreSQL does not run as root, so root runs it as the user that Debian made for it.
    """
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    # The user that the server runs as may not enter a folder that is only root's.
    folder = Path(tempfile.mkdtemp(prefix="chatlab-pg-", dir="/tmp" if as_root else None))  # noqa: S108
    owner: dict[str, Any] = {}
    if as_root:
        import pwd

        user = pwd.getpwnam("postgres")
        owner = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        os.chown(folder, user.pw_uid, user.pw_gid)
    data_folder, log_file = folder / "data", folder / "log"

    def run(program: str, *arguments: str) -> None:
        subprocess.run(  # noqa: S603 - the server's own programs
            [bin_folder / program, "-D", data_folder, *arguments],
            **owner,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )

    try:
        run("initdb", "-U", "chatlab", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = [f"-c {name}={value}" for name, value in _SETTINGS.items()]
        run(
            "pg_ctl", "start", "-w", "-l", str(log_file), "-o", " ".join([f"-k {folder}", *options])
        )
        try:
            yield f"postgresql+asyncpg://chatlab@/postgres?host={folder}"
        finally:
            run("pg_ctl", "stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
