"""A diagram of who does what: a turn's events, or a thread's items, as arrows between four."""

import html
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal

from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    ItemReplaced,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdated,
)
from chatlab.items import Thread, VisibleItem
from chatlab.widgets.picture import Picture

__all__ = ["lifecycle"]

_MAX_LABEL_CHARS = 44

_Arrow = tuple[
    Literal["C", "S", "Y", "T"], Literal["->>", "-->>"], Literal["C", "S", "Y", "T"], str
]
_WHOSE = {"user": "the question", "assistant": "the answer", "tool": "what a tool did"}
_NAMES = {"C": "client", "S": "server", "Y": "your code", "T": "store"}
_PLACES = {"C": 70, "S": 330, "Y": 600, "T": 850}
_WIDTH, _TOP, _ROW = 920, 60, 40
_PAPER = "var(--jp-layout-color0, #fff)"
_INK = "var(--jp-ui-font-color1, #1f2328)"
_LINE = "var(--jp-border-color1, #8c959f)"
_ACCENT = "var(--jp-brand-color1, #1565c0)"


def lifecycle(of: Thread | Iterable[ThreadStreamEvent]) -> Picture:
    """Draw the life of a turn from its events, or how the items of a thread came about.

    lifecycle([event async for event in server.send("Hello?", alice)])
    lifecycle(await server.thread(thread_id, alice))
    """
    arrows = list(_item_arrows(of.items.data) if isinstance(of, Thread) else _event_arrows(of))
    lines = [
        f"{_NAMES[start]:9} → {_NAMES[end]:9}  {_shorten(what)}" for start, _, end, what in arrows
    ]
    return Picture(_svg(arrows, lines), "\n".join(lines) or "(nothing has happened yet)")


def _svg(arrows: list[_Arrow], lines: list[str]) -> str:
    used = [name for name in _NAMES if any(name in (arrow[0], arrow[2]) for arrow in arrows)]
    height = _TOP + _ROW * len(arrows) + 10
    spoken = "; ".join(" ".join(line.split()) for line in lines)
    heads = "".join(_head(name, height) for name in used or ["C", "S"])
    rows = "".join(
        _arrow(number, arrow, _TOP + _ROW * number - 6) for number, arrow in enumerate(arrows, 1)
    )
    return (
        f'<svg role="img" aria-label="Who does what. {html.escape(spoken, quote=True)}" '
        f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" style="max-width:100%;height:auto" '
        'font-size="13" font-family="var(--jp-ui-font-family, system-ui, sans-serif)">'
        f"{heads}{rows}</svg>"
    )


def _head(name: str, height: int) -> str:
    x = _PLACES[name]
    return (
        f'<line x1="{x}" y1="40" x2="{x}" y2="{height}" stroke="{_LINE}"/>'
        f'<rect x="{x - 50}" y="8" width="100" height="30" rx="8" fill="{_PAPER}" '
        f'stroke="{_LINE}"/><text x="{x}" y="28" text-anchor="middle" font-weight="600" '
        f'fill="{_INK}">{_NAMES[name]}</text>'
    )


def _arrow(number: int, arrow: _Arrow, y: int) -> str:
    """One arrow; its label hides the lifelines that it crosses."""
    start, kind, end, what = arrow
    x1, x2 = _PLACES[start], _PLACES[end]
    way = 1 if x2 > x1 else -1
    dashes = ' stroke-dasharray="7 4"' if kind == "-->>" else ""
    return (
        f'<line x1="{x1}" y1="{y}" x2="{x2 - 8 * way}" y2="{y}" stroke="{_INK}" '
        f'stroke-width="1.5"{dashes}/>'
        f'<path d="M{x2},{y} l{-9 * way},-5 v10 z" fill="{_INK}"/>'
        f'<circle cx="{x1}" cy="{y}" r="9" fill="{_ACCENT}"/>'
        f'<text x="{x1}" y="{y + 4}" text-anchor="middle" font-size="11" fill="{_PAPER}">'
        f"{number}</text>"
        f'<text x="{(x1 + x2) // 2}" y="{y - 8}" text-anchor="middle" fill="{_INK}" '
        f'stroke="{_PAPER}" stroke-width="6" stroke-linejoin="round" paint-order="stroke">'
        f"{html.escape(_shorten(what))}</text>"
    )


def _event_arrows(events: Iterable[ThreadStreamEvent]) -> Iterator[_Arrow]:
    """What your code yields goes to the server and on to the client; what is done, to the store."""
    event_list = list(events)
    questions = [
        event.item
        for event in event_list
        if isinstance(event, ItemDone) and event.item.role == "user"
    ]
    yield "C", "->>", "S", f"send “{questions[0].content}”" if questions else "open the chat"
    called = False
    for kind, group in groupby(event_list, key=lambda event: event.type):
        run = list(group)
        for event in run[:1] if kind == "assistant_message" else run:
            if not called and kind != "thread_created" and not _is_user_message(event):
                yield "S", "->>", "Y", "call respond(thread, input, context)"
                called = True
            yield from _arrows_of_event(event, run)


def _is_user_message(event: ThreadStreamEvent) -> bool:
    return isinstance(event, ItemDone) and event.item.role == "user"


def _arrows_of_event(event: ThreadStreamEvent, run: list[ThreadStreamEvent]) -> Iterator[_Arrow]:
    match event:
        case ItemDone(item=item):
            yield "S", "->>", "T", f"append {item.id}, {_WHOSE[item.role]}: {item.status}"
        case ItemReplaced(item=item):
            yield "S", "->>", "T", f"replace {item.id}"
        case AssistantMessage():
            yield "Y", "-->>", "S", _pieces_label(run)
            yield "S", "-->>", "C", f"“{_joined_text(run)}”"
        case ErrorEvent(message=message):
            yield "S", "-->>", "C", f"error: {message}"
        case ThreadCreated() | ThreadUpdated():
            yield "S", "->>", "T", "save the thread"
        case _:
            yield "Y", "-->>", "S", f"yield {type(event).__name__}"
            yield "S", "-->>", "C", _event_label(event)


def _item_arrows(items: Iterable[VisibleItem]) -> Iterator[_Arrow]:
    for item in items:
        label = f"{item.id}: {item.role}, {item.status}"
        if item.role == "user":
            yield "C", "->>", "S", item.content
        elif item.role == "tool":
            yield "Y", "-->>", "S", f"a tool: {item.content}"
        else:
            yield "S", "-->>", "C", item.content
        yield "S", "->>", "T", label


def _pieces_label(run: list[ThreadStreamEvent]) -> str:
    return "yield a piece" if len(run) == 1 else f"yield {len(run)} pieces, one by one"


def _joined_text(run: list[ThreadStreamEvent]) -> str:
    return "".join(event.content for event in run if isinstance(event, AssistantMessage))


def _event_label(event: ThreadStreamEvent) -> str:
    detail = getattr(event, "detail", "") or getattr(event, "title", "")
    return f"{type(event).__name__} {getattr(event, 'status', '')} {detail}".strip()


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_LABEL_CHARS else f"{line[: _MAX_LABEL_CHARS - 1]}…"
