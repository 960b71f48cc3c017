"""What travels from your server to the user while a turn runs (lesson 03; all of it in 05)."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from chatlab.errors import (
    AgentError,
    InvalidInput,
    NotFoundError,
    PermissionDenied,
    RespondError,
    SessionError,
    StoreError,
)
from chatlab.items import ThreadMetadata, VisibleItem, WidgetNode

__all__ = [
    "MAX_TITLE",
    "AssistantMessage",
    "ClientEffect",
    "ErrorEvent",
    "HiddenContext",
    "ItemDone",
    "ItemReplaced",
    "Notice",
    "RespondEvent",
    "Task",
    "ThreadCreated",
    "ThreadStreamEvent",
    "ThreadUpdate",
    "ThreadUpdated",
    "ToolStatus",
    "Widget",
    "event_adapter",
]


MAX_TITLE = 200
"""How long a title from `respond()` may be, in characters: lists show many of them."""

_SHOWABLE_ERRORS = InvalidInput | NotFoundError | PermissionDenied | SessionError | RespondError
"""Errors whose own sentence a user may read."""


class _Event(BaseModel):
    """The three stamps are the server's to fill in: leave them out when you make an event.

    They say which thread and which item it belongs to; `seq` counts 1, 2, 3… within the turn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    thread_id: str = ""
    item_id: str = ""
    seq: int = 0


class AssistantMessage(_Event):
    """The next piece of what your server says. Pieces in a row make one message.

    With `end`, the message ends here; the next piece begins another one. An empty piece begins
    none, and has no `item_id` where none is open. `first_seq` is set when `coalesce` merged
    several pieces on their way: the `seq` of the first.
    """

    type: Literal["assistant_message"] = "assistant_message"
    content: str
    end: bool = Field(default=False, exclude=True, repr=False)
    first_seq: int | None = None


class ToolStatus(_Event):
    """A tool at work: `running`, then `completed` or `failed`.

    `detail` is the line that people see. `arguments` and `output` are for the program, and are
    kept in the thread. Without a `call_id`, a tool's last running call is meant.
    """

    type: Literal["tool_status"] = "tool_status"
    tool: str
    status: Literal["running", "completed", "failed"]
    detail: str = ""
    call_id: str | None = None
    arguments: dict[str, Any] | None = None
    output: Any = None


class Widget(_Event):
    """Something to see and perhaps to click; clicks come back to `action()`.

    With the `item_id` of a widget that is in the thread already, it takes that widget's place:
    so a card that was clicked can say what came of it, and offer nothing more.
    """

    type: Literal["widget"] = "widget"
    root: WidgetNode


class Task(_Event):
    """A background job, shown while its turn runs. Events of the same title are one job.

    `progress` runs from 0 to 1.
    """

    type: Literal["task"] = "task"
    title: str
    status: Literal["running", "completed", "failed"] = "running"
    progress: float = Field(default=0.0, ge=0.0, le=1.0)


def _as_title(text: str) -> str:
    return " ".join(text.split())[:MAX_TITLE]


class ThreadUpdate(_Event):
    """Call the conversation something, or note something with it; it goes out as `ThreadUpdated`.

    Without a `title` the thread keeps the one it has; it is one line, cut at `MAX_TITLE`.
    `metadata` is added to what is there.
    """

    type: Literal["thread_update"] = "thread_update"
    title: Annotated[str, AfterValidator(_as_title)] | None = None
    metadata: dict[str, Any] = {}


class HiddenContext(_Event):
    """Note something for the model: later turns have it in `history`, and no user is sent it."""

    type: Literal["hidden_context"] = "hidden_context"
    content: str


class Notice(_Event):
    """Tell the user something beside the conversation; it is not kept.

    `progress` is what is going on now; it stands until the next one, or the end of the turn.
    """

    type: Literal["notice"] = "notice"
    message: str
    level: Literal["progress", "info", "warning", "danger"] = "info"
    title: str | None = None


class ClientEffect(_Event):
    """Ask the user's program to do something, such as opening a page; it is not kept."""

    type: Literal["client_effect"] = "client_effect"
    name: str
    data: dict[str, Any] = {}


class ThreadCreated(_Event):
    """A new conversation began; it is in the store."""

    type: Literal["thread_created"] = "thread_created"
    thread: ThreadMetadata


class ThreadUpdated(_Event):
    """The thread is saved as it says: after a `ThreadUpdate`, and when the turn is over."""

    type: Literal["thread_updated"] = "thread_updated"
    thread: ThreadMetadata


class ItemDone(_Event):
    """An item is finished, and it is in the store."""

    type: Literal["item_done"] = "item_done"
    item: VisibleItem


class ItemReplaced(_Event):
    """An item that was in the thread already has become this one, and it is in the store."""

    type: Literal["item_replaced"] = "item_replaced"
    item: VisibleItem


class ErrorEvent(_Event):
    """The turn ended early. `message` is safe to show; details are in the server's log."""

    type: Literal["error"] = "error"
    code: str
    message: str
    allow_retry: bool = False

    @classmethod
    def from_exception(cls, error: Exception) -> Self:
        """What the user may read of an error: chatlab's own sentences, and nothing else's."""
        said = str(error).encode("utf-8", "replace").decode()  # half a character cannot be sent
        if isinstance(error, _SHOWABLE_ERRORS):
            return cls(code=error.code, message=said)
        code = "server_error"
        message = "Something went wrong while answering. What was said so far is kept."
        if isinstance(error, AgentError):
            code, message = error.code, said
        elif isinstance(error, StoreError):
            code = error.code
            message = "Conversations cannot be loaded or kept now. Try again later."
        return cls(code=code, message=message, allow_retry=True)


RespondEvent = (
    AssistantMessage
    | ToolStatus
    | Widget
    | Task
    | ThreadUpdate
    | HiddenContext
    | Notice
    | ClientEffect
)
"""What `respond()` and `action()` may yield; `Recorder.record` says what becomes of each."""

ThreadStreamEvent = Annotated[
    AssistantMessage
    | ToolStatus
    | Widget
    | Task
    | Notice
    | ClientEffect
    | ThreadCreated
    | ThreadUpdated
    | ItemDone
    | ItemReplaced
    | ErrorEvent,
    Field(discriminator="type"),
]
"""Everything that a turn can send, told apart by `type`."""

event_adapter: TypeAdapter[ThreadStreamEvent] = TypeAdapter(ThreadStreamEvent)
"""Reads and writes a `ThreadStreamEvent` as JSON."""
