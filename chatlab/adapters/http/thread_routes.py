"""chatlab's own endpoints for conversations: list, load, name, copy, delete, stop."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, field_validator

from chatlab.adapters.http.dependencies import (
    AppState,
    AppStateDep,
    CurrentReader,
    CurrentRequest,
    CurrentUser,
)
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.routes import Body, BodyId, PathId, TurnInfo
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput
from chatlab.events import MAX_TITLE
from chatlab.frontend.titles import check_title, rename_thread
from chatlab.items import Page, Thread, ThreadMetadata
from chatlab.stores.base import MAX_LIMIT

__all__ = ["Paging", "RenameThread", "StopResult", "ThreadInfo", "thread_api"]

_Order = Literal["asc", "desc"]


class Paging(BaseModel):
    """A piece of a list: so many, after the one with this id."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 50
    after: BodyId | None = None


class RenameThread(Body):
    """What a conversation is to be called, in one line."""

    title: Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]

    @field_validator("title")
    @classmethod
    def _is_a_line(cls, title: str) -> str:
        return check_title(title)


class ThreadInfo(Thread):
    """A conversation, and the turn that runs in it."""

    turn: TurnInfo | None = None


class StopResult(BaseModel):
    """How many turns were running in the thread, and run no longer."""

    stopped: int


thread_api = APIRouter(prefix="/api", responses=ERROR_RESPONSES, tags=["chatlab"])


@thread_api.get("/threads")
async def threads(
    page: Annotated[Paging, Query()],
    app_state: AppStateDep,
    context: CurrentReader,
    order: _Order = "desc",
) -> Page[ThreadMetadata]:
    """One page of your conversations."""
    return await app_state.server.threads(context, limit=page.limit, after=page.after, order=order)


@thread_api.get("/threads/{thread_id}")
async def thread(
    thread_id: PathId,
    page: Annotated[Paging, Query()],
    app_state: AppStateDep,
    context: CurrentReader,
    order: _Order = "asc",
) -> ThreadInfo:
    """A conversation with one page of its items."""
    found = await app_state.server.thread(
        thread_id, context, limit=page.limit, after=page.after, order=order
    )
    running = app_state.turns.running_in(thread_id, context)
    return ThreadInfo(**dict(found), turn=running and TurnInfo.of(running))


@thread_api.patch("/threads/{thread_id}")
async def rename(
    thread_id: PathId, body: RenameThread, app_state: AppStateDep, context: CurrentRequest
) -> ThreadMetadata:
    """Call a conversation something else, also while a turn runs in it."""
    thread = await rename_thread(thread_id, body.title, app_state.server.store, context)
    app_state.changes.tell(context.user_id)
    return thread


@thread_api.post("/threads/{thread_id}/items/{item_id}/fork", status_code=201)
async def fork(
    thread_id: PathId, item_id: PathId, app_state: AppStateDep, context: CurrentRequest
) -> ThreadMetadata:
    """Copy what came before the item into a new conversation, to go on from there otherwise."""
    store = app_state.server.store
    before = await store.load_thread_items(thread_id, item_id, MAX_LIMIT, "desc", context)
    if before.has_more:
        fix = f"A copy holds at most {MAX_LIMIT:,} items: ask at the end."
        raise InvalidInput("item_id", f"has over {MAX_LIMIT:,} items before it", fix)
    forked = await app_state.server.fork(thread_id, item_id, context)
    app_state.changes.tell(context.user_id)
    return forked


@thread_api.delete("/threads/{thread_id}", status_code=204)
async def delete(thread_id: PathId, app_state: AppStateDep, context: CurrentRequest) -> Response:
    """Delete a conversation; what runs in it is stopped first."""
    await _stop_all(thread_id, app_state, context)
    await app_state.server.delete(thread_id, context)
    app_state.changes.tell(context.user_id)
    if app_state.forget_thread is not None:
        await app_state.forget_thread(thread_id, context)
    return Response(status_code=204)


@thread_api.post("/threads/{thread_id}/stop")
async def stop_thread(
    thread_id: PathId, app_state: AppStateDep, context: CurrentUser
) -> StopResult:
    """Stop whatever runs in the thread: for clients of a protocol that has no Stop."""
    await app_state.server.store.load_thread(thread_id, context)
    return StopResult(stopped=await _stop_all(thread_id, app_state, context))


async def _stop_all(thread_id: str, app_state: AppState, context: RequestContext) -> int:
    """Stop the user's turns and replies in the thread; how many there were."""
    replies = app_state.replies.in_thread(thread_id, context)
    running = app_state.turns.running_in(thread_id, context)
    for answer in (*replies, *([running] if running else [])):
        await answer.stop()
    return len(replies) + bool(running)
