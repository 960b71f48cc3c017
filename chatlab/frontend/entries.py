"""Entries: what a pane shows of an item or an event, as a dictionary with a `key` and a `kind`."""

from collections.abc import Callable
from typing import Any, cast

from pydantic_core import to_jsonable_python

from chatlab.frontend.markdown import (
    MAX_MARKDOWN,
    render_links,
    render_markdown,
    render_plain,
)
from chatlab.items import (
    AssistantMessageItem,
    TaskItem,
    ToolItem,
    UserMessageItem,
    VisibleItem,
    WidgetItem,
)

__all__ = ["Entry", "item_entry", "notice_entry", "task_entry", "tool_entry", "widget_entry"]

Entry = dict[str, Any]


def item_entry(item: VisibleItem) -> Entry:
    """The entry of a finished item."""
    match item:
        case UserMessageItem():
            entry = {"key": item.id, "kind": "user", "text": item.content}
            return entry | {"html": render_links(item.content)}
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


def notice_entry(key: str, level: str, text: str, title: str | None) -> Entry:
    """The entry of a notice, a line beside the conversation; `level` is `Notice`'s."""
    return {"key": key, "kind": "notice", "level": level, "text": text, "title": title}


def widget_entry(key: str, root: object) -> Entry:
    """The entry of a widget's tree of nodes; text nodes get safe `html`, rendered from Markdown.

    A tree with more text than one message may have as Markdown is shown as it is written.
    """
    tree = to_jsonable_python(root)
    render = render_markdown if _text_length(tree) <= MAX_MARKDOWN else render_plain
    return {"key": key, "kind": "widget", "root": _render_text_nodes(tree, render)}


def _text_length(node: Any) -> int:
    if node["type"] == "text":
        return len(node["value"])
    return sum(map(_text_length, cast("list[Any]", node.get("children", ()))))


def _render_text_nodes(node: Any, render: Callable[[str], str]) -> Any:
    if node["type"] == "text":
        return node | {"html": render(node["value"])}
    if "children" in node:
        children = cast("list[Any]", node["children"])
        return node | {"children": [_render_text_nodes(child, render) for child in children]}
    return node
