"""What a turn leaves behind: events become items, and go out with their stamps (lesson 03)."""

from typing import Any, TypeGuard, TypeVar

from pydantic import ValidationError

from chatlab.clock import Clock, NewId
from chatlab.errors import RespondError
from chatlab.events import (
    AssistantMessage,
    ClientEffect,
    ErrorEvent,
    HiddenContext,
    ItemDone,
    ItemReplaced,
    Notice,
    RespondEvent,
    Task,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdated,
    ToolStatus,
    Widget,
)
from chatlab.items import (
    AssistantMessageItem,
    HiddenContextItem,
    TaskItem,
    ThreadItem,
    ToolItem,
    VisibleItem,
    WidgetItem,
)

__all__ = ["Recorder", "is_update"]

TEvent = TypeVar(
    "TEvent",
    bound=RespondEvent | ThreadCreated | ThreadUpdated | ItemDone | ItemReplaced | ErrorEvent,
)


class Recorder:
    """Follows one turn: which items are open, which are finished, which number comes next.

    The work per event does not depend on how long the message is already: its pieces go into a
    buffer, which is read once, when the message is finished.

    Attributes:
        thread_id: The thread that the turn belongs to.
        unsaved: Finished items, in order, until `TurnRunner` saves them and takes them out.
        item_ids: Every item that has gone out, in order; the user's message first.
    """

    def __init__(self, thread_id: str, clock: Clock, new_id: NewId) -> None:
        self.unsaved: list[ThreadItem] = []
        self.item_ids: list[str] = []
        self.thread_id = thread_id
        self._clock = clock
        self._new_id = new_id
        self._seq = 0
        self._message: AssistantMessageItem | None = None
        self._text = bytearray()
        self._pending_surrogate = ""
        self._calls: dict[str, ToolItem] = {}
        self._jobs: dict[str, TaskItem] = {}

    def record(
        self, event: object, method: str = "respond", old: WidgetItem | None = None
    ) -> list[ThreadStreamEvent]:
        """Record what the method yielded; return what goes out for it, stamped, in order.

        `old` is the item whose place a widget takes. An item that is finished or replaced waits
        in `unsaved`: save first, send afterwards.

        Raises:
            RespondError: It is nothing that `respond()` may yield.
        """
        if isinstance(event, AssistantMessage):
            delta = self.record_piece(event)
            return [delta, *self._end_message()] if event.end else [delta]
        if isinstance(event, ToolStatus | Widget | Task | HiddenContext | Notice | ClientEffect):
            _check_json(event, method)
        match event:
            case ToolStatus():
                return [*self._end_message(), *self._record_tool(event)]
            case Widget():
                return [*self._end_message(), *self._record_widget(event, old)]
            case Task():
                return [*self._end_message(), *self._record_task(event)]
            case Notice() | ClientEffect():
                return [self.stamp(event)]
            case HiddenContext():
                fields = self._new_item_fields("ctx", event.content)
                self.unsaved.append(HiddenContextItem(**fields))
                return []
            case ItemDone() | ItemReplaced() | ErrorEvent() | ThreadCreated() | ThreadUpdated():
                fix = "The server sends that one itself; to end in an error, raise it."
            case str():
                fix = "Wrap it: yield AssistantMessage(content=...)."
            case _:
                fix = "Yield AssistantMessage, ToolStatus, Widget or Task."
        raise RespondError(method, type(event).__name__, fix)

    def finish(self, *, completed: bool) -> list[ThreadStreamEvent]:
        """Close what is open; return what goes out for it.

        The open message is incomplete unless the turn completed. A call or a job that was never
        said to end is incomplete either way.
        """
        out = self._end_message(completed=completed)
        for unfinished in (*self._calls.values(), *self._jobs.values()):
            out.append(self._finish_item(unfinished.model_copy(update={"status": "incomplete"})))
        self._calls.clear()
        self._jobs.clear()
        return out

    def stamp(self, event: TEvent, item_id: str = "") -> TEvent:
        """Give the event its thread, item and number: in place, or in a copy if it went out before.

        Nobody has seen a fresh event yet, so that changing it is safe, and three times as fast.
        """
        if event.seq:
            event = event.model_copy()
        self._seq += 1
        stamps = vars(event)
        stamps["thread_id"], stamps["item_id"], stamps["seq"] = self.thread_id, item_id, self._seq
        return event

    def item_done(self, item: VisibleItem) -> ItemDone:
        """What goes out for an item; it has to be in the store before this is sent."""
        self.item_ids.append(item.id)
        return self.stamp(ItemDone(item=item), item.id)

    def _finish_item(self, item: VisibleItem) -> ItemDone:
        self.unsaved.append(item)
        return self.item_done(item)

    def _new_item_fields(self, prefix: str, content: str = "") -> dict[str, Any]:
        return {
            "id": self._new_id(prefix),
            "thread_id": self.thread_id,
            "content": content,
            "timestamp": self._clock.now(),
        }

    def record_piece(self, event: AssistantMessage) -> AssistantMessage:
        """Add the piece to what is being said, and stamp it; whether it ends there is not asked."""
        content = event.content
        if self._pending_surrogate or not content.isascii():
            content = self._whole_characters(content)
        ends_in_half = event.end and self._pending_surrogate
        if self._message is None and (content or ends_in_half):
            self._message = AssistantMessageItem(**self._new_item_fields("msg"))
        self._text += content.encode()
        delta = self.stamp(event, self._message.id if self._message else "")
        vars(delta)["content"], vars(delta)["first_seq"] = content, None
        return delta

    def _whole_characters(self, text: str) -> str:
        """The text with surrogate pairs joined; the first half of one waits for the next piece."""
        text, self._pending_surrogate = self._pending_surrogate + text, ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._pending_surrogate = text[:-1], text[-1]
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
        return text.encode("utf-8", "replace").decode()

    def _end_message(self, *, completed: bool = True) -> list[ThreadStreamEvent]:
        out: list[ThreadStreamEvent] = []
        if self._pending_surrogate:  # its other half never came
            self._pending_surrogate = ""
            out = [self.record_piece(AssistantMessage(content="?"))]
        if self._message is None:
            return out
        status = "completed" if completed else "incomplete"
        changes = {"content": self._text.decode(), "status": status}
        item = self._message.model_copy(update=changes)
        self._message, self._text = None, bytearray()
        return [*out, self._finish_item(item)]

    def _record_tool(self, event: ToolStatus) -> list[ThreadStreamEvent]:
        call_id = event.call_id or self._last_call(event.tool) or self._new_id("call")
        call = self._calls.pop(call_id, None) or ToolItem(
            **self._new_item_fields("tool"), tool=event.tool, call_id=call_id
        )
        arguments = call.arguments if event.arguments is None else event.arguments
        changes = {"content": event.detail or call.content, "arguments": arguments}
        call = call.model_copy(update=changes)
        out: list[ThreadStreamEvent] = [self.stamp(event, call.id)]
        vars(out[0])["call_id"] = call_id
        if event.status == "running":
            self._calls[call_id] = call
        else:
            result = {"outcome": event.status, "output": event.output}
            out.append(self._finish_item(call.model_copy(update=result)))
        return out

    def _last_call(self, tool: str) -> str | None:
        return next((id for id, call in reversed(self._calls.items()) if call.tool == tool), None)

    def _record_widget(self, event: Widget, old: WidgetItem | None) -> list[ThreadStreamEvent]:
        text = _text_of(event.root)
        if old is None:
            item = WidgetItem(**self._new_item_fields("wdg", text), widget=event.root)
            return [self.stamp(event, item.id), self._finish_item(item)]
        item = old.model_copy(update={"content": text, "widget": event.root})
        self.unsaved.append(item)
        return [self.stamp(event, item.id), self.stamp(ItemReplaced(item=item), item.id)]

    def _record_task(self, event: Task) -> list[ThreadStreamEvent]:
        job = self._jobs.pop(event.title, None) or TaskItem(
            **self._new_item_fields("job", event.title), title=event.title
        )
        job = job.model_copy(update={"progress": event.progress})
        out: list[ThreadStreamEvent] = [self.stamp(event, job.id)]
        if event.status == "running":
            self._jobs[event.title] = job
        else:
            out.append(self._finish_item(job.model_copy(update={"outcome": event.status})))
        return out


def is_update(event: object) -> TypeGuard[Widget]:
    """Whether it takes a widget's place; one that went out before, with a `seq`, does not."""
    return isinstance(event, Widget) and event.item_id != "" and not event.seq


def _check_json(event: RespondEvent, method: str) -> None:
    """Refuse what nobody could read back, before any of it is kept or sent."""
    try:
        type(event).model_validate_json(event.model_dump_json())
    except (ValueError, RecursionError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        got = f"{type(event).__name__} that cannot be kept as JSON"
        raise RespondError(method, got, f"{reason}.") from None


def _text_of(node: Any) -> str:
    """What a widget says, for those who cannot see it: its words, a line each."""
    words = (getattr(node, name, None) for name in ("title", "value", "label"))
    below = (_text_of(child) for child in getattr(node, "children", ()))
    return "\n".join(text for text in (*words, *below) if text)
