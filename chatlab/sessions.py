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

    async def renew(self, record: SessionRecord) -> bool:
        """Replace the record with the same `key_hash`; False if it was deleted meanwhile."""
        ...

    async def load(self, key_hash: str) -> SessionRecord | None:
        """The record, or None."""
        ...

    async def load_user(self, user_id: str) -> list[SessionRecord]:
        """All records of this user, in any order."""
        ...

    async def delete(self, key_hash: str) -> None:
        """Delete the record, if it is there."""
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

    async def renew(self, record: SessionRecord) -> bool:
        """See `SessionStore`."""
        if record.key_hash not in self._records:
            return False
        self._records[record.key_hash] = record
        return True

    async def load(self, key_hash: str) -> SessionRecord | None:
        """See `SessionStore`."""
        return self._records.get(key_hash)

    async def load_user(self, user_id: str) -> list[SessionRecord]:
        """See `SessionStore`."""
        return [record for record in self._records.values() if record.user_id == user_id]

    async def delete(self, key_hash: str) -> None:
        """See `SessionStore`."""
        self._records.pop(key_hash, None)

    async def delete_expired(self, now: datetime) -> int:
        """See `SessionStore`."""
        expired = [key for key, record in self._records.items() if record.session.expired(now)]
        for key in expired:
            del self._records[key]
        return len(expired)


class Sessions:
    """Gives out session keys, and turns them back into a `RequestContext`.

    The time-out slides: each use restarts it, up to the session's maximum age. Conversations are
    not touched: they belong to the user, not to the session.

    Args:
        store: Where log-ins are kept.
        clock: Where time comes from.
        time_out: How long a session may be left alone.
        max_age: How long a session lasts, however much it is used.
        max_sessions: How many one user may have; one more ends the oldest.
        new_id: Makes session ids and keys.
    """

    def __init__(
        self,
        store: SessionStore,
        clock: Clock | None = None,
        time_out: timedelta = timedelta(minutes=30),
        *,
        max_age: timedelta = timedelta(hours=12),
        max_sessions: int = 20,
        new_id: NewId = new_id,
    ) -> None:
        for name, span in (("time_out", time_out), ("max_age", max_age)):
            if span <= timedelta(0):
                raise InvalidInput(name, f"is {span}", "Choose more than zero.")
        self._store = store
        self._clock = SystemClock() if clock is None else clock
        self._time_out = time_out
        self._max_age = max_age
        self._max_sessions = max_sessions
        self._new_id = new_id

    async def create(self, user_id: str, permissions: frozenset[str] = frozenset()) -> str:
        """Start a session; return its new key, which is stored nowhere. Raises `InvalidInput`."""
        check_name("user_id", user_id)
        key = self._new_id("key")
        now = self._clock.now()
        session = Session(id=self._new_id("ses"), created_at=now, expires_at=self._end_of(now, now))
        await self._store.save(
            SessionRecord(
                key_hash=_hash_key(key), user_id=user_id, permissions=permissions, session=session
            )
        )
        await self._end_oldest(user_id, kept=self._max_sessions)
        return key

    async def resume(self, session_key: str) -> RequestContext:
        """Return the context of the session with this key; its time-out starts again.

        Raises:
            SessionNotFound: No session has this key.
            SessionExpired: It was left alone for too long, or is too old.
        """
        record = await self._store.load(_hash_key(session_key))
        if record is None:
            raise SessionNotFound
        now, session = self._clock.now(), record.session
        if session.expired(now):
            raise SessionExpired(session.id)
        renewed = {"expires_at": self._end_of(session.created_at, now)}
        session = session.model_copy(update=renewed)
        if not await self._store.renew(record.model_copy(update={"session": session})):
            raise SessionNotFound
        return RequestContext(
            user_id=record.user_id, session=session, permissions=record.permissions
        )

    async def end(self, session_key: str) -> None:
        """Log out: from now on the key is useless. An unknown key is not an error."""
        await self._store.delete(_hash_key(session_key))

    async def end_all(self, user_id: str) -> None:
        """Log the user out everywhere, as after a change of the password."""
        await self._end_oldest(user_id, kept=0)

    async def _end_oldest(self, user_id: str, *, kept: int) -> None:
        records = await self._store.load_user(user_id)
        records.sort(key=lambda record: record.session.created_at)
        for record in records[: max(0, len(records) - kept)]:
            await self._store.delete(record.key_hash)

    def _end_of(self, created_at: datetime, last_used: datetime) -> datetime:
        return min(last_used + self._time_out, created_at + self._max_age)

    async def clean_up(self) -> int:
        """Delete the sessions that have expired; return how many."""
        return await self._store.delete_expired(self._clock.now())


def _hash_key(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
