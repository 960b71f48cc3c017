"""The page at `/`: the pane of the notebooks, in a plain browser tab."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from chatlab.adapters.http.dependencies import AppState, AppStateDep, CurrentUser
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.routes import After, PathId, TurnInfo
from chatlab.adapters.http.sse import KEEP_ALIVE, Cursor, EventStream, cursor_of
from chatlab.adapters.http.turn_registry import RunningTurn
from chatlab.context import RequestContext
from chatlab.frontend import script, style
from chatlab.frontend.entries import Entry, item_entry
from chatlab.frontend.patch_buffer import PatchBuffer
from chatlab.frontend.view_model import ChatViewModel, Patch
from chatlab.streams import sse_frame

__all__ = ["PageContents", "page"]

_HERE = Path(__file__).parent / "static"
_ITEMS = 50
_TOGETHER = 500

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self';"
    " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SAFE = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


class PageContents(BaseModel):
    """A page of a conversation as the pane shows it, and the turn that runs in it."""

    entries: list[Entry]
    more: bool
    after: str | None
    turn: TurnInfo | None


page = APIRouter(responses=ERROR_RESPONSES, tags=["page"])


@page.get("/", include_in_schema=False)
async def index(service: AppStateDep) -> HTMLResponse:
    """The page itself; it knows whether names are enough to log in."""
    text = (_HERE / "index.html").read_text(encoding="utf-8")
    names = "" if service.sign_in is None else "yes"
    return HTMLResponse(text.replace('data-names=""', f'data-names="{names}"'), headers=_SAFE)


@page.get("/page/{name}.js", include_in_schema=False)
async def script_file(name: str) -> Response:
    """What the browser runs: the page, and the pane in it."""
    text = script() if name == "chat" else (_HERE / "page.js").read_text(encoding="utf-8")
    return Response(text, headers=_SAFE, media_type="text/javascript")


@page.get("/page/{name}.css", include_in_schema=False)
async def style_sheet(name: str) -> Response:
    """How it looks."""
    text = style() if name == "chat" else (_HERE / "page.css").read_text(encoding="utf-8")
    return Response(text, headers=_SAFE, media_type="text/css")


@page.get("/page/threads/{thread_id}")
async def entries(
    thread_id: PathId, service: AppStateDep, context: CurrentUser, after: After = None
) -> PageContents:
    """The newest page of a conversation, or the one before the item `after`."""
    items = await service.server.store.load_thread_items(thread_id, after, _ITEMS, "desc", context)
    running = service.turns.running_in(thread_id, context)
    return PageContents(
        entries=[item_entry(item) for item in reversed(items.data)],
        more=items.has_more,
        after=items.after,
        turn=running and TurnInfo.of(running),
    )


@page.get(
    "/page/turns/{turn_id}/patches",
    status_code=200,
    response_class=EventStream,
)
async def patches(
    turn_id: PathId, service: AppStateDep, context: CurrentUser, cursor: Cursor = 0
) -> EventStream:
    """What the turn's events after the cursor change in the pane."""
    one = service.turns.find(turn_id, context)
    frames = _patch_frames(one, cursor_of(cursor, None, one.log), service, context)
    return EventStream(frames, service.streams, context.user_id)


async def _patch_frames(
    one: RunningTurn, cursor: int, service: AppState, context: RequestContext
) -> AsyncGenerator[bytes]:
    """Events become patches here, as they do in a notebook's kernel.

    A board that begins in the middle is told first what came before. What has come together, goes
    together.
    """
    log, now = one.log, [0.0]
    board, waiting = ChatViewModel(lambda: now[0], mark=f"-{one.id}"), PatchBuffer()
    board.begin_turn()
    told = 0
    while not log.ended or told < log.last_seq:
        most = told + _TOGETHER
        while told < most and (event := log.next_after(told, told + 1)):
            told, now[0] = event.seq, log.seconds(event.seq)
            for patch in board.apply(event):
                if told > cursor:
                    waiting.add(patch)
        if patches := waiting.drain():
            yield _frame(patches, told)
        elif not await log.changed(told, service.limits.beat_seconds):
            yield KEEP_ALIVE
    last = list(board.end_turn())
    if log.state == "stopped":
        last += await _as_stored(board, one.thread_id, service, context)
    yield _frame([*last, {"busy": False, "state": log.state}], told, "end")


async def _as_stored(
    board: ChatViewModel, thread_id: str, service: AppState, context: RequestContext
) -> list[Patch]:
    """What a stopped turn has left in the store."""
    store = service.server.store
    items = await store.load_thread_items(thread_id, None, _ITEMS, "desc", context)
    return [board.show_item(item) for item in reversed(items.data) if item.id in board.entries]


def _frame(changes: list[Patch], cursor: int, event: str | None = None) -> bytes:
    data: dict[str, Any] = {"patches": changes}
    return sse_frame(json.dumps(data, ensure_ascii=False), event, str(cursor)).encode()
