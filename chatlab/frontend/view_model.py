"""The view model of a chat pane: events change its entries, and each change is a patch.

A patch is a whole entry under `put`, or text to `add` to the entry with that `key`, or keys to
`drop`: a pane needs little else, and a token costs its length.
"""

import itertools
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chatlab.errors import ChatlabError
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    ItemReplaced,
    Notice,
    Task,
    ThreadStreamEvent,
    ToolStatus,
    Widget,
)
from chatlab.frontend.entries import (
    Entry,
    item_entry,
    notice_entry,
    task_entry,
    tool_entry,
    widget_entry,
)
from chatlab.frontend.markdown import render_markdown
from chatlab.frontend.turn_stats import TurnStats
from chatlab.items import VisibleItem

__all__ = ["ChatViewModel", "Entry", "Patch"]

Patch = dict[str, Any]

_MAX_EVENTS = 2000
"""How many events a pane remembers."""


class ChatViewModel:
    """The entries of one pane, in order, and the events that made them."""

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, key_suffix: str = ""
    ) -> None:
        """Make an empty pane.

        Args:
            monotonic: The clock, in seconds.
            key_suffix: Ends the keys of entries that are no items, so that they stay unique where
                several view models fill one pane.
        """
        self.entries: dict[str, Entry] = {}
        self.events: deque[dict[str, Any]] = deque(maxlen=_MAX_EVENTS)
        self._text_pieces: dict[str, list[str]] = {}
        self._monotonic = monotonic
        self._key_suffix = key_suffix
        self._stats = TurnStats(0, monotonic())
        self._open_key = ""
        self._numbers = itertools.count(1)
        self._progress_key = f"progress{key_suffix}"

    def begin_turn(self) -> None:
        """Start the statistics of a turn; its events are timed from here."""
        self._stats = TurnStats(self._stats.number + 1, self._monotonic())

    def end_turn(self) -> list[Patch]:
        """End the messages that are still open, and add the turn's statistics."""
        patches = [self._end_message(key) for key in tuple(self._text_pieces)]
        stats = self._stats.entry()
        if self._progress_key in self.entries:
            patches.append(self.remove([self._progress_key]))
        return [*patches, self.upsert(stats | {"key": f"{stats['key']}{self._key_suffix}"})]

    def apply(self, event: ThreadStreamEvent) -> list[Patch]:
        """Change the entries as the event says, and record the event for the inspector."""
        event_json = event.model_dump_json(exclude_none=True)
        now = self._monotonic()
        self._stats.record(event, len(event_json.encode()), now)
        at_ms = round((now - self._stats.started_at) * 1000)
        if isinstance(event, AssistantMessage):
            return self._apply_text(event, at_ms)
        event_data = {"at": at_ms} | json.loads(event_json)
        self.events.append(event_data)
        return [*self._apply_other(event), {"event": event_data}]

    def show_error(self, error: BaseException, line: str = "") -> Patch:
        """Show an exception, with the learner's own line if there is one."""
        text = str(error)
        if not isinstance(error, ChatlabError):
            text = f"{type(error).__name__}: {error}"
        last = next(reversed(self.entries.values()), {"kind": ""})
        if last["kind"] == "error":
            lines = [text] if text != last["text"] else []
            return self.upsert(last | {"lines": [*lines, line] if line else lines})
        entry = {"key": self._new_key("raised"), "kind": "error", "text": text}
        return self.upsert(entry | {"lines": [line] if line else [], "retry": False})

    def upsert(self, entry: Entry) -> Patch:
        """Add the entry, or replace the one with its key."""
        self.entries[entry["key"]] = entry
        return {"put": dict(entry)}

    def show_item(self, item: VisibleItem) -> Patch:
        """Add or replace the entry of a finished item."""
        self._text_pieces.pop(item.id, None)
        return self.upsert(item_entry(item))

    def prepend(self, items: Iterable[VisibleItem], *, has_more: bool) -> Patch:
        """Add items before all entries, oldest first; `has_more`: there are earlier ones still."""
        earlier = {entry["key"]: entry for entry in map(item_entry, items)}
        self.entries = earlier | self.entries
        return {"before": list(earlier.values()), "more": has_more}

    def keys_after(self, key: str) -> list[str]:
        """The keys of the entries after that one; none if there is no such entry."""
        keys = list(self.entries)
        return keys[keys.index(key) + 1 :] if key in self.entries else []

    def remove(self, keys: list[str]) -> Patch:
        """Remove the entries with these keys."""
        for key in keys:
            self.entries.pop(key, None)
            self._text_pieces.pop(key, None)
        return {"drop": keys}

    def snapshot(self) -> list[Entry]:
        """All entries as they are now, with the text that has come so far."""
        for key, pieces in self._text_pieces.items():
            self.entries[key]["text"] = "".join(pieces)
        return list(self.entries.values())

    def _apply_other(self, event: ThreadStreamEvent) -> Iterator[Patch]:
        if not event.item_id and self._open_key in self._text_pieces:
            yield self._end_message(self._open_key)
        match event:
            case ItemDone(item=item) | ItemReplaced(item=item):
                yield self.show_item(item)
            case ToolStatus():
                key = event.item_id or self._local_key(f"tool-{event.call_id or event.tool}")
                yield self.upsert(tool_entry(key, event.tool, event.detail, event.status))
            case Task():
                key = event.item_id or self._local_key(f"task-{event.title}")
                yield self.upsert(task_entry(key, event.title, event.status, event.progress))
            case Widget():
                yield self.upsert(
                    widget_entry(event.item_id or self._local_key("widget"), event.root)
                )
            case Notice(level=level):
                key = self._progress_key if level == "progress" else self._new_key("notice")
                yield self.upsert(notice_entry(key, level, event.message, event.title))
            case ErrorEvent():
                entry = {"key": self._new_key("error"), "kind": "error"}
                yield self.upsert(entry | {"text": event.message, "retry": event.allow_retry})
            case _:
                return

    def _new_key(self, name: str) -> str:
        """A key that no entry of this pane has or had, whoever filled it."""
        return f"{name}-{next(self._numbers)}{self._key_suffix}"

    def _local_key(self, name: str) -> str:
        """A key for an event without an item id; a call or a job keeps its key while it runs."""
        last = next((k for k in reversed(self.entries) if k.rpartition("~")[0] == name), "")
        if last and self.entries[last].get("status") == "running":
            return last
        return f"{name}~{len(self.entries)}"

    def _apply_text(self, event: AssistantMessage, at_ms: int) -> list[Patch]:
        if not event.item_id and self._open_key not in self._text_pieces:
            self._open_key = f"message~{len(self.entries)}"
        key = event.item_id or self._open_key
        seq, content = event.seq, event.content
        event_data = {
            "at": at_ms,
            "type": event.type,
            "thread_id": event.thread_id,
            "item_id": event.item_id,
        }
        self.events.append(event_data | {"seq": seq, "content": content})
        if not content and key not in self._text_pieces:
            return [{"event": self.events[-1]}]
        self._text_pieces.setdefault(key, []).append(content)
        if key in self.entries:
            return [{"add": content, "key": key, "seq": seq, "cuts": [at_ms, len(content)]}]
        entry = {"key": key, "kind": "assistant", "text": content, "busy": True}
        return [self.upsert(entry), {"event": self.events[-1]}]

    def _end_message(self, key: str) -> Patch:
        """Finish a message for which no `ItemDone` came."""
        text = "".join(self._text_pieces.pop(key))
        entry = {"key": key, "kind": "assistant", "text": text, "html": render_markdown(text)}
        return self.upsert(entry | {"stopped": False})
