"""What a chat pane shows, as plain data: events change entries, and each change is a patch.

An entry is a dictionary with a `key` and a `kind`. A patch is either a whole entry under `put`, or
text to `add` to the entry with that `key`: a pane needs nothing else, and a token costs its length.
"""

import json
from typing import Any

from pydantic_core import to_jsonable_python

from chatlab.errors import ChatlabError
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    Task,
    ThreadStreamEvent,
    ToolStatus,
    Widget,
)
from chatlab.items import (
    AssistantMessageItem,
    TaskItem,
    ThreadItem,
    ToolItem,
    UserMessageItem,
    WidgetItem,
)
from chatlab.widgets.markdown import rendered

__all__ = ["Board", "Entry", "Patch"]

Entry = dict[str, Any]
Patch = dict[str, Any]


class Board:
    """The entries of one pane, in order."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.events: list[dict[str, Any]] = []
        self._pieces: dict[str, list[str]] = {}

    def take(self, event: ThreadStreamEvent) -> list[Patch]:  # noqa: PLR0911 - a line a kind
        """What the event changes."""
        shown = json.loads(event.model_dump_json(exclude_none=True))
        self.events.append(shown)
        match event:
            case AssistantMessage():
                return self._text(event)
            case ItemDone(item=item):
                return [self.put(self._entry(item))]
            case ToolStatus():
                return [self.put(_tool(event.item_id, event.tool, event.detail, event.status))]
            case Task():
                return [self.put(_task(event.item_id, event.title, event.status, event.progress))]
            case Widget():
                return [self.put(_widget(event.item_id, event.root))]
            case ErrorEvent():
                entry = {"key": f"error-{event.seq}", "kind": "error", "text": event.message}
                return [self.put(entry | {"retry": event.allow_retry})]
            case _:
                return []

    def fail(self, error: BaseException, line: str = "") -> Patch:
        """Show an exception, with the learner's own line if there is one."""
        text = str(error)
        if not isinstance(error, ChatlabError):
            text = f"{type(error).__name__}: {error}"
        last = next(reversed(self.entries.values()), {"kind": ""})
        if last["kind"] == "error":
            more = [text] if text != last["text"] else []
            return self.put(last | {"lines": [*more, line] if line else more})
        entry = {"key": f"raised-{len(self.entries)}", "kind": "error", "text": text}
        return self.put(entry | {"lines": [line] if line else [], "retry": False})

    def put(self, entry: Entry) -> Patch:
        """Add the entry, or replace the one with its key."""
        self.entries[entry["key"]] = entry
        return {"put": entry}

    def item(self, item: ThreadItem) -> Patch:
        """Show an item that was there before."""
        return self.put(self._entry(item))

    def snapshot(self) -> list[Entry]:
        """Every entry as it is now."""
        for key, pieces in self._pieces.items():
            self.entries[key]["text"] = "".join(pieces)
        return list(self.entries.values())

    def _text(self, event: AssistantMessage) -> list[Patch]:
        pieces = self._pieces.setdefault(event.item_id, [])
        pieces.append(event.content)
        if event.item_id in self.entries:
            return [{"add": event.content, "key": event.item_id, "seq": event.seq}]
        entry = {"key": event.item_id, "kind": "assistant", "text": event.content, "busy": True}
        return [self.put(entry)]

    def _entry(self, item: ThreadItem) -> Entry:
        self._pieces.pop(item.id, None)
        match item:
            case UserMessageItem():
                return {"key": item.id, "kind": "user", "text": item.content}
            case AssistantMessageItem():
                stopped = item.status == "incomplete"
                entry = {"key": item.id, "kind": "assistant", "text": item.content}
                return entry | {"html": rendered(item.content), "stopped": stopped}
            case ToolItem():
                return _tool(item.id, item.tool, item.content, item.outcome or "unfinished")
            case WidgetItem():
                return _widget(item.id, item.widget)
            case TaskItem():
                return _task(item.id, item.title, item.outcome or "unfinished", item.progress)


def _tool(key: str, tool: str, detail: str, status: str) -> Entry:
    return {"key": key, "kind": "tool", "tool": tool, "text": detail, "status": status}


def _task(key: str, title: str, status: str, progress: float) -> Entry:
    return {"key": key, "kind": "task", "text": title, "status": status, "progress": progress}


def _widget(key: str, root: object) -> Entry:
    return {"key": key, "kind": "widget", "root": to_jsonable_python(root)}
