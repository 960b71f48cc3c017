"""The turns that an app runs, its users' and each under an id (lesson 11)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from chatlab.adapters.http.limits import ConcurrencyLimit, Limits
from chatlab.adapters.http.running_turn import Click, RunningTurn
from chatlab.adapters.http.user_changes import UserChanges
from chatlab.clock import NewId, new_id
from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.turns.turn import Turn

__all__ = ["TurnRegistry"]

_FIRST_EVENT_SECONDS = 3.0
"""How many seconds a request waits for a first event that may take its time."""


@dataclass
class _UsersTurns:
    """One user's turns: those that run; those that are over, oldest first, and their bytes."""

    running: dict[str, RunningTurn] = field(default_factory=dict[str, RunningTurn])
    over: dict[str, RunningTurn] = field(default_factory=dict[str, RunningTurn])
    bytes_over: int = 0


class TurnRegistry:
    """The turns of one process, until they are over, and for a while after.

    No request looks at the turns of other users, however many there are.
    """

    def __init__(
        self,
        limits: Limits,
        answers: ConcurrencyLimit | None = None,
        new_id: NewId = new_id,
        changes: UserChanges | None = None,
    ) -> None:
        self._limits = limits
        self._changes = changes or UserChanges()
        self._answers = answers or ConcurrencyLimit("answers", limits.turns)
        self._new_id = new_id
        self._turns: dict[str, RunningTurn] = {}
        self._users: dict[str, _UsersTurns] = {}
        self._by_key: dict[tuple[str, str], tuple[object, RunningTurn]] = {}

    async def start(
        self,
        make: Callable[[], Turn],
        context: RequestContext,
        key: str | None = None,
        message: object = None,
        click: Click = None,
    ) -> RunningTurn:
        """Run a turn; give it back when its first event is there.

        For a `message` that event says that it is in the store; without one it may be long in
        coming, and is not waited for. A message that comes again under its key while its turn runs
        finds that turn.

        Raises:
            ChatlabError: What the turn was refused with, such as a `TurnInProgress`.
            HTTPException: The user has too many already.
        """
        user_and_key = (context.user_id, key or "")
        earlier_message, turn = self._by_key.get(user_and_key, (None, None))
        if turn is None or earlier_message != message:
            turn = self._begin(make, context, click)
            if key is not None:
                self._by_key[user_and_key] = (message, turn)
                turn.task.add_done_callback(lambda _: self._by_key.pop(user_and_key, None))
        await turn.log.changed(0, _FIRST_EVENT_SECONDS if message is None else None)
        refused = turn.rejection
        if refused is not None:
            self._forget(turn.id)
            raise refused
        return turn

    def find(self, turn_id: str, context: RequestContext) -> RunningTurn:
        """The user's turn with this id.

        Raises:
            NotFoundError: There is none, or it is somebody else's: the two look the same.
        """
        turn = self._turns.get(turn_id)
        if turn is None or turn.user_id != context.user_id:
            raise NotFoundError("turn", turn_id)
        return turn

    def turns_in(self, thread_id: str, context: RequestContext) -> list[RunningTurn]:
        """The user's turns in this thread that can be read here, those that run after the others.

        They are in the order in which they began.
        """
        mine = self._users.get(context.user_id, _UsersTurns())
        turns = [*mine.over.values(), *mine.running.values()]
        return [turn for turn in turns if turn.thread_id == thread_id]

    def running_in(self, thread_id: str, context: RequestContext) -> RunningTurn | None:
        """The user's turn that runs in this thread now, if one does in this process."""
        turns = self.turns_in(thread_id, context)
        return next((turn for turn in turns if not turn.log.ended), None)

    def newest_in(self, thread_id: str, context: RequestContext) -> RunningTurn | None:
        """The user's newest turn in this thread that can be read here, running or over."""
        turns = self.turns_in(thread_id, context)
        return turns[-1] if turns else None

    async def aclose(self) -> None:
        """Stop every turn; what was said is kept."""
        running = [turn for turn in self._turns.values() if not turn.log.ended]
        await asyncio.gather(*(turn.stop() for turn in running), return_exceptions=True)

    def _begin(
        self, make: Callable[[], Turn], context: RequestContext, click: Click
    ) -> RunningTurn:
        user_id, made = context.user_id, make()
        self._answers.take(user_id)
        self._make_room(user_id)
        turn = RunningTurn(self._new_id("trn"), user_id, made, self._limits, click)
        mine = self._users.setdefault(user_id, _UsersTurns())
        self._turns[turn.id] = mine.running[turn.id] = turn
        turn.task.add_done_callback(lambda _: self._keep(turn))
        self._changes.tell(user_id)
        return turn

    def _keep(self, turn: RunningTurn) -> None:
        """The turn is over: it can be read for a while, unless it was refused."""
        self._answers.give_back(turn.user_id)
        self._changes.tell(turn.user_id)
        if turn.id in self._turns:
            mine = self._users[turn.user_id]
            mine.over[turn.id] = mine.running.pop(turn.id)
            mine.bytes_over += turn.log.size
            loop = asyncio.get_running_loop()
            loop.call_later(self._limits.keep_seconds, self._forget, turn.id)

    def _make_room(self, user_id: str) -> None:
        """Let go of the user's oldest turns that are over, if they are too many or too long."""
        mine, limits = self._users.get(user_id, _UsersTurns()), self._limits
        while mine.over and (
            len(mine.over) >= limits.keep_turns or mine.bytes_over > limits.keep_bytes
        ):
            self._forget(next(iter(mine.over)))

    def _forget(self, turn_id: str) -> None:
        turn = self._turns.pop(turn_id, None)
        if turn is None:
            return
        mine = self._users[turn.user_id]
        mine.running.pop(turn_id, None)
        if mine.over.pop(turn_id, None):
            mine.bytes_over -= turn.log.size
        if not (mine.running or mine.over):
            del self._users[turn.user_id]
