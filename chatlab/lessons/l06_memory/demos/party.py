"""A short conversation about a party, and how to make more items for it (lesson 06)."""

from typing import Any, TypeVar

from chatlab.items import AssistantMessageItem, ThreadItem, ToolItem, UserMessageItem
from chatlab.testing import CountingIds, FixedClock

__all__ = ["item", "party"]

_clock, _new_id = FixedClock(), CountingIds()
_Item = TypeVar("_Item", UserMessageItem, AssistantMessageItem, ToolItem)


def item(kind: type[_Item], content: str, **more: Any) -> _Item:
    """An item of one thread, with an id and a time of its own."""
    said = {"id": _new_id("msg"), "thread_id": "thr_1", "timestamp": _clock.now()}
    return kind(content=content, **said, **more)


def _make_party() -> list[ThreadItem]:
    call = {"tool": "create_task", "call_id": "call_1", "output": {"id": 42}}
    return [
        item(UserMessageItem, "Here are the guests: " + "Zoë and her dog, " * 12),
        item(AssistantMessageItem, "I have written them down."),
        item(UserMessageItem, "Create a task: order the cake. It is urgent."),
        item(ToolItem, "Task created", **call),
        item(AssistantMessageItem, "Created. The task has the ID 42."),
        item(UserMessageItem, "Thanks!"),
        item(AssistantMessageItem, "You are welcome. Is there anything else for the party?"),
    ]


party = _make_party()
