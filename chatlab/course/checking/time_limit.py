"""Ends code that takes too long, also code that never lets the event loop run."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

__all__ = ["TimeLimitExceeded", "raise_after"]


class TimeLimitExceeded(BaseException):
    """Raised by the alarm in code that takes too long; no `except Exception` catches it."""


@contextmanager
def raise_after(seconds: float) -> Generator[None]:
    """Raise `TimeLimitExceeded` after this many seconds, in code that never lets the loop run.

    Does nothing without `setitimer` (Windows), or outside of the main thread.
    """
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def raise_time_limit(_number: int, _frame: FrameType | None) -> NoReturn:
        raise TimeLimitExceeded

    previous_handler = signal.signal(signal.SIGALRM, raise_time_limit)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous_handler)
