"""Serves a chat server over HTTP (lesson 11).

    app = create_app(TaskManager(book, secret, store), authenticate)   # then: uvicorn module:app

The app owns the turn, not the connection. A turn writes its events to a log, and connections read
from that. A client that drops loses nothing: the turn goes on, and the client comes back with the
number of the last event that it has. Stop is a request of its own.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from chatlab.errors import MissingDependency
from chatlab.server import ChatKitServer

try:
    from fastapi import FastAPI
    from starlette.middleware.cors import CORSMiddleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from chatlab.adapters.http.answer_headers import AnswerHeaders
    from chatlab.adapters.http.body_limit import BodyLimit
    from chatlab.adapters.http.dependencies import AppState, Authenticate, SignIn, SignOut
    from chatlab.adapters.http.error_handlers import answer_errors
    from chatlab.adapters.http.jwt_auth import JWTAuthenticator
    from chatlab.adapters.http.limits import Limits
    from chatlab.adapters.http.page_list_routes import page_lists
    from chatlab.adapters.http.page_routes import page
    from chatlab.adapters.http.routes import api
    from chatlab.adapters.http.session_routes import sessions
    from chatlab.adapters.http.thread_routes import thread_api
except ImportError as error:
    raise MissingDependency("fastapi", "http") from error

__all__ = [
    "LOCAL_HOSTS",
    "Authenticate",
    "JWTAuthenticator",
    "Limits",
    "SignIn",
    "SignOut",
    "create_app",
]

LOCAL_HOSTS = ("127.0.0.1", "localhost")
"""The names of this machine: a page of another site that has its name point here is refused."""


def create_app(
    server: ChatKitServer[Any],
    authenticate: Authenticate,
    *,
    sign_in: SignIn | None = None,
    sign_out: SignOut | None = None,
    limits: Limits | None = None,
    origins: Sequence[str] = (),
    hosts: Sequence[str] | None = None,
    chatkit: bool = True,
    prompts: Sequence[str] = (),
) -> FastAPI:
    """The app, for uvicorn or any other ASGI server.

    Args:
        server: What answers.
        authenticate: Gives the badge for a session key, or raises a `SessionError`.
        sign_in: Gives a session key for a name; without it, nobody can log in here.
        sign_out: Ends a session key, such as `Sessions.end`; without it, keys end by their time.
        limits: How much one user may ask for at a time.
        origins: Other web sites whose pages may call this, such as `https://example.org`.
        hosts: The names that this server answers to, such as `chat.example.org`. By default those
            of this machine, `LOCAL_HOSTS`, if anybody can log in here by a name alone (`sign_in`),
            and otherwise every name.
        chatkit: Serve the official ChatKit protocol at `/chatkit`, too.
        prompts: What the page proposes to say first, under the server's greeting.

    Raises:
        MissingDependency: openai-chatkit is not installed, and `chatkit` is true.
    """
    limits = Limits() if limits is None else limits
    app = FastAPI(title="chatlab", lifespan=_closing_turns, docs_url=None, redoc_url=None)
    app.state.chatlab = AppState.of(server, authenticate, sign_in, sign_out, limits)
    app.state.chatlab.prompts = tuple(prompts)
    answer_errors(app)
    for router in (sessions, api, thread_api, page_lists, page):
        app.include_router(router)
    if chatkit:
        from chatlab.adapters.http.chatkit_routes import chatkit_router

        app.include_router(chatkit_router(app.state.chatlab))
    if hosts is None:
        hosts = ("*",) if sign_in is None else LOCAL_HOSTS
    _guard(app, limits, origins, hosts)
    return app


@asynccontextmanager
async def _closing_turns(app: FastAPI) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        app_state: AppState = app.state.chatlab
        app_state.changes.close()
        await app_state.turns.aclose()
        await app_state.replies.aclose()


def _guard(app: FastAPI, limits: Limits, origins: Sequence[str], hosts: Sequence[str]) -> None:
    app.add_middleware(BodyLimit, limits=limits)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
        )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(AnswerHeaders)
