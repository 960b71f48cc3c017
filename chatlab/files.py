"""Files that are whole or not there, and files that are their owner's alone.

Nobody reads half of a file, not even after a crash.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path

__all__ = ["make_private", "write_atomically"]


def make_private(path: Path, *suffixes: str) -> None:
    """Make the file if it is not there; take the rights of all but its owner away (0600).

    The same for those files beside it that there are, of its name and a suffix. A file of somebody
    else's, or in a folder that is not there, is left for the next to complain about.
    """
    with suppress(OSError):
        # Never opens one that is there: to close it would end the locks that SQLite has on it.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    for file in (path, *(path.with_name(path.name + suffix) for suffix in suffixes)):
        with suppress(OSError):
            mode = file.stat().st_mode
            if stat.S_ISREG(mode) and mode & 0o077:
                file.chmod(mode & 0o700)


def write_atomically(path: Path, text: str) -> None:
    """Replace the file by this text, in UTF-8; its folder is made if need be.

    Readers find the old file or the new one. Two processes that write at the same time do not
    meet: the last one wins.

    Raises:
        OSError: It cannot be written; the old file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
