"""Diagrams that JupyterLab draws by itself: a turn's events, or a thread's items, in Mermaid."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

__all__ = ["Diagram", "lifecycle"]

_MAX_LABEL_CHARS = 44

_Arrow = tuple[
    Literal["C", "S", "Y", "T"], Literal["->>", "-->>"], Literal["C", "S", "Y", "T"], str
]
_WHOSE = {"user": "the question", "assistant": "the answer", "tool": "what a tool did"}
_NAMES = {"C": "client", "S": "server", "Y": "your code", "T": "store"}


@dataclass(frozen=True)
class Diagram:
    """Mermaid for a notebook, and the same arrows in plain words."""

    mermaid: str
    text: str

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """As Markdown with a fence: that is what JupyterLab draws."""
        return {"text/markdown": f"```mermaid\n{self.mermaid}\n```", "text/plain": self.text}


def lifecycle(of: Thread | Iterable[ThreadStreamEvent]) -> Diagram:
    """Draw the life of a turn from its events, or how the items of a thread came about.

    lifecycle([event async for event in server.send("Hello?", alice)])
    lifecycle(await server.thread(thread_id, alice))
    """
    arrows = list(_item_arrows(of.items.data) if isinstance(of, Thread) else _event_arrows(of))
    used = [name for name in _NAMES if any(name in (arrow[0], arrow[2]) for arrow in arrows)]
    heads = [f"    participant {name} as {_NAMES[name]}" for name in used or ["C", "S"]]
    body = [f"    {start}{line}{end}: {_escape_mermaid(what)}" for start, line, end, what in arrows]
    lines = [
        f"{_NAMES[start]:9} → {_NAMES[end]:9}  {_shorten(what)}" for start, _, end, what in arrows
    ]
    mermaid = "\n".join(["sequenceDiagram", "    autonumber", *heads, *body])
    return Diagram(mermaid, "\n".join(lines) or "(nothing has happened yet)")


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


def _escape_mermaid(text: str) -> str:
    """For Mermaid: what it would read as grammar, or as HTML, goes in by its number."""
    return re.sub(r"[^\w\s.,?!'()“”…✓✗/+=-]", lambda found: f"#{ord(found[0])};", _shorten(text))
