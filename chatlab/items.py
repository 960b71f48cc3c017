"""What a conversation is made of: threads, and the items in them (lesson 02).

A turn is everything from one request to the end of its answer. `respond()` is the method of your
`ChatKitServer` that answers messages, `action()` the one that answers clicks.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

__all__ = [
    "Action",
    "AssistantMessageItem",
    "Button",
    "Card",
    "Form",
    "HiddenContextItem",
    "Input",
    "Page",
    "Row",
    "Select",
    "TaskItem",
    "Text",
    "Thread",
    "ThreadItem",
    "ThreadMetadata",
    "ToolItem",
    "UserMessageItem",
    "VisibleItem",
    "WidgetItem",
    "WidgetNode",
    "thread_item_adapter",
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Action(_Frozen):
    """What a click or a submitted form says: its type, and the data that goes with it."""

    type: str
    payload: dict[str, Any] = {}


class Text(_Frozen):
    """A paragraph. Markdown is rendered; HTML is not."""

    type: Literal["text"] = "text"
    value: str


class Button(_Frozen):
    """Something to click; the click sends `action`."""

    type: Literal["button"] = "button"
    label: str
    action: Action


class Input(_Frozen):
    """A line to type in; its value goes into the form's payload under `name`."""

    type: Literal["input"] = "input"
    name: str
    label: str = ""
    value: str = ""
    required: bool = False


class Select(_Frozen):
    """A choice of one; its value goes into the form's payload under `name`."""

    type: Literal["select"] = "select"
    name: str
    options: tuple[str, ...]
    label: str = ""
    value: str | None = None


class Row(_Frozen):
    """Children side by side."""

    type: Literal["row"] = "row"
    children: tuple["WidgetNode", ...]


class Form(_Frozen):
    """Inputs that are sent together: `action`, its payload joined by the inputs' values."""

    type: Literal["form"] = "form"
    children: tuple["WidgetNode", ...]
    action: Action
    submit: str = "Send"


class Card(_Frozen):
    """A box around children, with a title if you give one."""

    type: Literal["card"] = "card"
    children: tuple["WidgetNode", ...]
    title: str | None = None


WidgetNode = Annotated[
    Card | Row | Form | Text | Button | Input | Select, Field(discriminator="type")
]
"""A small tree that a chat pane can draw, whatever it is built with."""


class _Item(_Frozen):
    id: str
    thread_id: str
    content: str
    timestamp: AwareDatetime
    status: Literal["completed", "incomplete"] = "completed"


class UserMessageItem(_Item):
    """What the user said."""

    type: Literal["user_message"] = "user_message"
    role: Literal["user"] = "user"


class AssistantMessageItem(_Item):
    """What your server said; `incomplete` when it was stopped midway."""

    type: Literal["assistant_message"] = "assistant_message"
    role: Literal["assistant"] = "assistant"


class ToolItem(_Item):
    """One call of one tool. `content` is the line that people see; `output` is for the program.

    `outcome` says how the call went, if anybody has said so; `status` only whether it was seen to
    its end.
    """

    type: Literal["tool"] = "tool"
    role: Literal["tool"] = "tool"
    tool: str
    call_id: str
    arguments: dict[str, Any] = {}
    output: Any = None
    outcome: Literal["completed", "failed"] | None = None


class WidgetItem(_Item):
    """Something shown that may be clicked."""

    type: Literal["widget"] = "widget"
    role: Literal["assistant"] = "assistant"
    widget: WidgetNode


class TaskItem(_Item):
    """A background job, as it was when its turn ended. `progress` runs from 0 to 1."""

    type: Literal["task"] = "task"
    role: Literal["tool"] = "tool"
    title: str
    outcome: Literal["completed", "failed"] | None = None
    progress: float = Field(default=0.0, ge=0.0, le=1.0)


class HiddenContextItem(_Item):
    """Something that the model should know. Users never see it."""

    type: Literal["hidden_context"] = "hidden_context"
    role: Literal["system"] = "system"


VisibleItem = Annotated[
    UserMessageItem | AssistantMessageItem | ToolItem | WidgetItem | TaskItem,
    Field(discriminator="type"),
]
"""One entry of a conversation as its user sees it, told apart by its `type`."""

ThreadItem = Annotated[
    UserMessageItem | AssistantMessageItem | ToolItem | WidgetItem | TaskItem | HiddenContextItem,
    Field(discriminator="type"),
]
"""One entry of a conversation as the server and the model see it."""

thread_item_adapter: TypeAdapter[ThreadItem] = TypeAdapter(ThreadItem)
"""Reads and writes a `ThreadItem` as JSON."""


class ThreadMetadata(_Frozen):
    """A conversation without its items: what it is called and whose it is.

    `history` is what was said before the message being answered: the newest items, oldest first.
    The server fills it in before it calls `respond()`; it is never saved with the thread.
    """

    id: str
    user_id: str
    created_at: AwareDatetime
    updated_at: AwareDatetime
    title: str | None = None
    metadata: dict[str, Any] = {}
    history: tuple[ThreadItem, ...] = Field(default=(), exclude=True, repr=False)


T = TypeVar("T")


class Page(_Frozen, Generic[T]):
    """A piece of a long list. Ask again with this `after` as long as `has_more` is true."""

    data: tuple[T, ...] = ()
    has_more: bool = False
    after: str | None = None


class Thread(ThreadMetadata):
    """A conversation with the first page of its items."""

    items: Page[VisibleItem] = Page()
