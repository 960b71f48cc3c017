"""What really happens in a turn, written down as it happens (lesson 03)."""

import copy
import inspect
import textwrap
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

from chatlab.context import RequestContext
from chatlab.items import ThreadItem
from chatlab.server import ChatKitServer

__all__ = ["Frame", "TurnTrace", "respond_source", "trace_turn"]

_CALL = 6
"""The station at which `respond()` is called."""

_TRACED_STORE_CALLS = {"save_thread", "load_thread", "add_thread_item", "save_item"}


@dataclass(frozen=True)
class Frame:
    """One moment of a turn: at which of the ten stations it is, and what there is by then."""

    station: int
    note: str
    items: tuple[tuple[str, str], ...]
    wire: tuple[str, ...]
    line: int | None = None


@dataclass
class TurnTrace:
    """A turn that has been run: its frames, and the thread it was in."""

    title: str
    thread_id: str
    frames: list[Frame] = field(default_factory=list[Frame])


def respond_source(server: ChatKitServer[Any]) -> list[str]:
    """The lines of the server's `respond()`; empty where Python has lost them."""
    try:
        return textwrap.dedent(inspect.getsource(type(server).respond)).splitlines()
    except OSError:
        return []


async def trace_turn(
    server: ChatKitServer[Any],
    title: str,
    message: str | None,
    context: RequestContext,
    thread_id: str | None = None,
) -> TurnTrace:
    """Run one turn on the server and note each thing it does, in order."""
    scribe = _Scribe(context)
    if message is None:
        scribe.note(1, f"{context.user_id} opens the chat and types nothing.")
    else:
        scribe.note(1, f"{context.user_id} types “{message}” and presses Enter.")
    watched: Any = copy.copy(server)
    turn = _watch(watched, server, scribe).send(message, context, thread_id)
    scribe.thread_id = turn.thread_id
    scribe.note(2, "server.send(…) returns a turn. It runs only while somebody reads its events.")
    async for event in turn:
        scribe.sent(event)
    return TurnTrace(title, turn.thread_id, scribe.finished())


def _watch(watched: Any, server: Any, scribe: "_Scribe") -> Any:
    """Let the copy of a server tell the scribe what it does; the server itself stays as it is."""
    watched.store = _WatchedStore(server.store, scribe)

    async def respond(thread: Any, input: Any, context: Any) -> AsyncIterator[Any]:
        text = "None: nobody spoke" if input is None else f"“{input.content}”"
        known = f"history has {len(thread.history)} items"
        scribe.note(_CALL, f"The server calls your code: {known}, input is {text}.")
        events = server.respond(thread, input, context)
        first: int = cast("Any", type(server)).respond.__code__.co_firstlineno
        try:
            async for event in events:
                frame = getattr(events, "ag_frame", None)
                line = None if frame is None else frame.f_lineno - first
                scribe.note(7, f"Your code yields {_event_label(event)}.", line)
                yield event
        except Exception as error:
            scribe.note(7, f"Your code raises {type(error).__name__}: {error}")
            raise

    watched.respond = respond
    return watched


class _WatchedStore:
    """Every call goes to the real store, and the scribe is told of it."""

    def __init__(self, store: Any, scribe: "_Scribe") -> None:
        self._store = store
        self._scribe = scribe

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if name not in _TRACED_STORE_CALLS:
            return real

        async def call(*args: Any) -> Any:
            if name == "add_thread_item":
                note = "The server makes a UserMessageItem: id, role, content, timestamp."
                self._scribe.note(4, note)
            value = await real(*args)
            await self._scribe.note_stored(name, self._store)
            return value

        return call


class _Scribe:
    """Turns what happens into frames."""

    def __init__(self, context: RequestContext) -> None:
        self.frames: list[Frame] = []
        self.thread_id = ""
        self._context = context
        self._items: tuple[ThreadItem, ...] = ()
        self._wire: tuple[str, ...] = ()

    def note(self, station: int, note: str, line: int | None = None) -> None:
        items = tuple((item.role, item.content) for item in self._items)
        self.frames.append(Frame(station, note, items, self._wire, line))

    async def note_stored(self, name: str, store: Any) -> None:
        page = await store.load_thread_items(self.thread_id, None, 100, "asc", self._context)
        self._items = page.data
        if name == "add_thread_item":
            self.note(5, "It is appended. From here on, no crash can lose the question.")
        elif name == "save_item":
            self.note(
                9, "The message is complete, so it is appended: one item, however many pieces."
            )
        elif any(frame.station == _CALL for frame in self.frames):
            if name == "load_thread":  # to merge what was saved meanwhile: a part of saving it
                return
            self.note(10, "The thread is saved with its new time, ready for the next turn.")
        elif page.data:
            self.note(3, f"The thread is loaded, with {len(page.data)} items of history.")
        else:
            self.note(3, "A new thread is made and saved. Nothing was said in it before.")

    def sent(self, event: Any) -> None:
        self._wire = (*self._wire, _event_label(event))
        if event.type == "error":
            self.note(8, f"The server sends {_event_label(event)}. The question is kept.")
        elif event.type == "assistant_message":
            self.note(8, "The server numbers the event and sends it on, at once.")

    def finished(self) -> list[Frame]:
        """The frames; what was sent last is on the wire at the end."""
        last = self.frames[-1]
        self.frames[-1] = Frame(last.station, last.note, last.items, self._wire, last.line)
        return self.frames


def _event_label(event: Any) -> str:
    name = type(event).__name__
    match getattr(event, "type", None):
        case "assistant_message":
            return f"{name}(“{event.content}”)"
        case "item_done":
            return f"{name}({event.item.role})"
        case "error":
            return f"{name}({event.code})"
        case _:
            return name
