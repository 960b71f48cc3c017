"""For checks of servers: make the learner's server, run turns on it, and record them as data."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import exception_as_data, record_turn, to_plain_json
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = ["make_server", "reply_text", "run_turn", "start_turn"]


def make_server(
    create: Callable[[], Any],
) -> tuple[ChatKitServer[Any], None] | tuple[None, dict[str, Any]]:
    """Call `create` for the learner's server.

    Returns:
        The server and None; or None and the error as data, with the `type` `NoServer` for an object
        that is no server, and `NoStore` for one whose `__init__` did not call the base class.

    Raises:
        NotStarted: The learner has not written it yet.
    """
    try:
        server: Any = create()
    except NotStarted:
        raise
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return None, exception_as_data(error)
    server_type = cast("type[object]", type(server))
    if not issubclass(server_type, ChatKitServer):
        return None, {"type": "NoServer", "message": server_type.__name__}
    if "store" not in vars(server):
        return None, {"type": "NoStore", "message": server_type.__name__}
    return server, None


async def run_turn(
    server: ChatKitServer[Any], message: str | None, user_id: str, thread_id: str | None = None
) -> dict[str, Any]:
    """Run a whole turn: what `record_turn` gives, its `thread_id`, and the items it `saved`."""
    items_before = [] if thread_id is None else await _thread_items(server, thread_id, user_id)
    turn = server.send(message, RequestContext(user_id=user_id), thread_id)
    return await _finish_turn(server, turn, user_id, [], len(items_before))


async def start_turn(
    server: ChatKitServer[Any], message: str | None, user_id: str
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Start a turn and pause it after its first piece of text.

    Returns:
        A function that reads the turn to its end, and returns what `run_turn` does.
    """
    turn = server.send(message, RequestContext(user_id=user_id))
    events: list[Any] = []
    async for event in turn:
        events.append(to_plain_json(event))
        if event.type == "assistant_message":
            break
    return lambda: _finish_turn(server, turn, user_id, events, 0)


async def _finish_turn(
    server: ChatKitServer[Any], turn: Turn, user_id: str, first_events: list[Any], count_before: int
) -> dict[str, Any]:
    """Read the turn to its end; `count_before` is how many items its thread had before it."""
    record = await record_turn(turn)
    saved = await _thread_items(server, turn.thread_id, user_id)
    changes = {"events": first_events + record["events"], "saved": saved[count_before:]}
    return record | changes | {"thread_id": turn.thread_id}


async def _thread_items(
    server: ChatKitServer[Any], thread_id: str, user_id: str
) -> list[dict[str, Any]]:
    """The items that are stored in the thread; none if it does not exist."""
    try:
        thread = await server.thread(thread_id, RequestContext(user_id=user_id), limit=1000)
    except NotFoundError:
        return []
    return to_plain_json(thread.items.data)


def reply_text(record: dict[str, Any]) -> str:
    """The text of all assistant messages among the `events` of a recorded turn, joined."""
    events = record["events"]
    return "".join(event["content"] for event in events if event["type"] == "assistant_message")
