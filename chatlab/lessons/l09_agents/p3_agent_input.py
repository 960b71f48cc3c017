"""Part 09.3: a conversation, as an agent reads it."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chatlab.course.checking.as_data import attempt
from chatlab.items import thread_item_adapter
from chatlab.lessons.l09_agents.agent_harness import missing_requirement
from chatlab.lessons.support.random_inputs import random_messages

__all__ = ["inputs", "missing_requirement", "observe"]

_START_TIME = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def inputs(random: Random) -> dict[str, Any]:
    """The items of a conversation with three tool calls: one done, one failed, one interrupted."""
    texts = random_messages(random, 8)
    number = random.randint(100, 999)
    tools = [
        _tool_item(random, texts[1], {"id": number, "title": texts[2]}, "completed"),
        _tool_item(random, texts[3], f"There is no task {number + 1}.", "failed"),
        _tool_item(random, texts[4], None, None),
    ]
    random.shuffle(tools)
    items = [
        _message_item("user", texts[0]),
        tools[0],
        _message_item("assistant", texts[5]),
        _message_item("user", texts[6]),
    ]
    items += [tools[1], tools[2], _message_item("assistant", texts[7])]
    items[-1]["status"] = "incomplete"
    for index, item in enumerate(items):
        item |= {"id": f"item_{index}", "thread_id": "thr_1"}
        item["timestamp"] = (_START_TIME + timedelta(minutes=index)).isoformat()
    return {"items": items}


def _message_item(role: str, content: str) -> dict[str, Any]:
    return {"type": f"{role}_message", "content": content, "status": "completed"}


def _tool_item(random: Random, title: str, output: Any, outcome: str | None) -> dict[str, Any]:
    return {
        "type": "tool",
        "content": "Create task ✓",
        "status": "completed" if outcome else "incomplete",
        "tool": random.choice(["create_task", "look_up", "set_priority"]),
        "call_id": f"call_{random.randint(10**8, 10**9)}",
        "arguments": {"title": title, "copies": random.randint(2, 9)},
        "output": output,
        "outcome": outcome,
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The learner's list for all items, and for none."""
    items = [thread_item_adapter.validate_python(item) for item in inputs["items"]]
    return {
        "whole": await attempt(lambda: subject(items)),
        "empty": await attempt(lambda: subject([])),
    }
