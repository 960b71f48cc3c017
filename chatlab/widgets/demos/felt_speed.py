"""The same answer, all at once and piece by piece: when is there something to read? (lesson 01)."""

import html

from chatlab.context import RequestContext
from chatlab.events import AssistantMessage
from chatlab.streams import timeline
from chatlab.testing import FixedClock
from chatlab.widgets.demos.both_sides import MESSAGES, TaskChat
from chatlab.widgets.demos.picture import Picture

__all__ = ["felt_speed"]

_LEFT, _WIDTH, _TOP, _ROW = 150, 480, 34, 44
_INK = "var(--jp-ui-font-color1, #1f2328)"
_SOFT = "var(--jp-ui-font-color2, #57606a)"
_LINE = "var(--jp-border-color2, #d0d7de)"
_ACCENT = "var(--jp-brand-color1, #1565c0)"


async def felt_speed(pieces_per_second: float = 4, question: str = MESSAGES["its"]) -> Picture:
    """Let a chat server answer at this pace, and draw when each piece of the answer came.

    The row above is the same answer, kept back until it is whole.
    """
    clock = FixedClock()
    turn = TaskChat(clock, pieces_per_second).send(question, RequestContext(user_id="alice"))
    moments = await timeline(turn, clock)
    times = [one.seconds for one in moments if isinstance(one.event, AssistantMessage)]
    return Picture(_svg(times), "\n".join(_lines(times)))


def _lines(times: list[float]) -> list[str]:
    first, last = times[0], times[-1]
    return [
        f"all at once:    something to read after {last:.1f} s, everything after {last:.1f} s",
        f"piece by piece: something to read after {first:.1f} s, everything after {last:.1f} s",
    ]


def _svg(times: list[float]) -> str:
    first, last = times[0], times[-1]
    width, height = _LEFT + _WIDTH + 150, _TOP + 2 * _ROW + 34
    rows = _row(0, "all at once", [last], last, last) + _row(
        1, "piece by piece", times, first, last
    )
    label = html.escape("; ".join(_lines(times)), quote=True)
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {width} {height}" width="{width}" '
        f'style="max-width:100%;height:auto" font-size="13" '
        f'font-family="var(--jp-ui-font-family, system-ui, sans-serif)">'
        f"{rows}{_axis(last)}</svg>"
    )


def _row(number: int, name: str, dots: list[float], first: float, last: float) -> str:
    y = _TOP + _ROW * number
    waiting = _x(first, last) - _LEFT
    circles = "".join(
        f'<circle cx="{_x(at, last):.1f}" cy="{y}" r="{9 if len(dots) == 1 else 5}" '
        f'fill="{_ACCENT}"/>'
        for at in dots
    )
    return (
        f'<text x="8" y="{y + 4}" font-weight="600" fill="{_INK}">{name}</text>'
        f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT + _WIDTH}" y2="{y}" stroke="{_LINE}"/>'
        f'<line x1="{_LEFT}" y1="{y}" x2="{_LEFT + waiting:.1f}" y2="{y}" stroke="{_SOFT}" '
        f'stroke-width="4" stroke-dasharray="3 4"/>{circles}'
        f'<text x="{_LEFT + _WIDTH + 18}" y="{y + 4}" fill="{_INK}">'
        f"first words: {first:.1f} s</text>"
    )


def _x(seconds: float, last: float) -> float:
    return _LEFT + _WIDTH * seconds / last


def _axis(last: float) -> str:
    y = _TOP + 2 * _ROW
    marks = "".join(
        f'<text x="{_x(at, last):.1f}" y="{y}" text-anchor="middle" fill="{_SOFT}">'
        f"{at:.1f} s</text>"
        for at in (0.0, last / 2, last)
    )
    return f'{marks}<text x="8" y="{y}" fill="{_SOFT}">dashes: waiting</text>'
