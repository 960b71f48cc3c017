"""The page at `/`: the pane of the notebooks, in a plain browser tab."""

import asyncio
import html
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import AwareDatetime, BaseModel
from pydantic_core import to_jsonable_python
from starlette.exceptions import HTTPException

from chatlab.adapters.http.dependencies import AppState, AppStateDep, CurrentReader, CurrentUser
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.page_list_routes import version_of
from chatlab.adapters.http.routes import After, PathId, TurnInfo
from chatlab.adapters.http.running_turn import RunningTurn
from chatlab.adapters.http.sse import KEEP_ALIVE, Cursor, EventStream, cursor_of
from chatlab.adapters.http.turn_outcomes import failure_entry, with_outcome
from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.events import AssistantMessage
from chatlab.frontend import script, style
from chatlab.frontend.entries import Entry, item_entry
from chatlab.frontend.patch_buffer import PatchBuffer
from chatlab.frontend.view_model import ChatViewModel, Patch
from chatlab.items import VisibleItem, WidgetItem
from chatlab.stores.paging import load_visible_items
from chatlab.streams import sse_frame

__all__ = ["EntriesPage", "page"]

_HERE = Path(__file__).parent / "static"
_SCRIPTS = tuple(sorted(path.stem for path in _HERE.glob("*.js")))
_STYLES = tuple(sorted(path.stem for path in _HERE.glob("*.css")))
_PAGE_ITEMS = 50
_MAX_EVENTS_A_FRAME = 100

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
    " img-src 'self'; manifest-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class EntriesPage(BaseModel):
    """A page of a conversation as the pane shows it, and its newest turn that can be read.

    `version` changes with what is said: whoever sees another one has missed something.
    """

    entries: list[Entry]
    more: bool
    after: str | None
    turn: TurnInfo | None
    version: AwareDatetime


page = APIRouter(responses=ERROR_RESPONSES, tags=["page"])


@page.get("/", include_in_schema=False)
async def index(app_state: AppStateDep) -> HTMLResponse:
    """The page itself.

    It knows whether names are enough to log in, whether a log-out ends the key, and how often
    streams speak.
    """
    text = (_HERE / "index.html").read_text(encoding="utf-8")
    names = "" if app_state.sign_in is None else "yes"
    text = text.replace('data-names=""', f'data-names="{names}"')
    if app_state.sign_out is not None:
        text = text.replace('data-log-out=""', 'data-log-out="yes"')
    text = text.replace('data-beat=""', f'data-beat="{app_state.limits.keep_alive_seconds}"')
    prompts = html.escape(json.dumps(app_state.prompts, ensure_ascii=False))
    text = text.replace('data-prompts=""', f'data-prompts="{prompts}"')
    return HTMLResponse(text, headers=_SECURITY_HEADERS)


@page.get("/page/{name}.js", include_in_schema=False)
async def script_file(name: str) -> Response:
    """What the browser runs: the page, and the pane in it."""
    return _file(script() if name == "chat" else _text_of(name, _SCRIPTS, "js"), "text/javascript")


@page.get("/page/{name}.css", include_in_schema=False)
async def style_sheet(name: str) -> Response:
    """How it looks."""
    return _file(style() if name == "chat" else _text_of(name, _STYLES, "css"), "text/css")


@page.get("/page/icon.svg", include_in_schema=False)
async def icon() -> Response:
    """What stands for the page in a tab, and among the apps of a telephone."""
    return _file((_HERE / "icon.svg").read_text(encoding="utf-8"), "image/svg+xml")


@page.get("/page/chatlab.webmanifest", include_in_schema=False)
async def manifest() -> Response:
    """What makes the page one that can be installed."""
    text = (_HERE / "chatlab.webmanifest").read_text(encoding="utf-8")
    return _file(text, "application/manifest+json")


def _text_of(name: str, known: Sequence[str], suffix: str) -> str:
    if name not in known:
        raise HTTPException(404, "There is no such file.")
    return (_HERE / f"{name}.{suffix}").read_text(encoding="utf-8")


def _file(text: str, media_type: str) -> Response:
    return Response(text, headers=_SECURITY_HEADERS, media_type=media_type)


@page.get("/page/threads/{thread_id}")
async def entries(
    thread_id: PathId, app_state: AppStateDep, context: CurrentReader, after: After = None
) -> EntriesPage:
    """The newest page of a conversation, or the one before the item `after`."""
    version = await version_of(thread_id, app_state, context)
    items = await load_visible_items(
        app_state.server.store, thread_id, after, _PAGE_ITEMS, "desc", context
    )
    shown = [
        await app_state.off_loop(partial(item_entry, item), context)
        for item in reversed(items.data)
    ]
    turns = app_state.turns.turns_in(thread_id, context)
    newest = turns[-1] if turns else None
    failure = None if after else failure_entry(newest)
    return EntriesPage(
        entries=[with_outcome(entry, turns) for entry in shown] + ([failure] if failure else []),
        more=items.has_more,
        after=items.after,
        turn=newest and TurnInfo.of(newest),
        version=version,
    )


@page.get(
    "/page/turns/{turn_id}/patches",
    status_code=200,
    response_class=EventStream,
)
async def patches(
    turn_id: PathId, app_state: AppStateDep, context: CurrentUser, cursor: Cursor = 0
) -> EventStream:
    """What the turn's events after the cursor change in the pane."""
    turn = app_state.turns.find(turn_id, context)
    frames = _patch_frames(turn, cursor_of(cursor, None, turn.log), app_state, context)
    return EventStream(frames, app_state.streams, context.user_id)


async def _patch_frames(
    turn: RunningTurn, cursor: int, app_state: AppState, context: RequestContext
) -> AsyncGenerator[bytes]:
    """Events become patches here, as they do in a notebook's kernel.

    A view model that begins in the middle is fed first what came before. What came together is sent
    together. What may be rendered is rendered in a thread: others must not wait for it.
    """
    log, now = turn.log, [0.0]
    view_model, waiting = ChatViewModel(lambda: now[0], key_suffix=f"-{turn.id}"), PatchBuffer()
    view_model.begin_turn()
    sent = 0
    while not log.ended or sent < log.last_seq:
        most = sent + _MAX_EVENTS_A_FRAME
        async with app_state.one_at_a_time(context):
            while sent < most and (event := log.next_after(sent, sent + 1)):
                sent, now[0] = event.seq, log.seconds(event.seq)
                apply = partial(view_model.apply, event)
                is_text = isinstance(event, AssistantMessage)
                for patch in apply() if is_text else await app_state.off_loop(apply, context):
                    if sent > cursor:
                        waiting.add(patch)
            await asyncio.sleep(0)  # what has long been there must not keep all others out
        if patches := waiting.drain():
            yield _frame(patches, sent)
        elif not await log.changed(sent, app_state.limits.keep_alive_seconds):
            yield KEEP_ALIVE
    last = await app_state.off_loop(view_model.end_turn, context)
    last += await _changed_as_stored(view_model, turn, app_state, context)
    try:
        version = to_jsonable_python(await version_of(turn.thread_id, app_state, context))
    except NotFoundError:  # nothing was said in a new one, or it was deleted meanwhile
        version = None
    yield _frame([*last, {"busy": False, "state": log.state, "version": version}], sent, "end")


async def _changed_as_stored(
    view_model: ChatViewModel, turn: RunningTurn, app_state: AppState, context: RequestContext
) -> list[Patch]:
    """What a stopped turn has left in the store, and the widget whose click was answered."""
    store, thread_id = app_state.server.store, turn.thread_id
    items: list[VisibleItem] = []
    with suppress(NotFoundError):  # deleted meanwhile
        if turn.log.state == "stopped":
            found = await load_visible_items(store, thread_id, None, _PAGE_ITEMS, "desc", context)
            items += [item for item in reversed(found.data) if item.id in view_model.entries]
        is_answered = turn.click and turn.click[0] not in turn.replaced
        if turn.click and is_answered and turn.log.state == "completed":
            clicked = await store.load_item(thread_id, turn.click[0], context)
            items += [clicked] if isinstance(clicked, WidgetItem) else []
    turns = app_state.turns.turns_in(thread_id, context)
    shown = [await app_state.off_loop(partial(item_entry, item), context) for item in items]
    return [view_model.upsert(with_outcome(entry, turns)) for entry in shown]


def _frame(changes: list[Patch], cursor: int, event: str | None = None) -> bytes:
    data: dict[str, Any] = {"patches": changes}
    return sse_frame(json.dumps(data, ensure_ascii=False), event, str(cursor)).encode()
