"""For the checks of lesson 11: an HTTP client and an app in one process, with a line to cut.

httpx brings a transport of its own for that. It waits until a response is whole, so a stream could
not be watched on its way.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chatlab.course.checking.observe import exception_as_data
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.pacing import yield_to_loop

__all__ = ["Wire", "client_of", "wired"]

_BASE = "http://taskmanager"
_PATIENCE = 1.0


class Wire(httpx.AsyncBaseTransport):
    """Hands requests to an ASGI app, and each piece of a response to the client as it comes.

    Attributes:
        crash: What the app raised last, as data.
    """

    def __init__(self, app: Any) -> None:
        self.crash: dict[str, Any] | None = None
        self._app = app
        self._calls: list[_Call] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request, until its response begins."""
        call = _Call(self._app, request, await request.aread())
        self._calls.append(call)
        await call.begun.wait()
        self.note(call)
        return httpx.Response(call.status, headers=call.headers, stream=_Body(self, call))

    def close(self) -> None:
        """End what an app still does after its answer, as a server does when it goes."""
        for call in self._calls:
            call.end()

    def note(self, call: "_Call") -> None:
        """Remember what the app raised. Raises `NotStarted` for what nobody has written yet."""
        if isinstance(call.error, NotStarted):
            raise call.error
        if call.error is not None:
            self.crash = exception_as_data(call.error)


class _Call:
    """One request on its way through the app."""

    def __init__(self, app: Any, request: httpx.Request, body: bytes) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.begun = asyncio.Event()
        self.pieces: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.whole = False
        self.error: BaseException | None = None
        self._gone = asyncio.Event()
        self._request: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]
        self._task = asyncio.create_task(self._run(app, _scope(request)))

    async def _run(self, app: Any, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = _first_of(error)
        finally:
            self.begun.set()
            self._gone.set()
            self.pieces.put_nowait(None)

    async def _receive(self) -> Any:
        if self._request:
            return self._request.pop()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
            self.begun.set()
            return
        if message.get("body") and not self._gone.is_set():
            self.pieces.put_nowait(message["body"])
        if not message.get("more_body", False):
            self.whole = True
            self._gone.set()
            self.pieces.put_nowait(None)
        await asyncio.sleep(0)

    async def settled(self) -> None:
        """An app that has answered may still raise, a moment later."""
        for _ in range(50):
            if self._task.done():
                return
            await asyncio.sleep(0)

    async def hang_up(self) -> None:
        """The client goes; a server gives its app a moment to notice.

        After a whole answer there is nothing to notice: what the app does then is its own affair.
        """
        if self.whole:
            return
        self._gone.set()
        await yield_to_loop(5)
        await asyncio.wait([self._task], timeout=_PATIENCE)
        self._task.cancel()

    def end(self) -> None:
        """Let nothing of it run on."""
        self._task.cancel()


class _Body(httpx.AsyncByteStream):
    """What comes back, until it is whole or the line is cut."""

    def __init__(self, wire: Wire, call: _Call) -> None:
        self._wire = wire
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._call.pieces.get()) is not None:
            yield piece
        await self._call.settled()
        self._wire.note(self._call)
        if not self._call.whole and self._call.headers:
            raise httpx.RemoteProtocolError("The server broke off in the middle of its response.")

    async def aclose(self) -> None:
        await self._call.hang_up()


def _first_of(error: BaseException) -> BaseException:
    """The error itself, without the groups that task groups wrap it in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (request.url.host, request.url.port),
        "client": ("127.0.0.1", 1),
    }


@asynccontextmanager
async def wired(app: Any) -> AsyncGenerator[Wire]:
    """A wire to the app, between its start and its end."""
    wire = Wire(app)
    try:
        if not hasattr(app, "router"):
            yield wire
            return
        async with app.router.lifespan_context(app):
            yield wire
    finally:
        wire.close()


def client_of(wire: Wire, session_key: str | None) -> httpx.AsyncClient:
    """Somebody with this session key, at the other end of the wire."""
    headers = {} if session_key is None else {"Authorization": f"Bearer {session_key}"}
    return httpx.AsyncClient(transport=wire, base_url=_BASE, headers=headers)
