"""Part 09.3: a conversation, as an agent reads it."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chatlab.course.checking.observe import attempt
from chatlab.items import thread_item_adapter
from chatlab.lessons.l09_agents.agent_harness import missing_requirement
from chatlab.lessons.support.dialogue import random_messages

__all__ = ["inputs", "missing_requirement", "observe"]

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def inputs(random: Random) -> dict[str, Any]:
    """A conversation with tools at work: one succeeds, one fails, one is interrupted."""
    said = random_messages(random, 8)
    number = random.randint(100, 999)
    tools = [
        _tool(random, said[1], {"id": number, "title": said[2]}, "completed"),
        _tool(random, said[3], f"There is no task {number + 1}.", "failed"),
        _tool(random, said[4], None, None),
    ]
    random.shuffle(tools)
    items = [
        _words("user", said[0]),
        tools[0],
        _words("assistant", said[5]),
        _words("user", said[6]),
    ]
    items += [tools[1], tools[2], _words("assistant", said[7])]
    items[-1]["status"] = "incomplete"
    for place, item in enumerate(items):
        item |= {"id": f"item_{place}", "thread_id": "thr_1"}
        item["timestamp"] = (_START + timedelta(minutes=place)).isoformat()
    return {"items": items}


def _words(role: str, content: str) -> dict[str, Any]:
    return {"type": f"{role}_message", "content": content, "status": "completed"}


def _tool(random: Random, title: str, output: Any, outcome: str | None) -> dict[str, Any]:
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
    """The list for the whole conversation, and for an empty one."""
    items = [thread_item_adapter.validate_python(item) for item in inputs["items"]]
    return {
        "whole": await attempt(lambda: subject(items)),
        "empty": await attempt(lambda: subject([])),
    }
