"""An answer of which nothing is kept: for an official server that keeps the items itself."""

from collections.abc import AsyncGenerator
from typing import Any, cast

from chatkit import types as official

from chatlab.adapters.chatkit.events import EventTranslator
from chatlab.adapters.chatkit.items import official_item
from chatlab.cancellation import aclose
from chatlab.context import RequestContext
from chatlab.events import AssistantMessage, ThreadUpdate
from chatlab.items import Action, HiddenContextItem, UserMessageItem, WidgetItem
from chatlab.server import ANSWERED, ChatKitServer
from chatlab.turns.recorder import Recorder, is_update
from chatlab.turns.requests import TurnServices, as_widget
from chatlab.turns.turn import ensure_stream

__all__ = ["stream_unsaved"]


async def stream_unsaved(
    server: ChatKitServer[Any],
    thread: official.ThreadMetadata,
    context: RequestContext,
    *,
    input: UserMessageItem | None = None,
    action: Action | None = None,
    sender: official.WidgetItem | None = None,
) -> AsyncGenerator[official.ThreadStreamEvent]:
    """What a server answers to a message or a click, with nothing kept: that is the caller's part.

    The message and the widget are in the thread already, as an official server has it. What a
    `ThreadUpdate` says is written into `thread`, which that server compares and saves.
    """
    services = TurnServices(server.store, server.clock, server.new_id, server.history_limit)
    own_thread = await services.load_thread(thread.id, context, before=input and input.id)
    if action is None:
        stream = ensure_stream("respond", server.respond(own_thread, input, context))
    elif sender is not None and not _can_be_clicked(sender.widget.model_dump()):
        yield official.ThreadItemReplacedEvent(item=sender)  # who clicked has seen an older one
        stream = _already_answered()
    else:
        fix = "A click takes the id of a widget."
        card = sender and await _load_widget(services, thread, sender.id, context, fix)
        stream = ensure_stream("action", server.action(own_thread, action, card, context))
    recorder = Recorder(thread.id, server.clock, server.new_id)
    translator = EventTranslator(server.clock)
    try:
        async for event in stream:
            old = None
            if isinstance(event, ThreadUpdate):
                thread.title = thread.title if event.title is None else event.title
                thread.metadata |= event.metadata
                continue
            if is_update(event):
                fix = "A widget takes the place of a widget."
                old = await _load_widget(services, thread, event.item_id, context, fix)
            for out in _record(recorder, translator, event, old):
                yield out
    finally:
        await aclose(stream)
    for own in recorder.finish(completed=True):
        for out in translator.translate(own):
            yield out


def _can_be_clicked(node: Any) -> bool:
    """Whether the official tree does anything: chatlab's own item has no more than its words."""
    if isinstance(node, dict):
        named = cast("dict[str, Any]", node)
        if any(name.lower().endswith("action") and does for name, does in named.items()):
            return True
        return any(map(_can_be_clicked, named.values()))
    return isinstance(node, list) and any(map(_can_be_clicked, cast("list[Any]", node)))


async def _already_answered() -> AsyncGenerator[object]:
    yield AssistantMessage(content=ANSWERED)


async def _load_widget(
    services: TurnServices,
    thread: official.ThreadMetadata,
    item_id: str,
    context: RequestContext,
    fix: str,
) -> WidgetItem:
    return as_widget(await services.store.load_item(thread.id, item_id, context), fix)


def _record(
    recorder: Recorder, translator: EventTranslator, event: object, old: WidgetItem | None
) -> list[official.ThreadStreamEvent]:
    """What goes out for the event; hidden context, too, which that server keeps to itself."""
    out = [o for own in recorder.record(event, old=old) for o in translator.translate(own)]
    hidden = [item for item in recorder.unsaved if isinstance(item, HiddenContextItem)]
    recorder.unsaved.clear()
    return out + [official.ThreadItemDoneEvent(item=official_item(item)) for item in hidden]
