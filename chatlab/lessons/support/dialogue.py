"""For checks of servers: make one, talk to it, and say in plain words what went wrong."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, cast

from chatlab.context import RequestContext
from chatlab.course.checking.observe import exception_as_data, record_turn, to_plain_json
from chatlab.course.findings import Finding, failed
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.lessons.support.explain import explain_exception, source_line
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn

__all__ = [
    "NAMES",
    "explain_exception",
    "explain_unmade",
    "make_server",
    "random_messages",
    "reply_text",
    "run_turn",
    "shorten",
    "start_turn",
    "turn_problem",
]

NAMES = ("alice", "bob", "chandra", "dilnoza", "emile", "fatou", "hana", "ivan")
"""People who may ask."""

_WORDS = (
    "amber",
    "basil",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbour",
    "indigo",
    "jasmine",
    "kettle",
    "lantern",
    "maple",
    "nutmeg",
    "opal",
    "pepper",
    "quartz",
    "river",
    "saffron",
    "tulip",
)


def random_messages(random: Random, count: int) -> list[str]:
    """So many different messages; no word is in two of them."""
    words = random.sample(_WORDS, 2 * count)
    return [f"{words[2 * i]} {words[2 * i + 1]} {random.randint(10, 99)}!" for i in range(count)]


def make_server(
    make: Callable[[], Any],
) -> tuple[ChatKitServer[Any], None] | tuple[None, dict[str, Any]]:
    """The learner's server, or why there is none."""
    try:
        server: Any = make()
    except NotStarted:
        raise
    except Exception as error:  # noqa: BLE001 - it is what was observed
        return None, exception_as_data(error)
    kind = cast("type[object]", type(server))
    if not issubclass(kind, ChatKitServer):
        return None, {"type": "NoServer", "message": kind.__name__}
    if "store" not in vars(server):
        return None, {"type": "NoStore", "message": kind.__name__}
    return server, None


def explain_unmade(name: str, why: dict[str, Any]) -> Finding:
    """What to try when the server could not even be made."""
    message = why["message"]
    if why["type"] == "NoServer":
        return failed(f"{name} is no chat server.", f"Write: class {name}(ChatKitServer):")
    if why["type"] == "NoStore":
        return failed(
            f"{name}.__init__ forgets what every ChatKitServer needs.",
            "Begin it with super().__init__().",
        )
    if "abstract" in message and "respond" in message:
        return failed(
            f"{name} has no respond(), so there is nobody to answer.",
            "Is it spelled `respond`, and indented below the class?",
        )
    return failed(f"Making a {name} raised {why['type']}: {message}", source_line(why))


async def run_turn(
    server: ChatKitServer[Any], message: str | None, user_id: str, thread_id: str | None = None
) -> dict[str, Any]:
    """One whole turn: what `turn_seen` gives, its `thread_id`, and the items it `saved`."""
    before = [] if thread_id is None else await _items(server, thread_id, user_id)
    turn = server.send(message, _context(user_id), thread_id)
    return await _rest(server, turn, user_id, [], len(before))


async def start_turn(
    server: ChatKitServer[Any], message: str | None, user_id: str
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Begin a turn and leave it at its first piece of text; call what you get for the rest."""
    turn = server.send(message, _context(user_id))
    events: list[Any] = []
    async for event in turn:
        events.append(to_plain_json(event))
        if event.type == "assistant_message":
            break
    return lambda: _rest(server, turn, user_id, events, 0)


async def _rest(
    server: ChatKitServer[Any], turn: Turn, user_id: str, events: list[Any], before: int
) -> dict[str, Any]:
    seen = await record_turn(turn)
    saved = await _items(server, turn.thread_id, user_id)
    news = {"events": events + seen["events"], "saved": saved[before:]}
    return seen | news | {"thread_id": turn.thread_id}


async def _items(server: ChatKitServer[Any], thread_id: str, user_id: str) -> list[dict[str, Any]]:
    try:
        thread = await server.thread(thread_id, _context(user_id), limit=1000)
    except NotFoundError:
        return []
    return to_plain_json(thread.items.data)


def _context(user_id: str) -> RequestContext:
    return RequestContext(user_id=user_id)


def reply_text(seen: dict[str, Any]) -> str:
    """All the text that reached the user in the turn."""
    events = seen["events"]
    return "".join(event["content"] for event in events if event["type"] == "assistant_message")


def turn_problem(called: str, seen: dict[str, Any]) -> Finding | None:
    """What to try when the turn did not come to its end, or kept what was not sent."""
    if seen["raised"] is not None:
        return explain_exception(called, seen["raised"])
    sent = {event["item"]["id"] for event in seen["events"] if event["type"] == "item_done"}
    if all(item["id"] in sent for item in seen["saved"]):
        return None
    if reply_text(seen):
        return failed(
            f"{called}: the reply is stored twice.",
            "Only yield it: the server saves what you yield.",
        )
    return failed(
        f"{called}: something was stored, and nobody was told.",
        "Yield it: the server sends it to the user and saves it.",
    )


def shorten(text: str) -> str:
    """The text as Python writes it, cut if it is long."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
