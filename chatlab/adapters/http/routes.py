"""chatlab's own endpoints for turns: start, read and stop them."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from chatlab.adapters.http.dependencies import (
    AppStateDep,
    CurrentRequest,
    CurrentUser,
)
from chatlab.adapters.http.error_handlers import ERROR_RESPONSES
from chatlab.adapters.http.running_turn import RunningTurn
from chatlab.adapters.http.sse import (
    Cursor,
    EventStream,
    LastEventId,
    cursor_of,
    event_frames,
)
from chatlab.items import Action
from chatlab.names import ID_PATTERN, check_name, check_text
from chatlab.turns.requests import MAX_KEY, MAX_MESSAGE
from chatlab.turns.turn import TurnState

__all__ = ["After", "Body", "BodyId", "PathId", "SendAction", "SendMessage", "TurnInfo", "api"]

_KEY = r"^[A-Za-z0-9_-]+$"
_MAX_ACTION_CHARS = 200
_MAX_FIELDS = 20

PathId = Annotated[str, Path(pattern=ID_PATTERN)]
BodyId = Annotated[str, Field(pattern=ID_PATTERN)]
After = Annotated[str | None, Query(pattern=ID_PATTERN)]


def _few_fields(body: Any) -> Any:
    """Refuse at once what has very many fields that nobody knows: each would be a mistake."""
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    if len(fields) > _MAX_FIELDS:
        raise ValueError("has too many fields")
    return cast("Any", body)


class Body(BaseModel):
    """What a request says: nothing that nobody knows."""

    model_config = ConfigDict(extra="forbid")

    _few_fields = model_validator(mode="before")(_few_fields)


class SendMessage(Body):
    """A message; null opens the chat and says nothing. Without a thread, a new one begins.

    Send it again under the same key when you do not know whether it has arrived.
    """

    message: Annotated[str, Field(max_length=MAX_MESSAGE)] | None
    thread_id: BodyId | None = None
    idempotency_key: Annotated[str, Field(pattern=_KEY, max_length=MAX_KEY)] | None = None

    @field_validator("message")
    @classmethod
    def _can_be_kept(cls, message: str | None) -> str | None:
        return message if message is None else check_text("The message", message, MAX_MESSAGE)


class SendAction(Body):
    """What was clicked or submitted, and in which widget."""

    action: Annotated[Action, BeforeValidator(_few_fields)]
    item_id: BodyId | None = None

    @field_validator("action")
    @classmethod
    def _has_a_name(cls, action: Action) -> Action:
        check_name("type", action.type, _MAX_ACTION_CHARS)
        return action


class TurnInfo(BaseModel):
    """A turn. Its events are at `/api/turns/{turn_id}/events`."""

    turn_id: str
    thread_id: str
    state: TurnState
    last_seq: int

    @classmethod
    def of(cls, turn: RunningTurn) -> "TurnInfo":
        """How the turn is now."""
        log = turn.log
        return cls(
            turn_id=turn.id, thread_id=turn.thread_id, state=log.state, last_seq=log.last_seq
        )


api = APIRouter(prefix="/api", responses=ERROR_RESPONSES, tags=["chatlab"])


@api.post("/turns", status_code=202)
async def start_turn(
    body: SendMessage, app_state: AppStateDep, context: CurrentRequest
) -> TurnInfo:
    """Say something. When this answers, the message is in the store."""
    key = body.idempotency_key
    if key is not None and body.thread_id is not None:  # a key is claimed before a thread is read
        await app_state.server.store.load_thread(body.thread_id, context)
    turn = await app_state.turns.start(
        lambda: app_state.server.send(body.message, context, body.thread_id, idempotency_key=key),
        context,
        key,
        None if body.message is None else body,
    )
    return TurnInfo.of(turn)


@api.post("/threads/{thread_id}/actions", status_code=202)
async def act(
    thread_id: PathId, body: SendAction, app_state: AppStateDep, context: CurrentRequest
) -> TurnInfo:
    """Click, or submit a form."""
    turn = await app_state.turns.start(
        lambda: app_state.server.act(body.action, context, thread_id, body.item_id),
        context,
        click=None if body.item_id is None else (body.item_id, body.action),
    )
    return TurnInfo.of(turn)


@api.post("/threads/{thread_id}/items/{item_id}/retry", status_code=202)
async def retry(
    thread_id: PathId, item_id: PathId, app_state: AppStateDep, context: CurrentRequest
) -> TurnInfo:
    """Answer a message again."""
    turn = await app_state.turns.start(
        lambda: app_state.server.retry(thread_id, item_id, context), context
    )
    return TurnInfo.of(turn)


@api.get("/turns/{turn_id}")
async def turn_info(turn_id: PathId, app_state: AppStateDep, context: CurrentUser) -> TurnInfo:
    """How far a turn is. A turn that is over can be found for a few minutes."""
    return TurnInfo.of(app_state.turns.find(turn_id, context))


@api.get(
    "/turns/{turn_id}/events",
    status_code=200,
    response_class=EventStream,
)
async def events(
    turn_id: PathId,
    app_state: AppStateDep,
    context: CurrentUser,
    cursor: Cursor = 0,
    last_event_id: LastEventId = None,
) -> EventStream:
    """The turn's events after the cursor, as they come. The turn goes on without its readers."""
    log = app_state.turns.find(turn_id, context).log
    start = cursor_of(cursor, last_event_id, log)
    frames = event_frames(log, start, app_state.limits.keep_alive_seconds)
    return EventStream(frames, app_state.streams, context.user_id)


@api.post("/turns/{turn_id}/stop")
async def stop(turn_id: PathId, app_state: AppStateDep, context: CurrentUser) -> TurnInfo:
    """Stop the turn; what was said is kept."""
    turn = app_state.turns.find(turn_id, context)
    await turn.stop()
    return TurnInfo.of(turn)
