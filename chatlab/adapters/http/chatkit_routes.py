"""The official ChatKit protocol as an endpoint, for clients that know nothing of chatlab."""

import json
from typing import Any, cast

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from chatlab.adapters.chatkit import as_chatkit
from chatlab.adapters.http.dependencies import AppStateDep, CurrentUser
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.sse import EventStream
from chatlab.errors import InvalidInput
from chatlab.server import ChatKitServer

__all__ = ["chatkit_router"]

_BODY = {"content": {"application/json": {"schema": {"type": "object"}}}, "required": True}
_NOT_OFFERED = "This server keeps no files and understands no speech."
_ANSWER = {"application/json": {}, "text/event-stream": {"schema": {"type": "string"}}}


def chatkit_router(server: ChatKitServer[Any]) -> APIRouter:
    """`POST /chatkit`, with the official server around `server`."""
    router = APIRouter(responses=ERROR_RESPONSES, tags=["chatkit"])
    official = as_chatkit(server)

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
        app_state.replies.check(context)
        app_state.streams.check(context.user_id)
        try:
            if official.attachment_store is None and b'"attachments.' in body:
                raise NotImplementedError
            result: Any = await official.process(body, context)
        except ValidationError:
            raise InvalidInput(
                "The request", "is none of the protocol's", "Use an official client."
            ) from None
        except NotImplementedError:
            raise InvalidInput("The request", "is for what is not offered", _NOT_OFFERED) from None
        if hasattr(result, "json"):
            return Response(result.json, 200, {"Cache-Control": "no-store"}, "application/json")
        frames = aiter(result)
        reply = app_state.replies.start(frames, context, _thread_in(body))
        return EventStream(reply, app_state.streams, context.user_id)

    _ = chatkit
    return router


def _thread_in(body: bytes) -> str:
    """The conversation that the request names; the official server has read the request already."""
    asked = cast("dict[str, Any]", json.loads(body))
    return str(asked.get("params", {}).get("thread_id", ""))
