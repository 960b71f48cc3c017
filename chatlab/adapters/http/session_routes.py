"""Endpoints about the session itself: log in and out where that is offered, ask who you are."""

import inspect
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator
from starlette.exceptions import HTTPException

from chatlab.adapters.http.dependencies import AppStateDep, CurrentUser, UsedKey
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.context import RequestContext
from chatlab.names import check_name

__all__ = ["Health", "SessionKey", "SignInRequest", "WhoAmI", "sessions"]


class SignInRequest(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(extra="forbid")

    user_id: Annotated[str, Field(min_length=1, max_length=100)]

    @field_validator("user_id")
    @classmethod
    def _is_a_name(cls, user_id: str) -> str:
        return check_name("user_id", user_id)


class SessionKey(BaseModel):
    """Send it with each request: `Authorization: Bearer SESSION_KEY`."""

    session_key: str


class WhoAmI(BaseModel):
    """What the server knows of whoever asks."""

    user_id: str
    permissions: list[str]
    expires_at: AwareDatetime | None = None


class Health(BaseModel):
    """The server answers, and so does its store."""

    status: str = "ok"


sessions = APIRouter(prefix="/api", responses=ERROR_RESPONSES, tags=["sessions"])


@sessions.post("/sessions", status_code=201)
async def sign_in(who: SignInRequest, app_state: AppStateDep) -> SessionKey:
    """Log in. This is for learning: it asks for no password, and most servers do not offer it."""
    if app_state.sign_in is None:
        raise HTTPException(404, "This server does not hand out session keys.")
    return SessionKey(session_key=app_state.sign_in(who.user_id))


@sessions.get("/sessions/current")
async def current(context: CurrentUser) -> WhoAmI:
    """Who you are, by your session key."""
    session = context.session
    return WhoAmI(
        user_id=context.user_id,
        permissions=sorted(context.permissions),
        expires_at=None if session is None else session.expires_at,
    )


@sessions.delete("/sessions/current", status_code=204)
async def sign_out(app_state: AppStateDep, session_key: UsedKey, _context: CurrentUser) -> Response:
    """Log out: the session key is good for nothing from now on, where the server can end keys."""
    if app_state.sign_out is None:
        raise HTTPException(404, "This server's session keys end by themselves.")
    ended = app_state.sign_out(session_key)
    if inspect.isawaitable(ended):
        await ended
    return Response(status_code=204)


@sessions.get("/health")
async def health(app_state: AppStateDep) -> Health:
    """Whether this process and its store answer; for whatever starts and stops processes."""
    await app_state.server.threads(RequestContext(user_id="health"), limit=1)
    return Health()
