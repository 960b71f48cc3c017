"""What a turn has sent so far, for readers that come, go, are slow and come back (lesson 11).

One task writes; any number of connections read, each with a cursor: the `seq` of the last event it
has. The pieces of a message are kept as one run of bytes, so that a reader who is behind gets what
it lacks in few events, and nothing is kept per reader. The whole message is not kept beside them.
"""

import asyncio
import time
from array import array
from bisect import bisect_right
from itertools import accumulate

from chatlab.errors import InvalidInput
from chatlab.events import AssistantMessage, ItemDone, ThreadStreamEvent
from chatlab.turns.turn import TurnState

__all__ = ["TurnLog"]

_MAX_PIECE_BYTES = 16_000
"""The longest text that one event carries to a reader who is behind, in bytes."""

_PIECES_A_MARK = 256
"""Where every so many pieces begin is noted: from there, lengths are added up."""

_TICK = 0.05
"""Pieces that come within so many seconds are remembered as having come together."""


class TurnLog:
    """The events of one turn.

    Attributes:
        state: How the turn ended; `"running"` until it has.
        size: About how many bytes are kept here.
        last_seq: The number of the newest event.
    """

    def __init__(self) -> None:
        self.state: TurnState = "running"
        self.size = 0
        self.last_seq = 0
        self._parts: list[_DeltaRun | _SaidItem | ThreadStreamEvent] = []
        self._last_seqs = array("q")
        self._started = time.monotonic()
        self._tick_seqs, self._ticks = array("Q"), array("d")
        self._changed = asyncio.Event()

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state != "running"

    def put(self, event: ThreadStreamEvent) -> None:
        """Add the turn's next event."""
        last = self._parts[-1] if self._parts else None
        if isinstance(event, AssistantMessage):
            if isinstance(last, _DeltaRun) and last.try_merge(event):
                self._last_seqs[-1] = event.seq
            else:
                self._add(_DeltaRun(event), event.seq)
            self.size += len(event.content) + 8
        else:
            self._add(_said_item(event, last) or event, event.seq)
            self.size += len(event.model_dump_json())
        seconds = time.monotonic() - self._started
        if self._parts[-1] is not last or seconds >= self._ticks[-1] + _TICK:
            self._tick_seqs.append(event.seq)
            self._ticks.append(seconds)
        self.last_seq = event.seq
        self._wake()

    def end(self, state: TurnState) -> None:
        """Nothing more will come."""
        self.state = state
        self._wake()

    def next_after(self, cursor: int, until: int | None = None) -> ThreadStreamEvent | None:
        """What a reader with this cursor gets next; None when there is nothing yet.

        Text that came in several pieces is one event: its `first_seq` and `seq` say which. With
        `until`, as if nothing had come after the event of that number.
        """
        index = bisect_right(self._last_seqs, cursor)
        if index == len(self._parts) or (until is not None and cursor >= until):
            return None
        part = self._parts[index]
        return part.after(cursor, until) if isinstance(part, _DeltaRun | _SaidItem) else part

    def seconds(self, seq: int) -> float:
        """When the event with this number came, after the turn had begun; exact to `_TICK`."""
        return self._ticks[bisect_right(self._tick_seqs, seq) - 1]

    def check(self, cursor: int) -> None:
        """Refuse a cursor that no reader of this turn can have.

        Raises:
            InvalidInput: It is negative, or ahead of the turn.
        """
        if not 0 <= cursor <= self.last_seq:
            raise InvalidInput(
                "cursor", f"is {cursor}", f"This turn has sent the events 1 to {self.last_seq}."
            )

    async def changed(self, cursor: int, patience: float | None) -> bool:
        """Wait until there is more than `cursor`, or the end; False when patience ran out."""
        try:
            async with asyncio.timeout(patience):
                while self.last_seq <= cursor and not self.ended:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def _add(self, part: "_DeltaRun | _SaidItem | ThreadStreamEvent", seq: int) -> None:
        self._parts.append(part)
        self._last_seqs.append(seq)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class _DeltaRun:
    """Pieces of one message, in a row: their bytes, and how many each of them has."""

    def __init__(self, first: AssistantMessage) -> None:
        self._thread_id, self._item_id = first.thread_id, first.item_id
        self._first_seq = first.seq
        self._text = bytearray()
        self._lengths = array("B")
        self._marks = array("Q")
        self._append(first.content.encode())

    def _append(self, piece: bytes) -> None:
        if len(self._lengths) % _PIECES_A_MARK == 0:
            self._marks.append(len(self._text))
        self._text += piece
        try:
            self._lengths.append(len(piece))
        except OverflowError:  # most pieces are a few bytes long
            self._lengths = array("Q", self._lengths)
            self._lengths.append(len(piece))

    def try_merge(self, event: AssistantMessage) -> bool:
        """Whether the event belongs in here; then it is."""
        if event.item_id != self._item_id or event.seq != self._first_seq + len(self._lengths):
            return False
        self._append(event.content.encode())
        return True

    def is_text_of(self, event: ItemDone) -> bool:
        """Whether the item that is done says this, and no more."""
        return event.item_id == self._item_id and event.item.content == self.text()

    def trim(self) -> None:
        """Give back the room that was left for more pieces."""
        self._text, self._lengths = self._text[:], self._lengths[:]

    def text(self) -> str:
        """All of it."""
        return self._text.decode()

    def after(self, cursor: int, until: int | None) -> AssistantMessage:
        """The pieces after the cursor, as many as one event should carry."""
        first = max(0, cursor - self._first_seq + 1)
        mark = first // _PIECES_A_MARK
        start = self._marks[mark] + sum(self._lengths[mark * _PIECES_A_MARK : first])
        stop = first + _MAX_PIECE_BYTES
        if until is not None:
            stop = min(stop, until - self._first_seq + 1)
        ends = list(accumulate(self._lengths[first : max(stop, first + 1)], initial=start))[1:]
        count = max(1, bisect_right(ends, start + _MAX_PIECE_BYTES))
        last = first + count - 1
        seq = self._first_seq + last
        return AssistantMessage(
            thread_id=self._thread_id,
            item_id=self._item_id,
            seq=seq,
            content=self._text[start : ends[count - 1]].decode(),
            first_seq=self._first_seq + first if last > first else None,
        )


class _SaidItem:
    """That an item is done, without its text: the run before it has that."""

    def __init__(self, event: ItemDone, run: _DeltaRun) -> None:
        run.trim()
        item = event.item.model_copy(update={"content": ""})
        self._event, self._run = event.model_copy(update={"item": item}), run

    def after(self, _cursor: int, _until: int | None) -> ItemDone:
        """The whole event, as it came."""
        item = self._event.item.model_copy(update={"content": self._run.text()})
        return self._event.model_copy(update={"item": item})


def _said_item(event: ThreadStreamEvent, last: object) -> _SaidItem | None:
    """The event without its text, if that has just been said."""
    if isinstance(event, ItemDone) and isinstance(last, _DeltaRun) and last.is_text_of(event):
        return _SaidItem(event, last)
    return None
