"""Entries: what a pane shows of an item or an event, as a dictionary with a `key` and a `kind`."""

from typing import Any, cast

from pydantic_core import to_jsonable_python

from chatlab.frontend.markdown import render_markdown, render_plain
from chatlab.items import (
    AssistantMessageItem,
    TaskItem,
    ThreadItem,
    ToolItem,
    UserMessageItem,
    WidgetItem,
)

__all__ = ["Entry", "item_entry", "task_entry", "tool_entry", "widget_entry"]

Entry = dict[str, Any]


def item_entry(item: ThreadItem) -> Entry:
    """The entry of a finished item."""
    match item:
        case UserMessageItem():
            entry = {"key": item.id, "kind": "user", "text": item.content}
            return entry | {"html": render_plain(item.content)}
        case AssistantMessageItem():
            stopped = item.status == "incomplete"
            entry = {"key": item.id, "kind": "assistant", "text": item.content}
            return entry | {"html": render_markdown(item.content), "stopped": stopped}
        case ToolItem():
            return tool_entry(item.id, item.tool, item.content, item.outcome or "unfinished")
        case WidgetItem():
            return widget_entry(item.id, item.widget)
        case TaskItem():
            return task_entry(item.id, item.title, item.outcome or "unfinished", item.progress)


def tool_entry(key: str, tool: str, detail: str, status: str) -> Entry:
    """The entry of a tool's call, shown as a chip; `status` is `ToolStatus`'s or "unfinished"."""
    return {"key": key, "kind": "tool", "tool": tool, "text": detail, "status": status}


def task_entry(key: str, title: str, status: str, progress: float) -> Entry:
    """The entry of a background job, shown as a chip with a bar; `progress` is 0 to 1."""
    return {"key": key, "kind": "task", "text": title, "status": status, "progress": progress}


def widget_entry(key: str, root: object) -> Entry:
    """The entry of a widget's tree of nodes; text nodes get safe `html`, rendered from Markdown."""
    return {"key": key, "kind": "widget", "root": _with_html(to_jsonable_python(root))}


def _with_html(node: Any) -> Any:
    if node["type"] == "text":
        return node | {"html": render_markdown(node["value"])}
    if "children" in node:
        children = cast("list[Any]", node["children"])
        return node | {"children": [_with_html(child) for child in children]}
    return node
