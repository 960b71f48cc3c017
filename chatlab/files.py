"""Files that are whole or not there: nobody reads half of one, not even after a crash."""

import os
from pathlib import Path

__all__ = ["write_atomically"]


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
