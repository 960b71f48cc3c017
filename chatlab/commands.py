"""What customers say to a TaskManager, as data: a small grammar instead of a model (lesson 10)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chatlab.taskbook import Priority

__all__ = [
    "Ask",
    "Command",
    "Complete",
    "Create",
    "Delete",
    "List",
    "SetPriority",
    "Which",
    "understand",
]

Which = int | Literal["it"]
"""A task by its number, or the one that was just spoken of."""


@dataclass(frozen=True)
class Create:
    """`Create a task: water the plants (high)`."""

    title: str
    priority: Priority = "normal"


@dataclass(frozen=True)
class List:
    """`List my tasks`."""


@dataclass(frozen=True)
class Complete:
    """`Complete 42`, `Complete it`."""

    which: Which


@dataclass(frozen=True)
class SetPriority:
    """`Set 42 to low`, `Set it to high`."""

    which: Which
    priority: Priority


@dataclass(frozen=True)
class Ask:
    """`What's its priority?`, `What's the priority of 42?`."""

    which: Which


@dataclass(frozen=True)
class Delete:
    """`Delete 42`, `Delete it`."""

    which: Which


Command = Create | List | Complete | SetPriority | Ask | Delete
"""Everything a customer can ask for."""

_WHICH = r"(?:task\s+)?#?(?P<which>\d{1,15}|it)"
_PRIORITY = r"(?P<priority>low|normal|high)"
_SAYINGS: list[tuple[str, Callable[..., Command]]] = [
    (
        rf"(?:create|add)\s+(?:a\s+)?task\s*(?::|for|to)\s*(?P<title>.*?\S)(?:\s*\({_PRIORITY}\))?",
        Create,
    ),
    (r"(?:list|show)\s+(?:me\s+)?(?:my\s+|all\s+)*tasks", List),
    (rf"(?:complete|finish)\s+{_WHICH}", Complete),
    (rf"set\s+{_WHICH}\s+to\s+{_PRIORITY}", SetPriority),
    (rf"what(?:'s|’s|\s+is)\s+the\s+priority\s+of\s+{_WHICH}", Ask),
    (r"what(?:'s|’s|\s+is)\s+(?P<which>it)s\s+priority", Ask),
    (rf"delete\s+{_WHICH}", Delete),
]


def understand(text: str) -> Command | None:
    """The command in the text, or None for anything that is no command."""
    text = text.strip().rstrip(".?!").rstrip()
    for pattern, command in _SAYINGS:
        if found := re.fullmatch(pattern, text, re.IGNORECASE | re.DOTALL):
            parts = {name: value for name, value in found.groupdict().items() if value}
            if "priority" in parts:
                parts["priority"] = parts["priority"].lower()
            if "which" in parts:
                which = parts.pop("which")
                return command(**parts, which=int(which) if which.isdecimal() else "it")
            return command(**parts)
    return None
