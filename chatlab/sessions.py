"""Session keys, and the time after which they expire (lesson 07)."""

import hashlib
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from chatlab.clock import Clock, NewId, SystemClock, new_id
from chatlab.context import RequestContext, Session
from chatlab.errors import InvalidInput, SessionExpired, SessionNotFound
from chatlab.names import check_name

__all__ = ["MemorySessionStore", "SessionRecord", "SessionStore", "Sessions"]


class SessionRecord(BaseModel):
    """One log-in, as it is stored. Of its key, only the SHA-256 is stored, in hex."""

    model_config = ConfigDict(frozen=True)

    key_hash: str
    user_id: str
    permissions: frozenset[str]
    session: Session


class SessionStore(Protocol):
    """Stores log-ins, apart from the conversations."""

    async def save(self, record: SessionRecord) -> None:
        """Add the record, or replace the one with the same `key_hash`."""
        ...

    async def load(self, key_hash: str) -> SessionRecord | None:
        """The record, or None."""
        ...

    async def delete_expired(self, now: datetime) -> int:
        """Delete every record that has expired at that moment; return how many."""
        ...


class MemorySessionStore:
    """Log-ins in a dictionary: everybody logs in again after a restart."""

    def __init__(self) -> None:
        self._records: dict[str, SessionRecord] = {}

    async def save(self, record: SessionRecord) -> None:
        """See `SessionStore`."""
        self._records[record.key_hash] = record

    async def load(self, key_hash: str) -> SessionRecord | None:
        """See `SessionStore`."""
        return self._records.get(key_hash)

    async def delete_expired(self, now: datetime) -> int:
        """See `SessionStore`."""
        expired = [key for key, record in self._records.items() if record.session.expired(now)]
        for key in expired:
            del self._records[key]
        return len(expired)


class Sessions:
    """Gives out session keys, and turns them back into a `RequestContext`.

    The time-out slides: each use starts it anew. Conversations are not touched: they belong to
    the user, not to the session.

    Args:
        store: Where log-ins are kept.
        clock: Where time comes from.
        time_out: How long a session may be left alone.
        new_id: Makes session ids and keys.
    """

    def __init__(
        self,
        store: SessionStore,
        clock: Clock | None = None,
        time_out: timedelta = timedelta(minutes=30),
        *,
        new_id: NewId = new_id,
    ) -> None:
        if time_out <= timedelta(0):
            raise InvalidInput("time_out", f"is {time_out}", "Choose more than zero.")
        self._store = store
        self._clock = SystemClock() if clock is None else clock
        self._time_out = time_out
        self._new_id = new_id

    async def create(self, user_id: str, permissions: frozenset[str] = frozenset()) -> str:
        """Start a session; return its new key, which is stored nowhere. Raises `InvalidInput`."""
        check_name("user_id", user_id)
        key = self._new_id("key")
        now = self._clock.now()
        session = Session(id=self._new_id("ses"), created_at=now, expires_at=now + self._time_out)
        await self._store.save(
            SessionRecord(
                key_hash=_hash_key(key), user_id=user_id, permissions=permissions, session=session
            )
        )
        return key

    async def resume(self, session_key: str) -> RequestContext:
        """Return the context of the session with this key; its time-out starts anew.

        Raises:
            SessionNotFound: No session has this key.
            SessionExpired: It was left alone for too long.
        """
        record = await self._store.load(_hash_key(session_key))
        if record is None:
            raise SessionNotFound
        now = self._clock.now()
        if record.session.expired(now):
            raise SessionExpired(record.session.id)
        renewed = {"expires_at": now + self._time_out}
        session = record.session.model_copy(update=renewed)
        await self._store.save(record.model_copy(update={"session": session}))
        return RequestContext(
            user_id=record.user_id, session=session, permissions=record.permissions
        )

    async def clean_up(self) -> int:
        """Delete the sessions that have expired; return how many."""
        return await self._store.delete_expired(self._clock.now())


def _hash_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
