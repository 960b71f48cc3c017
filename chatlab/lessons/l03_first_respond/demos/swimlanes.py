"""The ten steps of a turn as a picture: one lane for each who has a part in it (lesson 03)."""

import html
from collections.abc import Sequence
from typing import cast

from chatlab.widgets.picture import Picture

__all__ = ["draw_lifecycle"]

_LANES = ("client", "server", "your code", "store")
_LEFT = 210
_LANE = 100
_ROW = 38
_TOP = 58
_PAPER = "var(--jp-layout-color1, #fff)"
_INK = "var(--jp-ui-font-color1, #1f2328)"
_SOFT = "var(--jp-ui-font-color2, #57606a)"
_LINE = "var(--jp-border-color2, #d0d7de)"
_ACCENT = "var(--jp-brand-color1, #1565c0)"
_GOOD = "var(--jp-success-color1, #1a7f37)"
_SAFE = {"nothing": "○ ○", "question": "● ○", "both": "● ●"}


def draw_lifecycle(rows: object) -> Picture:
    """Draw `Step(name, who, survives)` rows, from the top down.

    Anything else but a list of such rows says what to do first.
    """
    if not isinstance(rows, Sequence) or not all(map(_is_step, cast("Sequence[object]", rows))):
        ask = "Fill in LIFECYCLE until its check passes; then this draws it."
        return Picture(f"<p>{ask}</p>", ask)
    steps = [
        (str(name), who, str(survives))
        for name, who, survives in cast("Sequence[tuple[object, str, object]]", rows)
    ]
    return Picture(_svg(steps), "\n".join(_lines(steps)))


def _is_step(row: object) -> bool:
    match row:
        case str(), str(who), str():
            return who in _LANES
        case _:
            return False


def _lines(steps: list[tuple[str, str, str]]) -> list[str]:
    return [
        f"{number:2} {name:16} {who:10} a crash leaves: {survives}"
        for number, (name, who, survives) in enumerate(steps, start=1)
    ]


def _x(who: str) -> int:
    return _LEFT + _LANE * _LANES.index(who) + _LANE // 2


def _svg(steps: list[tuple[str, str, str]]) -> str:
    height = _TOP + _ROW * len(steps) + 12
    end = _LEFT + _LANE * len(_LANES)
    parts = [_heads(end, height)]
    places = [(_x(who), _TOP + _ROW * i + _ROW // 2) for i, (_, who, _) in enumerate(steps)]
    path = " ".join(f"{x},{y}" for x, y in places)
    parts.append(
        f'<polyline points="{path}" fill="none" stroke="{_ACCENT}" stroke-width="2" opacity="0.5"/>'
    )
    for number, ((x, y), (name, _, survives)) in enumerate(
        zip(places, steps, strict=True), start=1
    ):
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="12" fill="{_ACCENT}"/>'
            f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="{_PAPER}">{number}</text>'
            f'<text x="8" y="{y + 4}" fill="{_INK}">{html.escape(name.replace("_", " "))}</text>'
            f'<text x="{end + 16}" y="{y + 4}" fill="{_GOOD}">{_SAFE.get(survives, "?")}</text>'
            f'<text x="{end + 56}" y="{y + 4}" fill="{_SOFT}">{html.escape(survives)}</text>'
        )
    label = html.escape("; ".join(" ".join(line.split()) for line in _lines(steps)), quote=True)
    return (
        f'<svg role="img" aria-label="A turn: {label}" viewBox="0 0 {end + 130} {height}" '
        f'width="{end + 130}" style="max-width:100%;height:auto" font-size="13" '
        f'font-family="var(--jp-ui-font-family, system-ui, sans-serif)">{"".join(parts)}</svg>'
    )


def _heads(end: int, height: int) -> str:
    lanes = "".join(
        f'<line x1="{_x(who)}" y1="{_TOP - 12}" x2="{_x(who)}" y2="{height - 8}" '
        f'stroke="{_LINE}" stroke-width="2"/>'
        f'<text x="{_x(who)}" y="28" text-anchor="middle" font-weight="600" fill="{_INK}">'
        f"{who}</text>"
        for who in _LANES
    )
    return (
        f'{lanes}<text x="{end + 16}" y="18" font-weight="600" fill="{_INK}">a crash here</text>'
        f'<text x="{end + 16}" y="34" font-weight="600" fill="{_INK}">leaves</text>'
    )
