"""The official ChatKit protocol as an endpoint, for clients that know nothing of chatlab.

It has the same limits as chatlab's own.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from chatlab.adapters.chatkit import as_chatkit
from chatlab.adapters.chatkit.door import ids_in, parse_request
from chatlab.adapters.http.dependencies import AppState, AppStateDep, CurrentUser
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.limits import AnswerLimit
from chatlab.adapters.http.sse import EventStream
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput

__all__ = ["chatkit_router"]

_BODY = {"content": {"application/json": {"schema": {"type": "object"}}}, "required": True}
_READS = {"threads.get_by_id", "threads.list", "items.list"}
_NOT_OFFERED = "This server keeps no files and understands no speech."
_ANSWER = {"application/json": {}, "text/event-stream": {"schema": {"type": "string"}}}


def chatkit_router(app_state: AppState) -> APIRouter:
    """`POST /chatkit`, with the official server around the app's own."""
    router = APIRouter(responses=ERROR_RESPONSES, tags=["chatkit"])
    official, limits = as_chatkit(app_state.server), app_state.limits
    app_state.forget_thread = official.store.forget_thread
    official.turn_bytes = limits.turn_bytes

    @router.post(
        "/chatkit",
        status_code=200,
        response_class=Response,
        responses={200: {"content": _ANSWER}},
        openapi_extra={"requestBody": _BODY},
    )
    async def chatkit(request: Request, app_state: AppStateDep, context: CurrentUser) -> Response:
        """A request of the official protocol; its streams have no cursors."""
        body = await request.body()
        try:
            asked = parse_request(body)
            if official.attachment_store is None and asked.type.startswith("attachments."):
                raise NotImplementedError
            limits.check_ids(id for _, id in ids_in(asked))
            limits.check_metadata(json.dumps(asked.metadata))
            work = partial(official.process, body, context)
            result = await _within_limits(work, asked, app_state, context)
        except ValidationError:
            raise InvalidInput(
                "The request", "is not part of the protocol", "Use an official client."
            ) from None
        except NotImplementedError:
            raise InvalidInput(
                "The request", "is for something not offered", _NOT_OFFERED
            ) from None
        if hasattr(result, "json"):
            return Response(result.json, media_type="application/json")
        app_state.streams.check(context.user_id)
        thread_id = getattr(asked.params, "thread_id", "")
        reply = app_state.replies.start(aiter(result), context, thread_id)
        return EventStream(reply, app_state.streams, context.user_id)

    _ = chatkit
    return router


async def _within_limits(
    work: Callable[[], Awaitable[Any]], asked: Any, app_state: AppState, context: RequestContext
) -> Any:
    """The result; a click that is answered at once is an answer like those that are streamed."""
    is_answer = asked.type == "threads.sync_custom_action"
    places = app_state.answers if is_answer else app_state.requests
    limit = AnswerLimit(app_state.limits)
    in_turn = app_state.one_at_a_time(context) if asked.type in _READS else nullcontext()

    async def limited() -> Any:
        async with limit.in_time(), in_turn:
            return await work()
        raise HTTPException(503, limit.reached)

    with places.acquire(context.user_id):
        if is_answer:
            return await app_state.replies.answer(limited(), context, asked.params.thread_id)
        return await limited()
