"""What an app serves, and who asks it: every endpoint begins with these two."""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from chatlab.adapters.http.chatkit_replies import ReplyRegistry
from chatlab.adapters.http.limits import ConcurrencyLimit, Limits
from chatlab.adapters.http.turn_registry import TurnRegistry
from chatlab.context import RequestContext, RequestInfo
from chatlab.errors import SessionNotFound
from chatlab.server import ChatKitServer

__all__ = ["AppState", "AppStateDep", "Authenticate", "CurrentUser", "SignIn"]

Authenticate = Callable[[str], RequestContext | Awaitable[RequestContext]]
"""Gives the badge for a session key, or raises a `SessionError`."""

SignIn = Callable[[str], str]
"""Gives a session key for a user's name, or raises a `SessionError`."""

_USER_AGENT = 200


@dataclass
class AppState:
    """One app's server, its running turns, and how it knows people."""

    server: ChatKitServer[Any]
    authenticate: Authenticate
    sign_in: SignIn | None
    limits: Limits
    turns: TurnRegistry
    replies: ReplyRegistry
    streams: ConcurrencyLimit

    @classmethod
    def of(
        cls,
        server: ChatKitServer[Any],
        authenticate: Authenticate,
        sign_in: SignIn | None,
        limits: Limits,
    ) -> "AppState":
        """The service before anybody has come."""
        places = ConcurrencyLimit("open streams", limits.streams)
        turns, replies = TurnRegistry(limits), ReplyRegistry(limits)
        return cls(server, authenticate, sign_in, limits, turns, replies, places)


def _service(request: Request) -> AppState:
    return request.app.state.service


AppStateDep = Annotated[AppState, Depends(_service)]

_bearer = HTTPBearer(auto_error=False, description="A session key.")


async def _badge(
    request: Request,
    response: Response,
    service: AppStateDep,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> RequestContext:
    if given is None:
        raise SessionNotFound
    context = service.authenticate(given.credentials)
    if inspect.isawaitable(context):
        context = await context
    response.headers["Cache-Control"] = "no-store"
    client = request.client
    agent = request.headers.get("user-agent", "")[:_USER_AGENT]
    seen = RequestInfo(ip=client.host if client else None, user_agent=agent or None)
    return context.model_copy(update={"request": seen})


CurrentUser = Annotated[RequestContext, Depends(_badge)]
