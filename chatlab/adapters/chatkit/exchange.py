"""One turn for an official client: what it asked, and what it is sent (lesson 11)."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from chatkit import server as official_server
from chatkit import types as official
from typing_extensions import override

from chatlab.adapters.chatkit.events import EventTranslator
from chatlab.adapters.chatkit.items import official_item, official_page
from chatlab.adapters.chatkit.store import ChatKitStore
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput
from chatlab.events import (
    AssistantMessage,
    ErrorEvent,
    ItemDone,
    ThreadCreated,
    ThreadStreamEvent,
    ThreadUpdated,
)
from chatlab.items import UserMessageItem
from chatlab.stores.paging import iter_items
from chatlab.turns.turn import Turn

__all__ = ["ClosingResult", "Exchange", "OfficialInput", "Options"]

_Out = list[official.ThreadStreamEvent]

Options = Callable[[official.ThreadMetadata, RequestContext], official.StreamOptions]
"""What an official server's `get_stream_options` is."""


class ClosingResult(official_server.StreamingResult):
    """The official result, whose iterator closes the turn behind it when it is closed."""

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async with aclosing(self.json_events):
            async for frame in self.json_events:
                yield frame


@dataclass(frozen=True)
class OfficialInput:
    """What the user said, whole: chatlab's own item keeps the text of it."""

    input: official.UserMessageInput
    attachments: list[official.Attachment]
    opens_thread: bool

    def item(self, own: UserMessageItem) -> official.UserMessageItem:
        """It as an item of the thread."""
        return official.UserMessageItem(
            id=own.id,
            thread_id=own.thread_id,
            created_at=own.timestamp,
            content=self.input.content,
            attachments=[
                attachment.model_copy(update={"thread_id": own.thread_id})
                for attachment in self.attachments
            ],
            quoted_text=self.input.quoted_text,
            inference_options=self.input.inference_options,
        )


@dataclass
class Exchange:
    """Reads a chatlab turn and says it in official events.

    Attributes:
        retried_message_id: The message that is answered again, if one is.
    """

    turn: Turn
    translator: EventTranslator
    store: ChatKitStore
    context: RequestContext
    options: Options
    user_input: OfficialInput | None = None
    retried_message_id: str | None = None
    _opened: bool = False
    _created: bool = False
    _replaced: list[str] = field(default_factory=list[str])
    _new_message_id: str = ""

    def __post_init__(self) -> None:
        """Note which id the message gets, unless it came before under its key."""
        self._new_message_id = self.turn.message_id

    async def events(self) -> AsyncGenerator[official.ThreadStreamEvent | AssistantMessage]:
        """What is sent, in order; a piece of an open message as it is. Closing closes the turn."""
        async with self.turn as turn:
            async for event in turn:
                if isinstance(event, AssistantMessage) and self.translator.is_open(event.item_id):
                    yield event
                    continue
                for out in await self._translate(event):
                    yield out

    async def _translate(self, event: ThreadStreamEvent) -> _Out:
        if isinstance(event, ThreadCreated):
            self._created = True
        elif not self._opened and not isinstance(event, ErrorEvent):
            self._opened = True
            return await self._opening(event)
        removed: _Out = []
        if isinstance(event, ThreadUpdated) and self.turn.state == "completed":
            removed = [official.ThreadItemRemovedEvent(item_id=id) for id in self._replaced]
        return [*removed, *self.translator.translate(event)]

    async def _opening(self, event: ThreadStreamEvent) -> _Out:
        """What comes before the answer: the question, once it is in the store, and the options."""
        out: _Out = []
        question = event.item if isinstance(event, ItemDone) else None
        thread = await self.store.load_thread(self.turn.thread_id, self.context)
        if self.user_input is not None and self.user_input.opens_thread and not self._created:
            out.append(official.ThreadCreatedEvent(thread=official_page(thread)))
        if isinstance(question, UserMessageItem) and self.user_input is not None:
            out.append(
                official.ThreadItemDoneEvent(
                    item=await self._save_official_question(self.user_input, question)
                )
            )
        if self.retried_message_id is not None:
            later = iter_items(
                self.store.store, self.turn.thread_id, self.context, after=self.retried_message_id
            )
            self._replaced = [item.id async for item in later]
        options = self.options(thread, self.context)
        out.append(official.StreamOptionsEvent(stream_options=options))
        return (
            out
            if isinstance(question, UserMessageItem)
            else [*out, *self.translator.translate(event)]
        )

    async def _save_official_question(
        self, user_input: OfficialInput, own: UserMessageItem
    ) -> official.UserMessageItem:
        item = user_input.item(own)
        if own.id != self._new_message_id and await self._is_kept(item, own):
            return item
        for attachment in item.attachments:
            await self.store.save_attachment(attachment, self.context)
        if item != official_item(own):
            await self.store.save_original(own.thread_id, item, self.context)
        return item

    async def _is_kept(self, item: official.UserMessageItem, own: UserMessageItem) -> bool:
        """Whether all of a message that is sent again is there: its first try may have been cut.

        Raises:
            InvalidInput: Something else was said under its key, beside the same text.
        """
        kept = await self.store.load_item(own.thread_id, own.id, self.context)
        if kept == item:
            return True
        later = await self.store.store.load_thread_items(
            own.thread_id, own.id, 1, "asc", self.context
        )
        if later.data or kept != official_item(own):
            raise InvalidInput("idempotency_key", "was used for another message", "Use a new one.")
        return False
