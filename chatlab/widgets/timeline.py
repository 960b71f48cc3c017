"""A turn as a picture: what came when, and the same answer in one piece beside it."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from chatlab.errors import InvalidInput
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    Task,
    ThreadStreamEvent,
    ToolStatus,
    Widget,
)
from chatlab.streams import TimedEvent
from chatlab.widgets.picture import Picture

__all__ = ["timeline"]

_LEFT, _WIDTH, _TOP, _ROW, _NOTES = 158, 440, 30, 38, 178
_INK = "var(--jp-ui-font-color1, #1f2328)"
_SOFT = "var(--jp-ui-font-color2, #57606a)"
_LINE = "var(--jp-border-color2, #d0d7de)"
_PAPER = "var(--jp-layout-color1, #fff)"
_ACCENT = "var(--jp-brand-color1, #1565c0)"
_GOOD = "var(--jp-success-color1, #1a7f37)"
_BAD = "var(--jp-error-color1, #b3261e)"
_MAX_NAME_CHARS = 20

TimedEvents = Sequence[TimedEvent[ThreadStreamEvent]]


@dataclass
class _Row:
    """What is drawn on one line: a wait, then marks; or a bar for what goes on for a while."""

    name: str
    note: str = ""
    colour: str = _ACCENT
    dots: list[float] = field(default_factory=list[float])
    waits: bool = False
    big: bool = False
    bar: bool = False


def timeline(moments: Iterable[TimedEvent[ThreadStreamEvent]]) -> Picture:
    """Draw when each event came; above it, the same answer as one response.

        timeline(await streams.timeline(server.send("hi", alice), clock))

    Args:
        moments: What `chatlab.streams.timeline` noted, in seconds since the first wait.

    Raises:
        InvalidInput: There are no moments to draw.
    """
    events = list(moments)
    if not events:
        raise InvalidInput("moments", "is empty", "Read a stream with chatlab.streams.timeline.")
    rows = [*_answer_rows(events), *_work_rows(events), *_other_rows(events)]
    lines = [f"{row.name + ':':{_name_width(rows)}} {row.note}" for row in rows]
    return Picture(_svg(rows, events[-1].seconds), "\n".join([*lines, "", *_event_lines(events)]))


def _name_width(rows: list[_Row]) -> int:
    return max(len(row.name) for row in rows) + 1


def _answer_rows(moments: TimedEvents) -> list[_Row]:
    last = moments[-1].seconds
    words = [timed.seconds for timed in moments if _is_text(timed.event)]
    note = f"first words: {_format_seconds(last)}" if words else f"over: {_format_seconds(last)}"
    rows = [_Row("request/response", note, dots=[last], waits=True, big=True)]
    if words:
        rows.append(
            _Row("streamed", f"first words: {_format_seconds(words[0])}", dots=words, waits=True)
        )
    return rows


def _is_text(event: ThreadStreamEvent) -> bool:
    return isinstance(event, AssistantMessage) and event.content != ""


def _work_rows(moments: TimedEvents) -> list[_Row]:
    """A bar for each call of a tool and each background job."""
    rows: dict[str, _Row] = {}
    for timed in moments:
        event = timed.event
        if not isinstance(event, ToolStatus | Task):
            continue
        name = event.tool if isinstance(event, ToolStatus) else event.title
        key = event.item_id or name
        row = rows.setdefault(key, _Row(_shorten(name), colour=_GOOD, bar=True))
        row.dots.append(timed.seconds)
        row.note = f"{event.status}: {_format_seconds(timed.seconds)}"
        row.colour = _BAD if event.status == "failed" else _GOOD
    return list(rows.values())


def _other_rows(moments: TimedEvents) -> list[_Row]:
    widgets = [timed.seconds for timed in moments if isinstance(timed.event, Widget)]
    errors = [timed.seconds for timed in moments if isinstance(timed.event, ErrorEvent)]
    yielded = AssistantMessage | ToolStatus | Task | Widget | ErrorEvent
    added = [timed.seconds for timed in moments if not isinstance(timed.event, yielded)]
    found = [
        _Row("widget", f"to click: {_format_seconds(widgets[0])}", dots=widgets)
        if widgets
        else None,
        _Row("error", f"over: {_format_seconds(errors[0])}", _BAD, errors) if errors else None,
        _Row("from the server", _count_events(len(added)), _SOFT, added) if added else None,
    ]
    return [row for row in found if row is not None]


def _count_events(number: int) -> str:
    return f"{number} {'event' if number == 1 else 'events'}"


def _event_lines(moments: TimedEvents) -> list[str]:
    """Every event; pieces of text in a row are one line."""
    lines: list[str] = []
    for kind, group in groupby(moments, key=lambda timed: timed.event.type):
        run = list(group)
        if kind == "assistant_message" and len(run) > 1:
            first, last = (_format_seconds(timed.seconds) for timed in (run[0], run[-1]))
            lines.append(f"{first} to {last}  {len(run)} {kind}")
        else:
            lines += [f"{_format_seconds(timed.seconds)}  {kind}" for timed in run]
    return lines


def _format_seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if 0 < seconds < 1 else f"{seconds:.1f} s"


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_NAME_CHARS else f"{text[: _MAX_NAME_CHARS - 1]}…"


def _svg(rows: list[_Row], last: float) -> str:
    width, height = _LEFT + _WIDTH + _NOTES, _TOP + _ROW * len(rows) + 26
    label = html.escape("; ".join(f"{row.name}: {row.note}" for row in rows), quote=True)
    rows_svg = "".join(_row_svg(row, _TOP + _ROW * place, last) for place, row in enumerate(rows))
    return (
        f'<svg role="img" aria-label="What came when. {label}" viewBox="0 0 {width} {height}" '
        f'width="{width}" style="max-width:100%;height:auto" font-size="13" '
        f'font-family="var(--jp-ui-font-family, system-ui, sans-serif)">'
        f"{rows_svg}{_axis(last, _TOP + _ROW * len(rows))}</svg>"
    )


def _row_svg(row: _Row, y: int, last: float) -> str:
    first, end = _x(row.dots[0], last), _x(row.dots[-1], last)
    between = (
        f'<line x1="{first:.1f}" y1="{y}" x2="{end:.1f}" y2="{y}" stroke="{row.colour}" '
        'stroke-width="10" stroke-linecap="round" opacity="0.35"/>'
        if row.bar
        else f'<line x1="{_LEFT}" y1="{y}" x2="{first:.1f}" y2="{y}" stroke="{_SOFT}" '
        'stroke-width="3" stroke-dasharray="9 5"/>'
        if row.waits
        else ""
    )
    marks = "".join(_mark(row, _x(at, last), y) for at in row.dots)
    return (
        f'<text x="8" y="{y + 4}" font-weight="600" fill="{_INK}">{html.escape(row.name)}</text>'
        f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT + _WIDTH}" y2="{y}" stroke="{_LINE}"/>'
        f"{between}{marks}"
        f'<text x="{_LEFT + _WIDTH + 18}" y="{y + 4}" fill="{_INK}">{html.escape(row.note)}</text>'
    )


def _mark(row: _Row, x: float, y: int) -> str:
    if row.colour == _SOFT:
        line = f'<line x1="{x:.1f}" y1="{y - 7}" x2="{x:.1f}" y2="{y + 7}"'
        return f'{line} stroke="{_SOFT}" stroke-width="2"/>'
    return (
        f'<circle cx="{x:.1f}" cy="{y}" r="{9 if row.big else 5}" fill="{row.colour}" '
        f'stroke="{_PAPER}" stroke-width="1"/>'
    )


def _x(seconds: float, last: float) -> float:
    return _LEFT + (_WIDTH * seconds / last if last else 0)


def _axis(last: float, y: int) -> str:
    marks = "".join(
        f'<text x="{_x(at, last):.1f}" y="{y}" text-anchor="middle" fill="{_SOFT}">'
        f"{at:.1f} s</text>"
        for at in dict.fromkeys((0.0, last / 2, last))
    )
    return f'{marks}<text x="8" y="{y}" fill="{_SOFT}">dashes: waiting</text>'
