"""A chat for scripts: a message a line comes in, and each event goes out as a line of JSON."""

import json
import sys
from typing import Any, TextIO, cast

from pydantic import BaseModel, ConfigDict, ValidationError

from chatlab.context import RequestContext
from chatlab.errors import ChatlabError, InvalidInput
from chatlab.events import ErrorEvent
from chatlab.items import Action
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["print_json_lines"]


class _Line(BaseModel):
    """What a line of JSON says: a message, or an action with the item that it came from."""

    model_config = ConfigDict(extra="forbid", strict=True)

    message: str | None = None
    action: Action | None = None
    item_id: str | None = None


async def print_json_lines(
    server: ChatKitServer[Any], context: RequestContext, lines: TextIO | None = None
) -> bool:
    """Send each line to the server, all in one conversation, and print what comes back.

    A line is a message. One that begins with `{` is JSON: `{"message": "..."}` for any text, or
    `{"action": {"type": "delete_task", "payload": {"id": 1}}, "item_id": "wdg_1"}`.

    Returns:
        Whether all went well. What did not is an event of the type `error`.
    """
    thread_id: str | None = None
    well = True
    for line in sys.stdin if lines is None else lines:
        if not line.strip():
            continue
        try:
            async with _turn(line.strip(), server, context, thread_id) as turn:
                async for event in turn:
                    well = well and event.type != "error"
                    if event.type not in {"thread_created", "error"}:
                        thread_id = event.thread_id
                    _print(event)
        except ChatlabError as error:
            well = False
            _print(ErrorEvent.from_exception(error))
    return well


def _turn(
    line: str, server: ChatKitServer[Any], context: RequestContext, thread_id: str | None
) -> Turn:
    if not line.startswith("{"):
        return server.send(line, context, thread_id)
    try:
        said = _Line.model_validate(json.loads(line))
    except (ValueError, ValidationError):
        said = _Line()
    if said.message is not None and said.action is None:
        return server.send(said.message, context, thread_id)
    if said.action is not None and said.message is None and thread_id is not None:
        return server.act(said.action, context, thread_id, said.item_id)
    raise InvalidInput(
        "A line of JSON",
        "is neither a message nor an action",
        'Say {"message": "..."}, or after a message {"action": {"type": "..."}, "item_id": "..."}.',
    )


def _print(event: Any) -> None:
    sys.stdout.write(cast("str", event.model_dump_json()) + "\n")
    sys.stdout.flush()
