"""For the checks of lesson 11: clients of a learner's app, each with a session key of its own."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from chatlab.course.checking.as_data import attempt
from chatlab.lessons.l11_ship_it.pausable_server import PausableServer, make_authenticate
from chatlab.lessons.l11_ship_it.transport import CuttableTransport, make_client, transport_for

__all__ = ["AppClients", "run_with_clients"]


class AppClients:
    """Four HTTP clients of one app, and the server behind it.

    Attributes:
        alice: A client with the first good session key.
        bob: A client with the second one.
        anonymous: A client without a key.
        forger: A client with a forged key.
        server: The server that the app was made with.
        inputs: What `random_inputs` gave.
    """

    def __init__(
        self, transport: CuttableTransport, server: PausableServer, inputs: dict[str, Any]
    ) -> None:
        self.alice, self.bob = (make_client(transport, key) for key in inputs["keys"])
        self.anonymous = make_client(transport, None)
        self.forger = make_client(transport, inputs["keys"][0][::-1])
        self.server = server
        self.inputs = inputs
        self._transport = transport

    def take_crash(self) -> dict[str, Any] | None:
        """The app's latest exception as data, which is forgotten then; None without one."""
        crash, self._transport.crash = self._transport.crash, None
        return crash

    async def close(self) -> None:
        """Close the clients."""
        clients: tuple[httpx.AsyncClient, ...] = (self.alice, self.bob, self.anonymous, self.forger)
        for client in clients:
            await client.aclose()


async def run_with_clients(
    subject: Any, inputs: dict[str, Any], run: Callable[[AppClients], Awaitable[dict[str, Any]]]
) -> dict[str, Any]:
    """Make the learner's app, start it, and call `run` with clients of it.

    Returns:
        What `run` returns; or `{"unmade": ...}` with an exception as data, if there is no app.
    """
    server = PausableServer(inputs["pieces"], inputs["hold_at"])
    apps: list[Any] = []
    attempted = await attempt(lambda: apps.append(subject(server, make_authenticate(inputs))))
    if "raised" in attempted:
        return {"unmade": attempted["raised"]}
    if not callable(apps[0]):
        return {"unmade": {"type": "NoApp", "message": type(apps[0]).__name__}}
    async with transport_for(apps[0]) as transport:
        clients = AppClients(transport, server, inputs)
        try:
            return await run(clients)
        finally:
            await clients.close()
            await server.finish()
