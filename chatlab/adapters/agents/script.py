"""The language of scripts for agents: what a model is asked, and what it answers (lesson 09)."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from agents.handoffs import Handoff
from agents.items import ItemHelpers, TResponseInputItem
from agents.tool import Tool

from chatlab.commands import Ask, Complete, Create, Delete, List, SetPriority, TaskRef, understand

__all__ = ["AgentPrompt", "Call", "Script", "ScriptedReply", "prompt_of", "task_manager_script"]


@dataclass(frozen=True)
class Call:
    """The model calls a tool, or hands over: `Call("transfer_to_billing")`."""

    tool: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict[str, Any])

    def json(self) -> str:
        """The arguments as a model writes them; a text is sent as it is, right or wrong."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


ScriptedReply = str | Call | tuple[str | Call, ...]
"""What the model answers once: a text, a call, or several in a row."""


@dataclass(frozen=True)
class AgentPrompt:
    """What the model is asked.

    Attributes:
        instructions: What the agent is for.
        input: The conversation so far, as the Responses API has it.
        tools: The names of what may be called, handoffs included.
    """

    instructions: str | None
    input: tuple[Mapping[str, Any], ...]
    tools: tuple[str, ...]

    @property
    def message(self) -> str:
        """What the user said last."""
        return next((_text_of_item(item) for item in reversed(self.input) if _by_user(item)), "")

    @property
    def outputs(self) -> list[str]:
        """What the tools returned since then."""
        found: list[str] = []
        for item in reversed(self.input):
            if _by_user(item):
                break
            if "output" in item:
                found.append(str(item["output"]))
        return found[::-1]


Script = ScriptedReply | list[ScriptedReply] | Callable[[AgentPrompt], ScriptedReply]
"""One reply; a list of them, used one after the other until the last one stays; or a function."""


def prompt_of(
    instructions: str | None,
    input: str | list[TResponseInputItem],
    tools: Iterable[Tool],
    handoffs: Iterable[Handoff],
) -> AgentPrompt:
    """The prompt in what the SDK hands to a model."""
    items = cast("list[Mapping[str, Any]]", ItemHelpers.input_to_new_input_list(input))
    names = (*(tool.name for tool in tools), *(handoff.tool_name for handoff in handoffs))
    return AgentPrompt(instructions, tuple(items), names)


def task_manager_script(prompt: AgentPrompt) -> ScriptedReply:
    """Answers as a TaskManager's model would: it knows the customers' commands, and calls tools.

    The tools are `create_task(title, priority)`, `list_tasks()`, and with a `task_id`:
    `get_task`, `complete_task`, `set_priority(task_id, priority)` and `delete_task`.
    """
    if prompt.outputs:
        return " ".join(prompt.outputs)
    call = _call_for(prompt)
    if call is None:
        return 'I look after tasks. Try "Create a task: water the plants".'
    if call.tool not in prompt.tools:
        return f"I would need a tool for that: {call.tool}."
    return call


def _call_for(prompt: AgentPrompt) -> Call | None:  # noqa: PLR0911 - each command is one line
    match understand(prompt.message):
        case Create(title=title, priority=priority):
            return Call("create_task", {"title": title, "priority": priority})
        case List():
            return Call("list_tasks")
        case Ask(which=which):
            return Call("get_task", {"task_id": _resolve_task_id(which, prompt)})
        case Complete(which=which):
            return Call("complete_task", {"task_id": _resolve_task_id(which, prompt)})
        case SetPriority(which=which, priority=priority):
            arguments = {"task_id": _resolve_task_id(which, prompt), "priority": priority}
            return Call("set_priority", arguments)
        case Delete(which=which):
            return Call("delete_task", {"task_id": _resolve_task_id(which, prompt)})
        case None:
            return None


def _resolve_task_id(which: TaskRef, prompt: AgentPrompt) -> int:
    """The number that was said; for "it", the last one that a tool returned, or 0."""
    if which != "it":
        return which
    outputs = (str(item["output"]) for item in reversed(prompt.input) if "output" in item)
    return next((int(found[0]) for text in outputs if (found := re.search(r"\d+", text))), 0)


def _by_user(item: Mapping[str, Any]) -> bool:
    return item.get("role") == "user"


def _text_of_item(item: Mapping[str, Any]) -> str:
    content = item.get("content", "")
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
