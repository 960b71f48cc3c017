"""A small chat server with the architecture of ChatKit, made for learning.

Read it in the order of the lessons: `items`, `context`, `events`, `stores`, `server`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatlab.clock import Clock, NewId, SystemClock, new_id
    from chatlab.context import RequestContext, RequestInfo, Session
    from chatlab.errors import (
        AgentError,
        ChatlabError,
        InvalidInput,
        MissingDependency,
        ModelError,
        NotFoundError,
        PermissionDenied,
        RespondError,
        SessionError,
        SessionExpired,
        SessionNotFound,
        StoreError,
        TurnInProgress,
    )
    from chatlab.events import (
        AssistantMessage,
        ClientEffect,
        ErrorEvent,
        HiddenContext,
        ItemDone,
        ItemReplaced,
        Notice,
        Task,
        ThreadCreated,
        ThreadStreamEvent,
        ThreadUpdate,
        ThreadUpdated,
        ToolStatus,
        Widget,
    )
    from chatlab.items import (
        Action,
        AssistantMessageItem,
        Button,
        Card,
        Form,
        HiddenContextItem,
        Input,
        Page,
        Row,
        Select,
        TaskItem,
        Text,
        Thread,
        ThreadItem,
        ThreadMetadata,
        ToolItem,
        UserMessageItem,
        WidgetItem,
    )
    from chatlab.server import ChatKitServer
    from chatlab.stores import MemoryStore, SQLStore, Store
    from chatlab.taskbook import TaskBook, TaskRecord
    from chatlab.turns.turn import Turn

__all__ = [
    "Action",
    "AgentError",
    "AssistantMessage",
    "AssistantMessageItem",
    "Button",
    "Card",
    "ChatKitServer",
    "ChatlabError",
    "ClientEffect",
    "Clock",
    "ErrorEvent",
    "Form",
    "HiddenContext",
    "HiddenContextItem",
    "Input",
    "InvalidInput",
    "ItemDone",
    "ItemReplaced",
    "MemoryStore",
    "MissingDependency",
    "ModelError",
    "NewId",
    "NotFoundError",
    "Notice",
    "Page",
    "PermissionDenied",
    "RequestContext",
    "RequestInfo",
    "RespondError",
    "Row",
    "SQLStore",
    "Select",
    "Session",
    "SessionError",
    "SessionExpired",
    "SessionNotFound",
    "Store",
    "StoreError",
    "SystemClock",
    "Task",
    "TaskBook",
    "TaskItem",
    "TaskRecord",
    "Text",
    "Thread",
    "ThreadCreated",
    "ThreadItem",
    "ThreadMetadata",
    "ThreadStreamEvent",
    "ThreadUpdate",
    "ThreadUpdated",
    "ToolItem",
    "ToolStatus",
    "Turn",
    "TurnInProgress",
    "UserMessageItem",
    "Widget",
    "WidgetItem",
    "new_id",
]


_HOMES = (
    *("errors", "clock", "items", "context", "events", "stores", "taskbook", "turns.turn"),
    "server",
)
"""Where those names live: lighter modules first, for they are loaded when they are searched."""


def __getattr__(name: str) -> object:
    """Load a module when somebody asks for a name of it: importing chatlab alone costs nothing."""
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if name in module.__all__:
                globals()[name] = value = getattr(module, name)
                return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """What the Tab key offers."""
    return sorted({*globals(), *__all__})
