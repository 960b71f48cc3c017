"""FastAPI dependencies of every endpoint: the app's state, and the user who is asking."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from weakref import WeakValueDictionary

import anyio
import anyio.to_thread
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ValidationError

from chatlab.adapters.http.chatkit_reply_registry import ReplyRegistry
from chatlab.adapters.http.limits import ConcurrencyLimit, Limits
from chatlab.adapters.http.turn_registry import TurnRegistry
from chatlab.adapters.http.user_changes import UserChanges
from chatlab.context import RequestContext, RequestInfo
from chatlab.errors import SessionNotFound
from chatlab.frontend.markdown import rendered_for
from chatlab.server import ChatKitServer

__all__ = [
    "AppState",
    "AppStateDep",
    "Authenticate",
    "CurrentReader",
    "CurrentRequest",
    "CurrentUser",
    "SignIn",
    "SignOut",
    "UsedKey",
]

Authenticate = Callable[[str], RequestContext | Awaitable[RequestContext]]
"""Returns the context for a session key, or raises a `SessionError`."""

SignIn = Callable[[str], str]
"""Returns a session key for a user's name, or raises a `SessionError`."""

SignOut = Callable[[str], Awaitable[None] | None]
"""Ends a session key, such as `Sessions.end`."""

ForgetThread = Callable[[str, RequestContext], Awaitable[None]]
"""Deletes what the official protocol keeps beside a thread that is deleted."""

T = TypeVar("T")

_MAX_USER_AGENT_CHARS = 200

_RENDERING_THREADS = 2
"""More would not be faster: Python runs one at a time, and the loop has to have its turns."""


@dataclass
class AppState:
    """One app's server, its running turns, and how it knows people."""

    server: ChatKitServer[Any]
    authenticate: Authenticate
    sign_in: SignIn | None
    sign_out: SignOut | None
    limits: Limits
    changes: UserChanges
    turns: TurnRegistry
    replies: ReplyRegistry
    answers: ConcurrencyLimit
    requests: ConcurrencyLimit
    streams: ConcurrencyLimit
    rendering: anyio.CapacityLimiter
    rendering_of: WeakValueDictionary[str, asyncio.Lock]
    work_of: WeakValueDictionary[str, asyncio.Lock]
    forget_thread: ForgetThread | None = None
    prompts: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        server: ChatKitServer[Any],
        authenticate: Authenticate,
        sign_in: SignIn | None,
        sign_out: SignOut | None,
        limits: Limits,
    ) -> "AppState":
        """The state of an app that starts: no turn runs, and nobody reads."""
        changes = UserChanges()
        answers = ConcurrencyLimit("answers", limits.turns)
        return cls(
            server,
            authenticate,
            sign_in,
            sign_out,
            limits,
            changes,
            turns=TurnRegistry(limits, answers, changes=changes),
            replies=ReplyRegistry(limits, answers),
            answers=answers,
            requests=ConcurrencyLimit("requests", limits.requests),
            streams=ConcurrencyLimit("open streams", limits.streams),
            rendering=anyio.CapacityLimiter(_RENDERING_THREADS),
            rendering_of=WeakValueDictionary(),
            work_of=WeakValueDictionary(),
        )

    def one_at_a_time(self, context: RequestContext) -> asyncio.Lock:
        """What the user's requests take turns with, for work on the loop that is not quite short.

        However many of them there are, others wait for one piece of it each time the loop goes
        round.
        """
        return self.work_of.setdefault(context.user_id, asyncio.Lock())

    async def off_loop(self, work: Callable[[], T], context: RequestContext) -> T:
        """Do what takes the processor for long, such as rendering one text, in a thread.

        A user has one of the threads at a time, so that nobody waits for all of another's pages. A
        piece of work should be short, not a whole page.
        """
        own_turn = self.rendering_of.setdefault(context.user_id, asyncio.Lock())
        rendered_for.set(context.user_id)
        async with own_turn:
            return await anyio.to_thread.run_sync(work, limiter=self.rendering)


def _app_state(request: Request) -> AppState:
    return request.app.state.chatlab


AppStateDep = Annotated[AppState, Depends(_app_state)]

_bearer = HTTPBearer(auto_error=False, description="A session key.")


def _used_key(
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> str:
    if credentials is None:
        raise SessionNotFound
    return credentials.credentials


UsedKey = Annotated[str, Depends(_used_key)]


async def _current_user(
    request: Request, app_state: AppStateDep, session_key: UsedKey
) -> RequestContext:
    try:
        context = app_state.authenticate(session_key)
        if inspect.isawaitable(context):
            context = await context
    except ValidationError:  # a key for somebody whose name nobody may have
        raise SessionNotFound from None
    client = request.client
    agent = request.headers.get("user-agent", "")[:_MAX_USER_AGENT_CHARS]
    info = RequestInfo(ip=client.host if client else None, user_agent=agent or None)
    return context.model_copy(update={"request": info})


CurrentUser = Annotated[RequestContext, Depends(_current_user)]


async def _current_request(
    app_state: AppStateDep, context: CurrentUser
) -> AsyncGenerator[RequestContext]:
    with app_state.requests.acquire(context.user_id):
        yield context


CurrentRequest = Annotated[RequestContext, Depends(_current_request)]
"""As `CurrentUser`, for what asks the store: it counts as one of the user's requests."""


async def _current_reader(
    app_state: AppStateDep, context: CurrentRequest
) -> AsyncGenerator[RequestContext]:
    async with app_state.one_at_a_time(context):
        yield context


CurrentReader = Annotated[RequestContext, Depends(_current_reader)]
"""As `CurrentRequest`, for what reads a page: it is served when the user's others have been."""
