"""For the checks of lesson 11: who comes to a learner's app, and with which key."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from chatlab.course.findings import Finding, no
from chatlab.course.lessons.l11_held import HeldServer, authenticate_with
from chatlab.course.lessons.l11_wire import Wire, client_of, wired
from chatlab.course.observing import attempt

__all__ = ["Visit", "line_of", "refused_wrong", "unmade_app", "visited"]


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
        return no(f"{name} gave back a {why['message']}.", "End it with `return app`.")
    return no(f"{name} raised {why['type']}: {why['message']}", line_of(why))


def line_of(error: dict[str, Any]) -> str:
    """The learner's line that raised, if it was one."""
    return f"Your line {error['number']}: {error['line']}" if error.get("line") else ""


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
            return no(f"{called}: {one['status']}.", f'@app.post("{route}", ...)')
        if one["status"] != 401:
            return no(
                f"{called} {what}: got {one['status']}, expected 401.",
                "Ask for the badge in every route: context: RequestContext = Depends(badge)",
            )
    return None
