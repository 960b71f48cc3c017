"""For the checks of lesson 11: a server that can be held in the middle of its reply.

Also the random inputs of these checks: users, their session keys, their messages and a reply.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import cancel_leftovers
from chatlab.errors import SessionNotFound
from chatlab.events import AssistantMessage, RespondEvent
from chatlab.items import ThreadItem, ThreadMetadata, UserMessageItem
from chatlab.lessons.support.random_inputs import USER_NAMES, random_messages, random_replies
from chatlab.llm import split_tokens
from chatlab.server import ChatKitServer
from chatlab.stores import MemoryStore, Store

__all__ = ["PausableServer", "make_authenticate", "random_inputs", "wait_until"]


def random_inputs(random: Random) -> dict[str, Any]:
    """Two users with session keys, three messages, the pieces of a reply, and where it is held."""
    (reply,) = random_replies(random, 1)
    pieces = split_tokens(reply)
    return {
        "names": random.sample(USER_NAMES, 2),
        "keys": [f"key_{random.getrandbits(128):032x}" for _ in range(2)],
        "messages": random_messages(random, 3),
        "pieces": pieces,
        "hold_at": random.randint(4, len(pieces) - 4),
    }


def make_authenticate(inputs: dict[str, Any]) -> Callable[[str], RequestContext]:
    """An `authenticate` that knows the two session keys of the inputs, and no other."""
    users = dict(zip(inputs["keys"], inputs["names"], strict=True))

    def authenticate(session_key: str) -> RequestContext:
        if session_key not in users:
            raise SessionNotFound
        return RequestContext(user_id=users[session_key])

    return authenticate


async def wait_until(condition: Callable[[], bool], rounds: int = 200) -> bool:
    """Let other tasks run until the condition holds; return whether it does.

    It is tried once in each round of the loop, and then 20 times more after 10 ms each, for what
    is done in threads.
    """
    for round_number in range(rounds + 20):
        if condition():
            return True
        await asyncio.sleep(0 if round_number < rounds else 0.01)
    return condition()


class PausableServer(ChatKitServer):
    """Yields its reply in pieces, and holds in the middle until `may_continue` is set.

    When that takes too long (see `wait_until`), it continues all the same.

    Attributes:
        hold_at: After how many pieces it holds; 0 for not at all.
        hold_timed_out: Whether it continued without `may_continue`.
        endings: How each reply ended: `"completed"` or `"closed"`.
        requests: User id and message of each turn.
        may_continue: Ends the hold; it is reset then.
        is_holding: Whether it holds now.
    """

    def __init__(
        self, pieces: list[str], hold_at: int = 0, store: Store[ThreadItem] | None = None
    ) -> None:
        super().__init__(MemoryStore(turn_wait=0.2) if store is None else store)
        self.hold_at = hold_at
        self.hold_timed_out = False
        self.endings: list[str] = []
        self.requests: list[list[str]] = []
        self.may_continue = False
        self.is_holding = False
        self._pieces = pieces

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncGenerator[RespondEvent]:
        """Yield the reply, piece by piece."""
        self.requests.append([context.user_id, "" if input is None else input.content])
        ending = "closed"
        try:
            for number, piece in enumerate(self._pieces, start=1):
                yield AssistantMessage(content=piece)
                if number == self.hold_at:
                    await self._hold()
            ending = "completed"
        finally:
            self.endings.append(ending)

    async def _hold(self) -> None:
        self.is_holding = True
        if not await wait_until(lambda: self.may_continue):
            self.hold_timed_out = True
        self.is_holding = False
        self.may_continue = False

    async def finish(self) -> None:
        """Let every reply end; then cancel what the app has left running."""
        self.hold_at, self.may_continue = 0, True
        await wait_until(lambda: len(self.endings) == len(self.requests), 50)
        await cancel_leftovers()

    def wait_for_endings(self, count: int) -> Awaitable[bool]:
        """Wait until `count` replies have ended."""
        return wait_until(lambda: len(self.endings) >= count)
