"""A stepper through one real turn: ten stations, your code, a store that fills (lesson 03)."""

import html
from dataclasses import asdict
from typing import Any

from chatlab.context import RequestContext
from chatlab.lessons.l03_first_respond.demos.turn_trace import TurnTrace, respond_source, trace_turn
from chatlab.server import ChatKitServer
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import demo_widget

__all__ = ["STATIONS", "ten_stations"]


STATIONS = (
    ("The user sends a message", "client"),
    ("The server receives it", "server"),
    ("Load the thread: metadata, history", "store"),
    ("Make a UserMessageItem", "server"),
    ("Append it", "store"),
    ("Call respond(thread, input, context)", "server"),
    ("Yield events", "your code"),
    ("Send each event to the user", "server"),
    ("Append the assistant's message", "store"),
    ("Save the thread for the next turn", "store"),
)
"""What happens at each station, and who does it."""


async def ten_stations(
    server: ChatKitServer[Any], message: str, then: str, who: str = "alice"
) -> None:
    """Run three turns on the server and show them, a step at a time.

    Args:
        server: Its `respond()` is the code that is shown.
        message: What is said in a new thread.
        then: What is said next, in the same thread.
        who: The one who says it.
    """
    context = RequestContext(user_id=who)
    first = await trace_turn(server, "a message", message, context)
    runs = [
        first,
        await trace_turn(server, "one more message", then, context, first.thread_id),
        await trace_turn(server, "None", None, context),
    ]
    scene = {
        "stations": [list(station) for station in STATIONS],
        "code": respond_source(server),
        "runs": [{"title": run.title, "frames": list(map(asdict, run.frames))} for run in runs],
    }
    display_live(demo_widget(__file__, scene=scene), _fallback(runs))


def _fallback(runs: list[TurnTrace]) -> dict[str, str]:
    tables = "".join(_table(run, " open" if run is runs[0] else "") for run in runs)
    return {
        "text/html": f"{FALLBACK_HTML}{tables}</div>",
        "text/plain": "\n".join(line for run in runs for line in _text_lines(run)),
    }


def _text_lines(run: TurnTrace) -> list[str]:
    lines = [f"With {run.title}:"]
    for frame in run.frames:
        _, who = STATIONS[frame.station - 1]
        lines.append(f"  {frame.station:2} {who:9} store: {len(frame.items)}  {frame.note}")
    return lines


def _table(run: TurnTrace, shown: str) -> str:
    cell = 'style="text-align:left;vertical-align:top"'
    rows = "".join(
        f"<tr><td {cell}>{frame.station}</td><td {cell}>{STATIONS[frame.station - 1][1]}</td>"
        f"<td {cell}>{html.escape(frame.note)}</td>"
        f"<td {cell}>{', '.join(role for role, _ in frame.items) or '(empty)'}</td></tr>"
        for frame in run.frames
    )
    heads = "".join(
        f'<th scope="col" {cell}>{head}</th>'
        for head in ("station", "who", "what happens", "items in the store")
    )
    return (
        f"<details{shown}><summary>One turn with {html.escape(run.title)}</summary>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details>"
    )
