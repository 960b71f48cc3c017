"""Where in the user's own code an exception came from."""

import sysconfig
import traceback
from pathlib import Path

__all__ = ["KIT", "user_frame"]

KIT = Path(__file__).parent
"""Where chatlab's own code lies."""

_NOT_THEIRS = (
    KIT,
    *{Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib", "platlib")},
)


def user_frame(error: BaseException) -> traceback.FrameSummary | None:
    """The innermost frame that is in no installed package and not in chatlab; None without one."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return next((frame for frame in frames if _is_theirs(frame.filename)), None)


def _is_theirs(filename: str) -> bool:
    path = Path(filename)
    return not filename.startswith("<frozen") and not any(map(path.is_relative_to, _NOT_THEIRS))
