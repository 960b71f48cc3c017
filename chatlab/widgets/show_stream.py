"""Any stream, watched under a cell."""

from collections.abc import AsyncIterable

from chatlab.events import AssistantMessage, ThreadStreamEvent
from chatlab.turns.turn import Turn, TurnState
from chatlab.widgets.pane import Pane

__all__ = ["show"]


async def show(
    stream: AsyncIterable[ThreadStreamEvent | str], who: str = "You", *, inspect: bool = False
) -> None:
    """Watch any stream of events, or of text, under the cell, until it ends.

    What the stream raises is shown there, and raised.

    Args:
        stream: A turn, what a `respond()` yields, or the tokens of a model.
        who: The name over the user's messages.
        inspect: Open the event inspector beside it.
    """
    pane = Pane(who, inspect=inspect)
    pane.display()
    pane.begin_turn()
    state: TurnState = "failed"
    try:
        async for event in stream:
            pane.apply(AssistantMessage(content=event) if isinstance(event, str) else event)
        state = "completed"
    except Exception as error:
        pane.show_error(error)
        raise
    finally:
        if isinstance(stream, Turn):
            state = stream.state
            if stream.error is not None:
                pane.show_error(stream.error)
        pane.end_turn(state)
        pane.flush()
