"""Chatlab's threads and items in ChatKit's words, and back (lesson 11).

One item here is one item there, under the same id. A tool's call and a background job become a
`WorkflowItem` with one task: of the official items, it alone can be updated while the work goes
on. (`ClientToolCallItem` asks the browser to do the work; `TaskItem` cannot change.) Arguments and
outputs of tools are for the program: they stay in the store and are not sent.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, cast

from chatkit import actions as official_actions
from chatkit import types as official

from chatlab.adapters.chatkit.widgets import official_widget
from chatlab.errors import InvalidInput
from chatlab.items import (
    Action,
    AssistantMessageItem,
    HiddenContextItem,
    TaskItem,
    Text,
    ThreadItem,
    ThreadMetadata,
    ToolItem,
    UserMessageItem,
    WidgetItem,
)

__all__ = [
    "custom_task",
    "official_item",
    "official_page",
    "official_thread",
    "percent",
    "text_of",
    "to_chatlab_action",
    "to_chatlab_item",
    "to_chatlab_thread",
    "with_timezone",
    "workflow_of_task",
]

_THREAD_KEY = "chatkit"

Outcome = Literal["running", "completed", "failed"] | None


def official_item(item: ThreadItem) -> official.ThreadItem:
    """The item as an official client sees it."""
    base: dict[str, Any] = {
        "id": item.id,
        "thread_id": item.thread_id,
        "created_at": item.timestamp,
    }
    match item:
        case UserMessageItem():
            content = official.UserMessageTextContent(text=item.content)
            options = official.InferenceOptions()
            return official.UserMessageItem(**base, content=[content], inference_options=options)
        case AssistantMessageItem():
            answer = official.AssistantMessageContent(text=item.content)
            return official.AssistantMessageItem(**base, content=[answer])
        case WidgetItem():
            root = official_widget(item.widget)
            return official.WidgetItem(**base, widget=root, copy_text=item.content or None)
        case HiddenContextItem():
            return official.HiddenContextItem(**base, content=item.content)
        case ToolItem():
            task = custom_task(item.tool, item.content, item.outcome)
        case TaskItem():
            task = custom_task(item.title, percent(item.progress), item.outcome)
    return official.WorkflowItem(**base, workflow=workflow_of_task(task, over=True))


def custom_task(name: str, line: str, status: Outcome) -> official.CustomTask:
    """A tool's call or a background job at one moment; `line` is what is said of it."""
    icons = {"completed": "check-circle", "failed": "lucide:circle-x"}
    indicators = {"running": "loading", "completed": "complete"}
    task = {
        "title": name.replace("_", " ").capitalize(),
        "content": line or None,
        "icon": icons.get(status or "", "bolt"),
        "status_indicator": indicators.get(status or "", "none"),
    }
    return official.CustomTask.model_validate(task)


def percent(progress: float) -> str:
    """How far a job is, in words."""
    return f"{progress:.0%}"


def workflow_of_task(task: official.CustomTask, *, over: bool) -> official.Workflow:
    """What holds that one task; when it is over, it folds to the task's title."""
    summary = official.CustomSummary(title=task.title or "", icon=task.icon) if over else None
    return official.Workflow(type="custom", tasks=[task], summary=summary)


def to_chatlab_item(  # noqa: PLR0911 - each kind of item is one line
    item: official.ThreadItem,
) -> ThreadItem:
    """The nearest item that chatlab has; `ChatKitStore` keeps beside it what this leaves out."""
    base: dict[str, Any] = {
        "id": item.id,
        "thread_id": item.thread_id,
        "timestamp": with_timezone(item.created_at),
    }
    match item:
        case official.UserMessageItem():
            return UserMessageItem(**base, content=text_of(item.content))
        case official.AssistantMessageItem():
            return AssistantMessageItem(**base, content="".join(part.text for part in item.content))
        case official.WidgetItem():
            words = item.copy_text or ""
            return WidgetItem(**base, content=words, widget=Text(value=words))
        case official.ClientToolCallItem():
            done = item.status == "completed"
            ended: dict[str, Any] = {"outcome": "completed"} if done else {"status": "incomplete"}
            call: dict[str, Any] = {
                "tool": item.name,
                "call_id": item.call_id,
                "arguments": item.arguments,
            }
            return ToolItem(**base, **call, **ended, content=item.name, output=item.output)
        case official.TaskItem(task=task):
            return _task_item(base, task.title)
        case official.WorkflowItem(workflow=official.Workflow(tasks=tasks, summary=summary)):
            titles = [getattr(summary, "title", None), *(task.title for task in tasks)]
            return _task_item(base, next((title for title in titles if title), None))
        case official.HiddenContextItem() | official.SDKHiddenContextItem():
            text = item.content if isinstance(item.content, str) else json.dumps(item.content)
            return HiddenContextItem(**base, content=text)
        case _:
            kind: dict[str, Any] = {"tool": item.type, "call_id": item.id, "outcome": "completed"}
            return ToolItem(**base, **kind, content="")


def _task_item(base: dict[str, Any], title: str | None) -> TaskItem:
    words = title or "Work"
    return TaskItem(**base, content=words, title=words, outcome="completed", progress=1)


def text_of(content: Sequence[official.UserMessageContent]) -> str:
    """What the user wrote, tags included, as one text."""
    return "".join(part.text for part in content)


def to_chatlab_action(action: official_actions.Action[str, Any]) -> Action:
    """What was clicked. Raises `InvalidInput` when its payload is neither an object nor nothing."""
    payload: Any = {} if action.payload is None else action.payload
    if not isinstance(payload, dict):
        raise InvalidInput("The action's payload", "is not an object", "Send names and values.")
    return Action(type=action.type, payload=cast("dict[str, Any]", payload))


def official_thread(thread: ThreadMetadata) -> official.ThreadMetadata:
    """The thread as an official server knows it; whose it is stays in the store."""
    metadata = dict(thread.metadata)
    more, kept = dict[str, Any](), metadata.get(_THREAD_KEY)
    # A server's own note may stand under the name that is ours.
    if isinstance(kept, dict) and kept.keys() == {"status", "allowed_image_domains"}:
        more = cast("dict[str, Any]", metadata.pop(_THREAD_KEY))
    return official.ThreadMetadata(
        id=thread.id, title=thread.title, created_at=thread.created_at, metadata=metadata, **more
    )


def official_page(thread: official.ThreadMetadata) -> official.Thread:
    """The thread as it goes to a client: without metadata, its items to be asked for."""
    shown = thread.model_dump(exclude={"metadata", "items"})
    return official.Thread(**shown, items=official.Page())


def to_chatlab_thread(
    thread: official.ThreadMetadata, user_id: str, now: datetime
) -> ThreadMetadata:
    """The thread with its owner; status and image domains go into its metadata.

    Raises:
        InvalidInput: Its own metadata has the key that those are kept under.
    """
    if _THREAD_KEY in thread.metadata:
        raise InvalidInput("metadata", f"has the key {_THREAD_KEY!r}", "Choose another name.")
    more = thread.model_dump(mode="json", include={"status", "allowed_image_domains"})
    if more == {"status": {"type": "active"}, "allowed_image_domains": None}:
        more = {}
    metadata = thread.metadata | ({_THREAD_KEY: more} if more else {})
    return ThreadMetadata(
        id=thread.id,
        user_id=user_id,
        title=thread.title,
        created_at=with_timezone(thread.created_at),
        updated_at=now,
        metadata=metadata,
    )


def with_timezone(moment: datetime) -> datetime:
    """The same moment with its zone: a naive one is this machine's local time, as ChatKit's are."""
    return moment.astimezone(UTC) if moment.tzinfo is None else moment
