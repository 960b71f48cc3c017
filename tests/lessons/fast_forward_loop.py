"""An event loop whose clock leaps over waiting: what sleeps an hour is awake at once."""

import asyncio
import selectors
import time


class _Leaping(selectors.DefaultSelector):
    """When nothing is ready, the time that would be waited is skipped instead."""

    skipped = 0.0

    def select(self, timeout=None):
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self.skipped += timeout
        return ready


class FastForwardLoop(asyncio.SelectorEventLoop):
    """For code that waits for nothing but its own loop: no threads, no other processes."""

    def __init__(self):
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self):
        return time.monotonic() + self._leaping.skipped
