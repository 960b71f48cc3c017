"""Tells ChatKit's clients what happens in a turn, event by event (lesson 11).

| chatlab | official |
|---|---|
| first `AssistantMessage` of an item | `thread.item.added`, `content_part.added`, `text_delta` |
| `AssistantMessage` after it | `text_delta` |
| `ToolStatus`, `Task`: running | `thread.item.added`, then `workflow.task.updated` |
| `Widget` | nothing: its `ItemDone` or `ItemReplaced` follows |
| `ItemDone` | `content_part.done` for a message that was streamed; `thread.item.done` |
| `Notice` | `progress_update`, or `notice` |
| `ClientEffect` | `client_effect` |
| `ItemReplaced` | `thread.item.replaced` |
| `ThreadCreated`, `ThreadUpdated` | `thread.created`, `thread.updated` |
| `ErrorEvent` | `error`, with `code: custom`, the message and `allow_retry` |
"""

from chatkit import types as official
from pydantic_core import to_json

from chatlab.adapters.chatkit.items import (
    custom_task,
    official_item,
    official_page,
    official_thread,
    percent,
    workflow_of_task,
)
from chatlab.clock import Clock
from chatlab.errors import ChatlabError, TurnInProgress
from chatlab.events import (
    AssistantMessage,
    ClientEffect,
    ErrorEvent,
    ItemDone,
    ItemReplaced,
    Notice,
    Task,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdated,
    ToolStatus,
    Widget,
)

__all__ = ["EventTranslator", "delta_json", "refusal"]


class EventTranslator:
    """Follows one turn. The work per event does not depend on what has been said already."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, str] = {}

    def is_open(self, item_id: str) -> bool:
        """Whether the client has been told of the item, and not of its end."""
        return item_id in self._open

    def translate(self, event: ThreadStreamEvent) -> list[official.ThreadStreamEvent]:
        """What an official client is sent for it."""
        match event:
            case AssistantMessage():
                return self._delta(event)
            case ToolStatus(status="running") | Task(status="running"):
                return self._tool_or_task(event)
            case ToolStatus() | Task() | Widget():
                return []
            case ItemDone() | ItemReplaced():
                return self._item_done(event)
            case ThreadCreated() | ThreadUpdated():
                created = isinstance(event, ThreadCreated)
                kind = official.ThreadCreatedEvent if created else official.ThreadUpdatedEvent
                return [kind(thread=official_page(official_thread(event.thread)))]
            case ErrorEvent() | Notice() | ClientEffect():
                return [_transient(event)]

    def _delta(self, event: AssistantMessage) -> list[official.ThreadStreamEvent]:
        out: list[official.ThreadStreamEvent] = []
        if not event.item_id:  # an empty piece, outside of any message
            return out
        if event.item_id not in self._open:
            self._open[event.item_id] = ""
            item = official.AssistantMessageItem(
                id=event.item_id,
                thread_id=event.thread_id,
                created_at=self._clock.now(),
                content=[],
            )
            part = official.AssistantMessageContentPartAdded(
                content_index=0, content=official.AssistantMessageContent(text="")
            )
            out = [official.ThreadItemAddedEvent(item=item), _updated(event.item_id, part)]
        delta = official.AssistantMessageContentPartTextDelta(content_index=0, delta=event.content)
        return [*out, _updated(event.item_id, delta)]

    def _tool_or_task(self, event: ToolStatus | Task) -> list[official.ThreadStreamEvent]:
        is_open = event.item_id in self._open
        if isinstance(event, ToolStatus):
            line = event.detail or self._open.get(event.item_id, "")
            task = custom_task(event.tool, line, "running")
        else:
            line = percent(event.progress)
            task = custom_task(event.title, line, "running")
        self._open[event.item_id] = line
        if is_open:
            update = official.WorkflowTaskUpdated(task_index=0, task=task)
            return [_updated(event.item_id, update)]
        item = official.WorkflowItem(
            id=event.item_id,
            thread_id=event.thread_id,
            created_at=self._clock.now(),
            workflow=workflow_of_task(task, over=False),
        )
        return [official.ThreadItemAddedEvent(item=item)]

    def _item_done(self, event: ItemDone | ItemReplaced) -> list[official.ThreadStreamEvent]:
        item = official_item(event.item)
        if isinstance(event, ItemReplaced):
            return [official.ThreadItemReplacedEvent(item=item)]
        done = official.ThreadItemDoneEvent(item=item)
        streamed = self._open.pop(item.id, None) is not None
        if not (streamed and isinstance(item, official.AssistantMessageItem)):
            return [done]
        part = official.AssistantMessageContentPartDone(content_index=0, content=item.content[0])
        return [_updated(item.id, part), done]


def delta_json(piece: AssistantMessage) -> bytes:
    """The `text_delta` of a piece, as the official models dump it, without building them."""
    return (
        b'{"type":"thread.item.updated","item_id":%b,"update":'
        b'{"type":"assistant_message.content_part.text_delta","content_index":0,"delta":%b}}'
    ) % (to_json(piece.item_id), to_json(piece.content))


def refusal(error: Exception) -> official.ErrorEvent:
    """What is sent when a turn could not even begin: safe words, never out of the stream."""
    if isinstance(error, TurnInProgress):
        return official.ErrorEvent(
            message="This conversation is still being answered. Wait for it, then send again.",
            allow_retry=True,
        )
    if isinstance(error, ChatlabError):
        return _error(ErrorEvent.from_exception(error))
    return official.ErrorEvent(message="Something went wrong. Please try again.", allow_retry=True)


def _transient(event: ErrorEvent | Notice | ClientEffect) -> official.ThreadStreamEvent:
    """What is sent, and not kept."""
    if isinstance(event, ErrorEvent):
        return _error(event)
    if isinstance(event, ClientEffect):
        return official.ClientEffectEvent(name=event.name, data=event.data)
    if event.level == "progress":
        return official.ProgressUpdateEvent(text=event.message)
    return official.NoticeEvent(level=event.level, message=event.message, title=event.title)


def _error(event: ErrorEvent) -> official.ErrorEvent:
    return official.ErrorEvent(message=event.message, allow_retry=event.allow_retry)


def _updated(item_id: str, update: official.ThreadItemUpdate) -> official.ThreadItemUpdatedEvent:
    return official.ThreadItemUpdatedEvent(item_id=item_id, update=update)
