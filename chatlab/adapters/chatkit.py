"""Puts a chatlab server behind the official ChatKit server, protocol and types (lesson 11).

    chat = as_chatkit(TaskManager(book, secret, store))
    result = await chat.process(await request.body(), context)

`process()` is all that a web framework needs. It runs a chatlab turn for each streaming request,
and sends what happens as official events (see `chatkit_events`). The turn belongs to whoever reads
the result: leaving the loop or closing the stream stops it, and what was said is kept. A server
over HTTP whose turns outlive their connections reads the result in a task of its own.
"""

import logging
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from typing_extensions import override

from chatlab.context import RequestContext
from chatlab.errors import ChatlabError, InvalidInput, MissingDependency
from chatlab.items import Action, UserMessageItem, WidgetItem
from chatlab.server import ChatKitServer
from chatlab.stores.base import checked_limit
from chatlab.turn import Turn, as_stream

try:
    with warnings.catch_warnings():
        # The package warns about classes of its own when it is imported.
        warnings.filterwarnings("ignore", "Direct usage of named widget", DeprecationWarning)
        from chatkit import actions as official_actions
        from chatkit import server as official_server
        from chatkit import store as official_store
        from chatkit import types as official

        from chatlab.adapters.chatkit_events import Translation, refusal
        from chatlab.adapters.chatkit_items import official_item, own_item, text_of
        from chatlab.adapters.chatkit_store import ChatKitNotFound, ChatKitStore
        from chatlab.adapters.chatkit_turn import Exchange, Said, thread_of, translated
    from pydantic import TypeAdapter
except ImportError as error:
    raise MissingDependency("openai-chatkit", "chatkit") from error

__all__ = ["ChatKitNotFound", "ChatKitStore", "WrappedServer", "as_chatkit"]

logger = logging.getLogger("chatlab")

_request_adapter: TypeAdapter[Any] = TypeAdapter(official.ChatKitReq)


def as_chatkit(
    server: ChatKitServer[Any],
    attachment_store: official_store.AttachmentStore[RequestContext] | None = None,
) -> "WrappedServer":
    """The official server around `server`; `attachment_store` makes the places to upload to."""
    return WrappedServer(server, attachment_store)


class WrappedServer(official_server.ChatKitServer[RequestContext]):
    """What `as_chatkit` makes. Subclass it for what chatlab has no word for, such as transcribing.

    Attributes:
        server: The chatlab server inside.
        store: Its store, as an official one.
    """

    store: ChatKitStore

    def __init__(
        self,
        server: ChatKitServer[Any],
        attachment_store: official_store.AttachmentStore[RequestContext] | None = None,
    ) -> None:
        self.server = server
        kept = ChatKitStore(server.store, clock=server.clock, new_id=server.new_id)
        super().__init__(kept, attachment_store)

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
            InvalidInput: A limit, cursor or order that cannot be used.
            TurnInProgress: A thread that is being answered cannot be renamed or deleted.
        """
        asked = _request_adapter.validate_json(request)
        if official.is_streaming_req(asked):
            return _ClosingResult(self._frames(asked, context))
        answer = await self._answered(asked, context)
        return official_server.NonStreamingResult(answer)

    @override
    async def respond(
        self,
        thread: official.ThreadMetadata,
        input_user_message: official.UserMessageItem | None,
        context: RequestContext,
    ) -> AsyncIterator[official.ThreadStreamEvent]:
        """What the server inside answers, for a server of yours that keeps the items itself."""
        said = None if input_user_message is None else own_item(input_user_message)
        begun = await thread_of(self.server, thread.id, context, before=said and said.id)
        input = cast("UserMessageItem | None", said)
        answer = as_stream("respond", self.server.respond(begun, input, context))
        async with aclosing(translated(self.server, thread.id, answer)) as events:
            async for event in events:
                yield event

    @override
    async def action(
        self,
        thread: official.ThreadMetadata,
        action: official_actions.Action[str, Any],
        sender: official.WidgetItem | None,
        context: RequestContext,
    ) -> AsyncIterator[official.ThreadStreamEvent]:
        """What the server inside does with a click, for a server of yours likewise."""
        begun = await thread_of(self.server, thread.id, context)
        widget = None
        if sender is not None:
            widget = await self.server.store.load_item(thread.id, sender.id, context)
        clicked = cast("WidgetItem | None", widget)
        answer = self.server.action(begun, _own_action(action), clicked, context)
        async with aclosing(
            translated(self.server, thread.id, as_stream("action", answer))
        ) as events:
            async for event in events:
                yield event

    @override
    async def sync_action(
        self,
        thread: official.ThreadMetadata,
        action: official_actions.Action[str, Any],
        sender: official.WidgetItem | None,
        context: RequestContext,
    ) -> official.SyncCustomActionResponse:
        """Run the click's whole turn; give back the last item that it left. Raises what it did."""
        item_id = sender and sender.id
        turn = self.server.act(_own_action(action), context, thread.id, item_id)
        last = None
        async with turn:
            async for event in turn:
                if event.type == "item_done":
                    last = official_item(event.item)
        if turn.error is not None:
            raise turn.error
        return official.SyncCustomActionResponse(updated_item=last)

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

    async def _answered(self, asked: official.NonStreamingReq, context: RequestContext) -> bytes:
        match asked:
            case official.ThreadsUpdateReq() | official.ThreadsDeleteReq():
                # A turn saves its thread at its end: a new title in between would be lost.
                async with self.server.store.turn(asked.params.thread_id, context):
                    return await self._process_non_streaming(asked, context)
            case official.AttachmentsDeleteReq():
                # The official server deletes the file before anybody asks whose it is.
                await self.store.load_attachment(asked.params.attachment_id, context)
            case official.ThreadsListReq() | official.ItemsListReq():
                if asked.params.limit is not None:
                    checked_limit(asked.params.limit)
            case _:
                pass
        return await self._process_non_streaming(asked, context)

    async def _frames(
        self, asked: official.StreamingReq, context: RequestContext
    ) -> AsyncGenerator[bytes]:
        async with aclosing(self._events(asked, context)) as events:
            async for event in events:
                yield b"data: " + self._serialize(event) + b"\n\n"

    async def _events(
        self, asked: official.StreamingReq, context: RequestContext
    ) -> AsyncGenerator[official.ThreadStreamEvent]:
        try:
            exchange = await self._exchange(asked, context)
            async with aclosing(exchange.events()) as events:
                async for event in events:
                    yield event
        except Exception as error:
            if not isinstance(error, ChatlabError):
                logger.exception("A request failed: %s", asked.type)
            yield refusal(error)

    async def _exchange(self, asked: official.StreamingReq, context: RequestContext) -> Exchange:
        said, retries = None, None
        match asked:
            case official.ThreadsCreateReq(params=params):
                said = await self._said(params.input, context, opens=True)
                turn = self._sent(said, None, asked.metadata, context)
            case official.ThreadsAddUserMessageReq(params=params):
                said = await self._said(params.input, context, opens=False)
                turn = self._sent(said, params.thread_id, asked.metadata, context)
            case official.ThreadsRetryAfterItemReq(params=params):
                retries = params.item_id
                turn = self.server.retry(params.thread_id, retries, context)
            case official.ThreadsCustomActionReq(params=params):
                action = _own_action(params.action)
                turn = self.server.act(action, context, params.thread_id, params.item_id)
            case _:
                raise InvalidInput(
                    "The request", f"is {asked.type}", "This server never asks for that."
                )
        translation = Translation(self.server.clock)
        options = self.get_stream_options
        return Exchange(turn, translation, self.store, context, options, said, retries)

    async def _said(
        self, input: official.UserMessageInput, context: RequestContext, *, opens: bool
    ) -> Said:
        attachments = [await self.store.load_attachment(id, context) for id in input.attachments]
        return Said(input, attachments, opens)

    def _sent(
        self, said: Said, thread_id: str | None, metadata: dict[str, Any], context: RequestContext
    ) -> Turn:
        key = metadata.get("idempotency_key")
        if not isinstance(key, str | None):
            raise InvalidInput("idempotency_key", "is no text", "Use a random UUID.")
        text = text_of(said.input.content)
        return self.server.send(text, context, thread_id, idempotency_key=key)


class _ClosingResult(official_server.StreamingResult):
    """The official result, whose iterator closes the stream behind it when it is closed."""

    @override
    async def __aiter__(self) -> AsyncGenerator[bytes]:
        async with aclosing(self.json_events):
            async for frame in self.json_events:
                yield frame


def _own_action(action: official_actions.Action[str, Any]) -> Action:
    payload: Any = {} if action.payload is None else action.payload
    if not isinstance(payload, dict):
        raise InvalidInput("The action's payload", "is no object", "Send names and values.")
    return Action(type=action.type, payload=cast("dict[str, Any]", payload))
