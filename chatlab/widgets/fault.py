"""Where in the learner's code an exception came from."""

import sysconfig
import traceback
from pathlib import Path

__all__ = ["own_line"]

_OTHERS = (
    str(Path(__file__).parents[1]),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


def own_line(error: BaseException) -> str:
    """The last line of the traceback that is in no installed package; empty if there is none."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not frame.filename.startswith((*_OTHERS, "<frozen")):
            return f"line {frame.lineno}: {(frame.line or '').strip()}"
    return ""
