"""The same answer, all at once and piece by piece: when is there something to read? (lesson 01)."""

from chatlab import streams
from chatlab.context import RequestContext
from chatlab.events import AssistantMessage
from chatlab.lessons.l01_requests_and_conversations.demos.side_by_side_run import MESSAGES, TaskChat
from chatlab.testing import FixedClock
from chatlab.widgets.picture import Picture
from chatlab.widgets.timeline import timeline

__all__ = ["felt_speed"]


async def felt_speed(pieces_per_second: float = 4, question: str = MESSAGES["its"]) -> Picture:
    """Let a chat server answer at this pace, and draw when each piece of the answer came.

    The row above is the same answer, held back until it is complete.
    """
    clock = FixedClock()
    turn = TaskChat(clock, pieces_per_second).send(question, RequestContext(user_id="alice"))
    moments = await streams.timeline(turn, clock)
    return timeline(timed for timed in moments if isinstance(timed.event, AssistantMessage))
