"""What tells a user's open pages that something has changed in the user's conversations."""

import asyncio
from collections import OrderedDict

from chatlab.clock import new_id

__all__ = ["UserChanges"]

_MAX_USERS = 10_000
"""Of how many users the newest change is known; the pages of others look again, and that is all."""


class UserChanges:
    """For each user a mark, which is another one after each change that this process knows of."""

    def __init__(self) -> None:
        self._epoch = new_id("run")
        self._count = 0
        self._counts = OrderedDict[str, int]()
        self._changed = dict[str, asyncio.Event]()
        self._waiting = dict[str, int]()
        self._closed = False

    def mark(self, user_id: str) -> str:
        """The user's mark now; a process that was started anew has other ones."""
        return f"{self._epoch}-{self._counts.get(user_id, 0)}"

    def tell(self, user_id: str) -> None:
        """Something has changed."""
        self._count += 1
        self._counts[user_id] = self._count
        self._counts.move_to_end(user_id)
        if len(self._counts) > _MAX_USERS:
            self._counts.popitem(last=False)
        if event := self._changed.pop(user_id, None):
            event.set()

    async def other_than(self, mark: str | None, user_id: str, patience: float) -> str:
        """The user's mark as soon as it is another one, or when patience has run out."""
        if mark == self.mark(user_id) and not self._closed:
            changed = self._changed.setdefault(user_id, asyncio.Event())
            self._waiting[user_id] = self._waiting.get(user_id, 0) + 1
            try:
                async with asyncio.timeout(patience):
                    await changed.wait()
            except TimeoutError:
                pass
            finally:
                self._stop_waiting(user_id)
        return self.mark(user_id)

    def close(self) -> None:
        """Nobody waits any more: the server stops."""
        self._closed = True
        for event in self._changed.values():
            event.set()
        self._changed.clear()

    def _stop_waiting(self, user_id: str) -> None:
        self._waiting[user_id] -= 1
        if not self._waiting[user_id]:
            del self._waiting[user_id]
            self._changed.pop(user_id, None)
