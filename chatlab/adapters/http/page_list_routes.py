"""What the page's list of conversations shows, and how an open page hears of what is new."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from chatlab.adapters.http.dependencies import AppState, AppStateDep, CurrentReader, CurrentUser
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.routes import After, TurnInfo
from chatlab.adapters.http.sse import EventStream
from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.frontend.titles import ListedThread, list_thread
from chatlab.items import Page
from chatlab.names import ID_PATTERN
from chatlab.streams import sse_frame

__all__ = ["Changes", "page_lists", "version_of"]

_MOST_LISTED = 100
_ONE_FRAME = {
    "type": "object",
    "properties": {"data": {"type": "string", "contentMediaType": "application/json"}},
    "required": ["data"],
}
"""What the stream of changes says, for the description of the API."""

_MARK = r"^[A-Za-z0-9_-]{1,100}$"


class Changes(BaseModel):
    """What is new: `mark` for all conversations of the user, the rest for the one asked about.

    `deleted` says that the user has no such conversation.
    """

    mark: str
    turn: TurnInfo | None = None
    version: AwareDatetime | None = None
    deleted: bool = False


page_lists = APIRouter(prefix="/page", responses=ERROR_RESPONSES, tags=["page"])


@page_lists.get("/threads")
async def listed_threads(
    app_state: AppStateDep,
    context: CurrentReader,
    after: After = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 50,
) -> Page[ListedThread]:
    """One page of your conversations, newest first, each with what it is called."""
    found = await app_state.server.threads(context, limit=limit, after=after)
    store = app_state.server.store
    shown = [await list_thread(thread, store, context) for thread in found.data]
    return Page(data=tuple(shown), has_more=found.has_more, after=found.after)


@page_lists.get(
    "/changes",
    status_code=200,
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {"schema": _ONE_FRAME}}}},
)
async def changes(
    app_state: AppStateDep,
    context: CurrentUser,
    thread_id: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    mark: Annotated[str | None, Query(pattern=_MARK)] = None,
) -> EventStream:
    """Wait until something changes, and say what is so then, as `Changes`, in one frame.

    It answers at once if the mark is an old one, and in any case as often as streams speak. So
    whoever asks again and again knows that the server is there.
    """
    frames = _news(thread_id, mark, app_state, context)
    return EventStream(frames, app_state.streams, context.user_id)


async def _news(
    thread_id: str | None, mark: str | None, app_state: AppState, context: RequestContext
) -> AsyncGenerator[bytes]:
    patience = app_state.limits.keep_alive_seconds
    news = await app_state.changes.other_than(mark, context.user_id, patience)
    found = await _changes_in(thread_id, news, app_state, context)
    yield sse_frame(found.model_dump_json()).encode()


async def _changes_in(
    thread_id: str | None, news: str, app_state: AppState, context: RequestContext
) -> Changes:
    if thread_id is None:
        return Changes(mark=news)
    try:
        version = await version_of(thread_id, app_state, context)
    except NotFoundError:
        return Changes(mark=news, deleted=True)
    newest = app_state.turns.newest_in(thread_id, context)  # it may have ended meanwhile
    return Changes(mark=news, turn=newest and TurnInfo.of(newest), version=version)


async def version_of(thread_id: str, app_state: AppState, context: RequestContext) -> AwareDatetime:
    """When something was last said or done in the thread. Raises `NotFoundError`."""
    return (await app_state.server.store.load_thread(thread_id, context)).updated_at
