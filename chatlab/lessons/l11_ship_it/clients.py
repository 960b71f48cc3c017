"""For the checks of lesson 11: who comes to a learner's app, and with which key."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from chatlab.course.checking.observe import attempt
from chatlab.course.findings import Finding, failed
from chatlab.lessons.l11_ship_it.held_server import HeldServer, authenticate_with
from chatlab.lessons.l11_ship_it.transport import Wire, client_of, wired
from chatlab.lessons.support.explain import source_line

__all__ = ["Visit", "broken_app", "refused_wrong", "unmade_app", "visited"]

_THOUGHTS = {
    "no running event loop": "Write `async def`: a plain `def` runs in a thread, without a loop.",
    "object Turn can't be used in 'await'": "Do not await the turn: hand it to write(turn, log).",
    "'async_generator' object is not iterable": "Frames go out in a StreamingResponse(...).",
    "NotFoundError.__init__()": 'It wants to know what, and which one: NotFoundError("turn", id).',
    "trn_00000": "For a turn that never was, raise NotFoundError: look with turns.get(turn_id).",
    "is not a callable object": "Depends(badge) gets the function itself, not a call of it.",
    "'NonStreamingResult' object is not": "Only if isinstance(result, StreamingResult), stream it.",
    "has no attribute 'close'": "`async with SQLStore(url) as store:` closes it.",
    "context manager protocol": "Write `async with`.",
    "is not an async iterator": "`return` ends a function; `yield` hands out the app and goes on.",
    "'str' object has no attribute 'turn'": "make_app wants a store: make_app(SQLStore(url)).",
    "no attribute 'process'": "What has process() is as_chatkit(server).",
}


class Visit:
    """Alice, Bob, somebody without a key and somebody with a forged one, at one app.

    Attributes:
        alice: A client with a good key; so has `bob`.
        nobody: A client without a key.
        mallory: A client with a forged one.
    """

    def __init__(self, wire: Wire, server: HeldServer, inputs: dict[str, Any]) -> None:
        self.alice, self.bob = (client_of(wire, key) for key in inputs["keys"])
        self.nobody = client_of(wire, None)
        self.mallory = client_of(wire, inputs["keys"][0][::-1])
        self.server = server
        self.inputs = inputs
        self._wire = wire

    def crash(self) -> dict[str, Any] | None:
        """What the app raised since it was last asked."""
        crash, self._wire.crash = self._wire.crash, None
        return crash

    async def close(self) -> None:
        """Let everybody go."""
        clients: tuple[httpx.AsyncClient, ...] = (self.alice, self.bob, self.nobody, self.mallory)
        for client in clients:
            await client.aclose()


async def visited(
    subject: Any, inputs: dict[str, Any], all_of: Callable[[Visit], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Make the app, let everybody visit it, and leave nothing running; what was seen."""
    server = HeldServer(inputs["pieces"], inputs["hold_at"])
    apps: list[Any] = []
    made = await attempt(lambda: apps.append(subject(server, authenticate_with(inputs))))
    if "raised" in made:
        return {"unmade": made["raised"]}
    if not callable(apps[0]):
        return {"unmade": {"type": "NoApp", "message": type(apps[0]).__name__}}
    async with wired(apps[0]) as wire:
        visit = Visit(wire, server, inputs)
        try:
            return await all_of(visit)
        finally:
            await visit.close()
            await server.all_over()


def unmade_app(name: str, why: dict[str, Any]) -> Finding:
    """What to try when there is no app."""
    if why["type"] == "NoApp":
        return failed(f"{name} gave back a {why['message']}.", "End it with `return app`.")
    return broken_app(f"{name} raised", why)


def broken_app(said: str, why: dict[str, Any]) -> Finding:
    """An exception of the app's, and what to try."""
    message = why["message"]
    thoughts = [thought for part, thought in _THOUGHTS.items() if part in message]
    advice = " ".join([*thoughts[:1], source_line(why)]).strip()
    return failed(f"{said} {why['type']}: {message[:140]}", advice)


def refused_wrong(
    called: str,
    refused: dict[str, Any],
    crashed: Callable[[dict[str, Any]], Finding | None],
) -> Finding | None:
    """Whoever has no good key gets a 401."""
    for who, what in (("nobody", "without a session key"), ("mallory", "with a forged key")):
        one = refused[who]
        if wrong := crashed(one):
            return wrong
        if one["status"] in {404, 405}:
            route = called.partition(" ")[2]
            return failed(f"{called}: {one['status']}.", f'@app.post("{route}", ...)')
        if one["status"] != 401:
            return failed(
                f"{called} {what}: got {one['status']}, expected 401.",
                "Ask for the badge in every route: context: RequestContext = Depends(badge)",
            )
    return None
