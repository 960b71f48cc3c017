"""The official server around a chatlab server: each streaming request is one turn (lesson 11)."""

import binascii
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from chatkit import actions as official_actions
from chatkit import server as official_server
from chatkit import store as official_store
from chatkit import types as official
from typing_extensions import override

from chatlab.adapters.chatkit.door import parse_request
from chatlab.adapters.chatkit.events import EventTranslator, delta_json, refusal
from chatlab.adapters.chatkit.exchange import ClosingResult, Exchange, OfficialInput
from chatlab.adapters.chatkit.items import (
    official_item,
    text_of,
    to_chatlab_action,
    to_chatlab_item,
)
from chatlab.adapters.chatkit.store import ChatKitStore
from chatlab.adapters.chatkit.stream_unsaved import stream_unsaved
from chatlab.context import RequestContext
from chatlab.errors import ChatlabError, InvalidInput, StoreError
from chatlab.events import AssistantMessage
from chatlab.items import UserMessageItem
from chatlab.server import ChatKitServer
from chatlab.stores.base import validate_limit
from chatlab.turns.turn import Turn

__all__ = ["WrappedServer"]

logger = logging.getLogger("chatlab")

_PAGE = official_server.DEFAULT_PAGE_SIZE


class WrappedServer(official_server.ChatKitServer[RequestContext]):
    """What `as_chatkit` makes. Subclass it for what chatlab has no word for, such as transcribing.

    Attributes:
        server: The chatlab server inside.
        store: Its store, as an official one.
        turn_bytes: How much a click that is answered at once may send; None for no limit.
    """

    store: ChatKitStore
    turn_bytes: int | None = None

    def __init__(
        self,
        server: ChatKitServer[Any],
        attachment_store: official_store.AttachmentStore[RequestContext] | None = None,
    ) -> None:
        self.server = server
        official_store = ChatKitStore(server.store, clock=server.clock, new_id=server.new_id)
        super().__init__(official_store, attachment_store)

    @override
    async def process(
        self, request: str | bytes | bytearray, context: RequestContext
    ) -> official_server.StreamingResult | official_server.NonStreamingResult:
        """Answer one request of the official protocol.

        Whatever happens in a stream is said in it. A message sent again with the same
        `idempotency_key` in the request's `metadata` is not answered twice.

        Raises:
            ValidationError: It is no such request.
            NotFoundError: There is no such thread, item or attachment for this user.
            InvalidInput: An id, a name, a limit, cursor or order that cannot be used.
            TurnInProgress: A thread that is being answered cannot be renamed or deleted.
        """
        parsed = parse_request(request)
        if official.is_streaming_req(parsed):
            return ClosingResult(self._frames(parsed, context))
        answer = await self._answer_once(parsed, context)
        return official_server.NonStreamingResult(answer)

    @override
    def respond(
        self,
        thread: official.ThreadMetadata,
        input_user_message: official.UserMessageItem | None,
        context: RequestContext,
    ) -> AsyncIterator[official.ThreadStreamEvent]:
        """What the server inside answers, for a server of yours that keeps the items itself."""
        own = None if input_user_message is None else to_chatlab_item(input_user_message)
        input = own if isinstance(own, UserMessageItem) else None
        return stream_unsaved(self.server, thread, context, input=input)

    @override
    def action(
        self,
        thread: official.ThreadMetadata,
        action: official_actions.Action[str, Any],
        sender: official.WidgetItem | None,
        context: RequestContext,
    ) -> AsyncIterator[official.ThreadStreamEvent]:
        """What the server inside does with a click, for a server of yours likewise."""
        clicked = to_chatlab_action(action)
        return stream_unsaved(self.server, thread, context, action=clicked, sender=sender)

    @override
    async def sync_action(
        self,
        thread: official.ThreadMetadata,
        action: official_actions.Action[str, Any],
        sender: official.WidgetItem | None,
        context: RequestContext,
    ) -> official.SyncCustomActionResponse:
        """Run the click's whole turn; give back the widget as it changed it, else its last item.

        Raises what the turn did.
        """
        item_id = sender and sender.id
        turn = self.server.act(to_chatlab_action(action), context, thread.id, item_id)
        last, changed, size = None, None, 0
        async with turn:
            async for event in turn:
                size += len(event.model_dump_json())
                if self.turn_bytes is not None and size > self.turn_bytes:
                    problem = f"was longer than {self.turn_bytes:,} bytes and was stopped"
                    raise InvalidInput("The answer", problem, "What was said is kept.")
                if event.type == "item_done":
                    last = official_item(event.item)
                elif event.type == "item_replaced" and item_id in {None, event.item_id}:
                    changed = official_item(event.item)
        if turn.error is not None:
            raise turn.error
        return official.SyncCustomActionResponse(updated_item=changed or last)

    @override
    async def add_feedback(
        self,
        thread_id: str,
        item_ids: list[str],
        feedback: official.FeedbackKind,
        context: RequestContext,
    ) -> None:
        """Keep it; `store.load_feedback` reads it."""
        await self.store.save_feedback(thread_id, item_ids, feedback, context)

    async def _answer_once(
        self, request: official.NonStreamingReq, context: RequestContext
    ) -> bytes:
        match request:
            case official.ThreadsUpdateReq():
                work = self._process_non_streaming(request, context)
                return await self.server.store.transaction(work)
            case official.ThreadsDeleteReq(params=params):
                async with self.server.store.turn(params.thread_id, context) as held:
                    return await held.begin(self._process_non_streaming(request, context))
            case official.ThreadsGetByIdReq(params=params):
                return await self._thread_with_items(params.thread_id, context)
            case official.ItemsListReq(params=params):
                limit = _PAGE if params.limit is None else params.limit
                ids = params.thread_id, params.after
                page = await self.store.load_visible_items(*ids, limit, params.order, context)
                return self._serialize(page)
            case _:
                await self._check(request, context)
        try:
            return await self._process_non_streaming(request, context)
        except (NotImplementedError, binascii.Error):
            raise _unsupported(request) from None

    async def _check(self, request: official.NonStreamingReq, context: RequestContext) -> None:
        """Refuse what the official server would do, or do halfway."""
        match request:
            case official.ThreadsListReq(params=params) if params.limit is not None:
                validate_limit(params.limit)
            case official.ThreadsSyncCustomActionReq(params=params) if params.item_id:
                item = await self.store.load_item(params.thread_id, params.item_id, context)
                if not isinstance(item, official.WidgetItem):
                    fix = "A click takes the id of a widget."
                    raise InvalidInput("item_id", f"names a {item.type}", fix)
            case official.InputTranscribeReq(params=params) if not params.audio_base64.isascii():
                raise _unsupported(request)
            case official.AttachmentsCreateReq() | official.AttachmentsDeleteReq():
                if self.attachment_store is None:
                    raise _unsupported(request)
                if isinstance(request, official.AttachmentsDeleteReq):
                    # The official server deletes the file before anybody asks whose it is.
                    await self.store.load_attachment(request.params.attachment_id, context)
            case _:
                pass

    async def _thread_with_items(self, thread_id: str, context: RequestContext) -> bytes:
        thread = await self.store.load_thread(thread_id, context)
        items = await self.store.load_visible_items(thread_id, None, _PAGE, "asc", context)
        full = official.Thread(**thread.model_dump(), items=items)
        return self._serialize(self._to_thread_response(full))

    async def _frames(
        self, request: official.StreamingReq, context: RequestContext
    ) -> AsyncGenerator[bytes]:
        async with aclosing(self._events(request, context)) as events:
            async for event in events:
                is_piece = isinstance(event, AssistantMessage)
                yield b"data: %b\n\n" % (delta_json(event) if is_piece else self._serialize(event))

    async def _events(
        self, request: official.StreamingReq, context: RequestContext
    ) -> AsyncGenerator[official.ThreadStreamEvent | AssistantMessage]:
        try:
            exchange = await self._start_exchange(request, context)
            async with aclosing(exchange.events()) as events:
                async for event in events:
                    yield event
        except Exception as error:
            if isinstance(error, StoreError) or not isinstance(error, ChatlabError):
                logger.exception("A request failed: %s", request.type)
            yield refusal(error)

    async def _start_exchange(
        self, request: official.StreamingReq, context: RequestContext
    ) -> Exchange:
        user_input, retries = None, None
        match request:
            case official.ThreadsCreateReq(params=params):
                user_input = await self._load_attachments(params.input, context, opens=True)
                turn = self._send(user_input, None, request.metadata, context)
            case official.ThreadsAddUserMessageReq(params=params):
                user_input = await self._load_attachments(params.input, context, opens=False)
                if "idempotency_key" in request.metadata:  # it is claimed before the thread is read
                    await self.store.load_thread(params.thread_id, context)
                turn = self._send(user_input, params.thread_id, request.metadata, context)
            case official.ThreadsRetryAfterItemReq(params=params):
                retries = params.item_id
                turn = self.server.retry(params.thread_id, retries, context)
            case official.ThreadsCustomActionReq(params=params):
                action = to_chatlab_action(params.action)
                turn = self.server.act(action, context, params.thread_id, params.item_id)
            case _:
                raise _unsupported(request)
        translation = EventTranslator(self.server.clock)
        options = self.get_stream_options
        return Exchange(turn, translation, self.store, context, options, user_input, retries)

    async def _load_attachments(
        self, input: official.UserMessageInput, context: RequestContext, *, opens: bool
    ) -> OfficialInput:
        ids = dict.fromkeys(input.attachments)
        attachments = [await self.store.load_attachment(id, context) for id in ids]
        return OfficialInput(input, attachments, opens)

    def _send(
        self,
        user_input: OfficialInput,
        thread_id: str | None,
        metadata: dict[str, Any],
        context: RequestContext,
    ) -> Turn:
        key = metadata.get("idempotency_key")
        if not isinstance(key, str | None):
            raise InvalidInput("idempotency_key", "is not a string", "Use a random UUID.")
        text = text_of(user_input.input.content)
        return self.server.send(text, context, thread_id, idempotency_key=key)


def _unsupported(request: official.StreamingReq | official.NonStreamingReq) -> InvalidInput:
    return InvalidInput("The request", f"is {request.type}", "This server does not take it.")
