"""Parses what customers say to a TaskManager, with regular expressions (lesson 10)."""

import re
from collections.abc import Callable
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from chatlab.taskbook import Priority

__all__ = [
    "Ask",
    "Command",
    "Complete",
    "Create",
    "Delete",
    "List",
    "SetPriority",
    "TaskRef",
    "understand",
]

TaskRef = int | Literal["it"]
"""A task by its number, or "it": the one that was mentioned last."""


class _Command(BaseModel):
    model_config = ConfigDict(frozen=True)


class Create(_Command):
    """`Create a task: water the plants (high)`."""

    title: str
    priority: Priority = "normal"


class List(_Command):
    """`List my tasks`."""


class _OneTask(_Command):
    which: TaskRef


class Complete(_OneTask):
    """`Complete 42`, `Complete it`."""


class SetPriority(_OneTask):
    """`Set 42 to low`, `Set it to high`."""

    priority: Priority


class Ask(_OneTask):
    """`What's its priority?`, `What's the priority of 42?`."""


class Delete(_OneTask):
    """`Delete 42`, `Delete it`."""


Command = Create | List | Complete | SetPriority | Ask | Delete
"""Everything a customer can ask for."""

for _kind in get_args(Command):  # so that `case Create(title, priority)` takes one apart
    _kind.__match_args__ = tuple(_kind.model_fields)

_TASK_REF = r"(?:task\s+)?#?(?P<which>(?a:[0-9]{1,15}|it))"
_PRIORITY = r"(?P<priority>(?a:low|normal|high))"
_GRAMMAR: list[tuple[str, Callable[..., Command]]] = [
    (
        rf"(?:create|add)\s+(?:a\s+)?task\s*(?::|for|to)\s*(?P<title>.*?\S)(?:\s*\({_PRIORITY}\))?",
        Create,
    ),
    (r"(?:list|show)\s+(?:me\s+)?(?:my\s+|all\s+)*tasks", List),
    (rf"(?:complete|finish)\s+{_TASK_REF}", Complete),
    (rf"set\s+{_TASK_REF}\s+to\s+{_PRIORITY}", SetPriority),
    (rf"what(?:'s|’s|\s+is)\s+the\s+priority\s+of\s+{_TASK_REF}", Ask),
    (r"what(?:'s|’s|\s+is)\s+(?P<which>(?a:it))s\s+priority", Ask),
    (rf"delete\s+{_TASK_REF}", Delete),
]


def understand(text: str) -> Command | None:
    """The command in the text, or None for anything that is no command."""
    text = text.strip().rstrip(".?!").rstrip()
    for pattern, command in _GRAMMAR:
        if match := re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL):
            fields = {name: value for name, value in match.groupdict().items() if value}
            for name in fields.keys() - {"title"}:
                fields[name] = fields[name].lower()
            return command(**fields)
    return None
