"""One real turn as a tape of events, beside the chat that is drawn from it (lesson 05)."""

import html
from typing import Any

from chatlab.context import RequestContext
from chatlab.events import AssistantMessage, Task, ThreadStreamEvent, ToolStatus, Widget
from chatlab.frontend.view_model import ChatViewModel
from chatlab.server import ChatKitServer
from chatlab.streams import TimedEvent, timeline
from chatlab.widgets.chat_fallback import render_fallback
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["event_tape", "record_tape"]


async def event_tape(server: ChatKitServer[Any], message: str, who: str = "alice") -> None:
    """Run one turn on the server, and show what its `respond()` yielded as a tape to cut.

    Args:
        server: Its clock says when each event came.
        message: What is said to it.
        who: The one who says it.
    """
    scene, fallback = await record_tape(server, message, who)
    display_live(demo_widget(__file__, scene=scene), fallback)


async def record_tape(
    server: ChatKitServer[Any], message: str, who: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run the turn; give back what the browser needs to draw it, and its still copy."""
    turn = server.send(message, RequestContext(user_id=who))
    moments = await timeline(turn, server.clock)
    cards = [_card(moment) for moment in moments if _is_yours(moment.event)]
    return {"who": who, "message": message, "cards": cards}, _fallback(moments, cards, who)


def _is_yours(event: ThreadStreamEvent) -> bool:
    return isinstance(event, AssistantMessage | ToolStatus | Widget | Task)


def _card(moment: TimedEvent[ThreadStreamEvent]) -> dict[str, Any]:
    event = moment.event
    return {
        "time": f"{moment.seconds:.1f} s",
        "name": type(event).__name__,
        "says": _describe_event(event),
        "event": event.model_dump(mode="json"),
        "json": event.model_dump_json(indent=2, exclude_none=True),
    }


def _describe_event(event: ThreadStreamEvent) -> str:
    match event:
        case ToolStatus():
            return f"{event.status}: {event.detail}"
        case Task():
            return f"{event.status}, {event.progress:.0%}"
        case AssistantMessage():
            return f"“{event.content}”"
        case _:
            return "something to click"


def _fallback(
    moments: list[TimedEvent[ThreadStreamEvent]], cards: list[dict[str, Any]], who: str
) -> dict[str, str]:
    board = ChatViewModel()
    for moment in moments:
        board.apply(moment.event)
    chat = render_fallback(board, who)
    rows = [(card["time"], card["name"], card["says"]) for card in cards]
    lines = [f"{time:>6}  {name:16}  {says}" for time, name, says in rows]
    table = "".join(
        "<tr>" + "".join(f"<td {_LEFT}>{html.escape(text)}</td>" for text in row) + "</tr>"
        for row in rows
    )
    heads = "".join(f'<th scope="col" {_LEFT}>{text}</th>' for text in ("time", "event", "says"))
    return {
        "text/html": f"{FALLBACK_HTML}<table><thead><tr>{heads}</tr></thead><tbody>{table}"
        f"</tbody></table>"
        f"{chat['text/html']}</div>",
        "text/plain": "\n".join([*lines, "", chat["text/plain"]]),
    }


_LEFT = 'style="text-align:left;vertical-align:top"'
