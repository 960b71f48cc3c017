"""The store of exercise 07, and what a check has to know of how it was used."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

__all__ = ["Record", "SessionStore"]


@dataclass(frozen=True)
class Record:
    """The exercise's `SessionRecord`."""

    session_key: str
    user_id: str
    last_used: datetime


class SessionStore:
    """The exercise's `SessionStore`: records by their session key, in memory.

    `conversations` are what each user has said, which `delete_user` deletes, too. `called` and
    `awaited` note the methods' names, and `deleted` the keys that were to be
    deleted, as they were given.
    """

    def __init__(self) -> None:
        self.records: dict[str, Any] = {}
        self.conversations: dict[str, list[str]] = {}
        self.called: list[str] = []
        self.awaited: list[str] = []
        self.deleted: list[Any] = []

    def save(self, record: Any) -> Coroutine[Any, Any, None]:
        """Add or replace."""
        self.called.append("save")
        return self._save(record)

    def load(self, session_key: str) -> Coroutine[Any, Any, Any]:
        """The record, or None."""
        self.called.append("load")
        return self._load(session_key)

    def all(self) -> Coroutine[Any, Any, list[Any]]:
        """All records."""
        self.called.append("all")
        return self._all()

    def delete(self, session_key: str) -> Coroutine[Any, Any, None]:
        """Delete the record, if there is one."""
        self.called.append("delete")
        return self._delete(session_key)

    def delete_unchanged(self, record: Any) -> Coroutine[Any, Any, bool]:
        """Delete the record if it is still just this one; whether it did."""
        self.called.append("delete_unchanged")
        return self._delete_unchanged(record)

    def forget_calls(self) -> None:
        """Begin `called` and `awaited` anew."""
        self.called.clear()
        self.awaited.clear()

    def forgotten_awaits(self) -> list[str]:
        """The names of the methods that were called, and never awaited."""
        return sorted(Counter(self.called) - Counter(self.awaited))

    async def _save(self, record: Any) -> None:
        self.awaited.append("save")
        await asyncio.sleep(0)
        self.records[record.session_key] = record

    async def _load(self, session_key: str) -> Any:
        self.awaited.append("load")
        await asyncio.sleep(0)
        return self.records.get(session_key)

    async def _all(self) -> list[Any]:
        self.awaited.append("all")
        await asyncio.sleep(0)
        return list(self.records.values())

    async def _delete(self, session_key: str) -> None:
        self.awaited.append("delete")
        self.deleted.append(session_key)
        await asyncio.sleep(0)
        self.records.pop(session_key, None)

    async def _delete_unchanged(self, record: Any) -> bool:
        self.awaited.append("delete_unchanged")
        session_key = record.session_key
        self.deleted.append(session_key)
        await asyncio.sleep(0)
        if self.records.get(session_key) != record:
            return False
        del self.records[session_key]
        return True

    async def delete_user(self, user_id: str) -> None:
        """Delete the user's records and conversations."""
        await asyncio.sleep(0)
        self.conversations.pop(user_id, None)
        for key in [key for key, record in self.records.items() if record.user_id == user_id]:
            del self.records[key]
