"""For the checks of lesson 11: a server whose reply can be held, and people who talk to it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import cancel_leftovers
from chatlab.errors import SessionNotFound
from chatlab.events import AssistantMessage, RespondEvent
from chatlab.items import ThreadItem, ThreadMetadata, UserMessageItem
from chatlab.lessons.support.dialogue import NAMES, random_messages
from chatlab.lessons.support.pacing import random_replies
from chatlab.llm import split_tokens
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore, Store

__all__ = ["HeldServer", "authenticate_with", "patiently", "people_inputs"]


def people_inputs(random: Random) -> dict[str, Any]:
    """Two people and their session keys, what they say, a reply, and where it is held."""
    (reply,) = random_replies(random, 1)
    pieces = split_tokens(reply)
    return {
        "names": random.sample(NAMES, 2),
        "keys": [f"key_{random.getrandbits(128):032x}" for _ in range(2)],
        "messages": random_messages(random, 3),
        "pieces": pieces,
        "hold_at": random.randint(4, len(pieces) - 4),
    }


def authenticate_with(inputs: dict[str, Any]) -> Callable[[str], RequestContext]:
    """Knows the two keys, and no other."""
    names = dict(zip(inputs["keys"], inputs["names"], strict=True))

    def authenticate(session_key: str) -> RequestContext:
        if session_key not in names:
            raise SessionNotFound
        return RequestContext(user_id=names[session_key])

    return authenticate


async def patiently(there: Callable[[], bool], rounds: int = 200) -> bool:
    """Let others run until it is there; for good measure, threads of theirs, too."""
    for number in range(rounds + 20):
        if there():
            return True
        await asyncio.sleep(0 if number < rounds else 0.01)
    return there()


class HeldServer(ChatKitServer):
    """Says its reply in pieces, and holds in the middle until it is told to go on.

    Nobody has to tell it: when it has waited long enough, it goes on by itself.

    Attributes:
        hold_at: After so many pieces it holds; 0 does not hold.
        went_on: Whether it had to go on by itself.
        holds: Whether it holds now.
        left: How each of its replies was left: `"completed"` or `"closed"`.
        asked: What it was told, and by whom.
    """

    def __init__(
        self, pieces: list[str], hold_at: int = 0, store: Store[ThreadItem] | None = None
    ) -> None:
        super().__init__(MemoryStore(turn_wait=0.2) if store is None else store)
        self.hold_at = hold_at
        self.went_on = False
        self.left: list[str] = []
        self.asked: list[list[str]] = []
        self.go = False
        self.holds = False
        self._pieces = pieces

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[RespondEvent]:
        """The reply, piece by piece."""
        self.asked.append([context.user_id, "" if input is None else input.content])
        left = "closed"
        try:
            for number, piece in enumerate(self._pieces, start=1):
                yield AssistantMessage(content=piece)
                if number == self.hold_at:
                    await self._hold()
            left = "completed"
        finally:
            self.left.append(left)

    async def _hold(self) -> None:
        self.holds = True
        if not await patiently(lambda: self.go):
            self.went_on = True
        self.holds = False
        self.go = False

    async def all_over(self) -> None:
        """Let every reply come to its end; what is still running then is ended."""
        self.hold_at, self.go = 0, True
        await patiently(lambda: len(self.left) == len(self.asked), 50)
        await cancel_leftovers()

    def until_left(self, times: int) -> Awaitable[bool]:
        """Wait until so many replies are over."""
        return patiently(lambda: len(self.left) >= times)
