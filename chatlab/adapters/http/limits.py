"""How much one user may ask of the server at a time, and what happens to those who ask for more.

Both protocols ask here: how many answers run, how long one may take and be, and how much a request
may name.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from chatlab.errors import InvalidInput

__all__ = ["AnswerLimit", "ConcurrencyLimit", "Limits"]


@dataclass(frozen=True)
class Limits:
    """What is allowed; the defaults suit people who type.

    Attributes:
        body_bytes: The longest request.
        body_seconds: How long a request may take to arrive.
        values: How many values a request may hold: texts, names, and what is in lists.
        ids: How many different ids a request may name.
        metadata_bytes: How long a request's metadata may be.
        requests: Requests of one user that ask the store, or answer at once, at a time.
        streams: Open streams of one user.
        turns: Running turns of one user, in both protocols together.
        keep_alive_seconds: How long a stream may be silent before it says that it is still there.
        turn_seconds: How long a turn may run.
        turn_bytes: How much a turn may send.
        keep_seconds: How long a finished turn can still be read.
        keep_turns: How many finished turns of one user can still be read.
        keep_bytes: How much of one user's finished turns is kept.
    """

    body_bytes: int = 1_000_000
    body_seconds: float = 30.0
    values: int = 10_000
    ids: int = 100
    metadata_bytes: int = 16_000
    requests: int = 8
    streams: int = 16
    turns: int = 8
    keep_alive_seconds: float = 15.0
    turn_seconds: float = 600.0
    turn_bytes: int = 4_000_000
    keep_seconds: float = 300.0
    keep_turns: int = 20
    keep_bytes: int = 8_000_000

    def check_ids(self, ids: Iterable[str]) -> None:
        """Refuse a request that names too much.

        Raises:
            InvalidInput: It names more than `ids` different ones.
        """
        if len(set(ids)) > self.ids:
            raise InvalidInput("The request", "names too many ids", f"Name at most {self.ids}.")

    def check_metadata(self, document: str) -> None:
        """Refuse metadata, as JSON, that is too long.

        Raises:
            InvalidInput: It has more than `metadata_bytes`.
        """
        if len(document.encode()) > self.metadata_bytes:
            fix = f"Send at most {self.metadata_bytes:,} bytes."
            raise InvalidInput("The metadata", "is too long", fix)


class ConcurrencyLimit:
    """How many of a thing one user may have at a time, such as open streams."""

    def __init__(self, what: str, most: int) -> None:
        self._what = what
        self._most = most
        self._in_use: Counter[str] = Counter()

    def check(self, user_id: str) -> None:
        """Raise an `HTTPException` if all places are taken."""
        if self._in_use[user_id] >= self._most:
            message = f"You have too many {self._what} at once. End one, or try again in a moment."
            raise HTTPException(429, message, {"Retry-After": "2"})

    def take(self, user_id: str) -> None:
        """Take a place, to be given back; raises as `check` does."""
        self.check(user_id)
        self._in_use[user_id] += 1

    def give_back(self, user_id: str) -> None:
        """Give a place back that was taken."""
        self._in_use[user_id] -= 1
        if not self._in_use[user_id]:
            del self._in_use[user_id]

    @contextmanager
    def acquire(self, user_id: str) -> Generator[None]:
        """Take a place for as long as the block lasts; raises as `check` does."""
        self.take(user_id)
        try:
            yield
        finally:
            self.give_back(user_id)


class AnswerLimit:
    """How long one answer may take, and how much it may send.

    Attributes:
        reached: Why the answer was stopped, as a sentence; empty as long as it was not.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.reached = ""

    @asynccontextmanager
    async def in_time(self) -> AsyncGenerator[None]:
        """A block that is left when the answer's time is over; `reached` says that it was."""
        deadline = asyncio.timeout(self._limits.turn_seconds)
        try:
            async with deadline:
                yield
        except TimeoutError:
            if not deadline.expired():
                raise
            self._stop(f"took longer than {self._limits.turn_seconds:g} seconds")

    def allows(self, size: int) -> bool:
        """Whether the answer may go on that has sent this many bytes; else, `reached` says why."""
        if size > self._limits.turn_bytes:
            self._stop(f"was longer than {self._limits.turn_bytes:,} bytes")
        return not self.reached

    def _stop(self, why: str) -> None:
        self.reached = f"The answer {why} and was stopped. What was said so far is kept."
