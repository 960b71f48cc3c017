"""For the checks of lesson 11: HTTP clients for an ASGI app in the same process.

httpx's own ASGITransport waits for the whole response. This one hands on each chunk as it comes,
and a client that closes the response early disconnects from the app.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from chatlab.course.checking.as_data import exception_as_data
from chatlab.course.todo import NotStarted
from chatlab.lessons.support.yield_to_loop import yield_to_loop

__all__ = ["CuttableTransport", "make_client", "transport_for"]

_BASE_URL = "http://taskmanager"
_APP_STOP_TIMEOUT_SECONDS = 1.0
"""How long an app may take to end after a client has disconnected; then it is cancelled."""


class CuttableTransport(httpx.AsyncBaseTransport):
    """Hands requests to an ASGI app, and each chunk of a response to the client as it comes.

    Attributes:
        crash: The latest exception of the app, as data; None without one.
    """

    def __init__(self, app: Any) -> None:
        self.crash: dict[str, Any] | None = None
        self._app = app
        self._runs: list[_RequestRun] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Start the app on a request; return when its response has begun."""
        run = _RequestRun(self._app, request, await request.aread())
        self._runs.append(run)
        await run.started.wait()
        self.record_error(run)
        return httpx.Response(run.status, headers=run.headers, stream=_ResponseStream(self, run))

    def cancel_running_requests(self) -> None:
        """Cancel what the app still does after its responses, as a server does on shutdown."""
        for run in self._runs:
            run.cancel()

    def record_error(self, run: "_RequestRun") -> None:
        """Keep what the app raised for the request.

        Raises:
            NotStarted: The app met code that has not been written yet.
        """
        if isinstance(run.error, NotStarted):
            raise run.error
        if run.error is not None:
            self.crash = exception_as_data(run.error)


class _RequestRun:
    """The app's task for one request, and what it has sent so far.

    Attributes:
        status: Of the response.
        headers: Of the response.
        started: Set when status and headers are there, or the app has ended.
        chunks: The body as it comes; None is its end.
        is_complete: Whether the app has sent its last chunk.
        error: What the app raised.
    """

    def __init__(self, app: Any, request: httpx.Request, body: bytes) -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.started = asyncio.Event()
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue()
        self.is_complete = False
        self.error: BaseException | None = None
        self._disconnected = asyncio.Event()
        self._request_messages: list[Any] = [
            {"type": "http.request", "body": body, "more_body": False}
        ]
        self._task = asyncio.create_task(self._run(app, _asgi_scope(request)))

    async def _run(self, app: Any, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - it is what was observed
            self.error = _unwrap_exception_group(error)
        finally:
            self.started.set()
            self._disconnected.set()
            self.chunks.put_nowait(None)

    async def _receive(self) -> Any:
        if self._request_messages:
            return self._request_messages.pop()
        await self._disconnected.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message["headers"])
            self.started.set()
            return
        if message.get("body") and not self._disconnected.is_set():
            self.chunks.put_nowait(message["body"])
        if not message.get("more_body", False):
            self.is_complete = True
            self._disconnected.set()
            self.chunks.put_nowait(None)
        await asyncio.sleep(0)

    async def wait_for_end(self) -> None:
        """Give an app that has sent its response some rounds of the loop to end, or to raise."""
        for _ in range(50):
            if self._task.done():
                return
            await asyncio.sleep(0)

    async def disconnect(self) -> None:
        """Tell the app that its client has gone, and cancel it if it does not end by itself.

        After a complete response nothing is done: what the app does then is its own affair.
        """
        if self.is_complete:
            return
        self._disconnected.set()
        await yield_to_loop(5)
        await asyncio.wait([self._task], timeout=_APP_STOP_TIMEOUT_SECONDS)
        self._task.cancel()

    def cancel(self) -> None:
        """Cancel the app's task."""
        self._task.cancel()


class _ResponseStream(httpx.AsyncByteStream):
    """The body of a response; closing it disconnects the client."""

    def __init__(self, transport: CuttableTransport, run: _RequestRun) -> None:
        self._transport = transport
        self._run = run

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (chunk := await self._run.chunks.get()) is not None:
            yield chunk
        await self._run.wait_for_end()
        self._transport.record_error(self._run)
        if not self._run.is_complete and self._run.headers:
            raise httpx.RemoteProtocolError("The server broke off in the middle of its response.")

    async def aclose(self) -> None:
        await self._run.disconnect()


def _unwrap_exception_group(error: BaseException) -> BaseException:
    """The error itself, without the groups that task groups wrap it in."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _asgi_scope(request: httpx.Request) -> dict[str, Any]:
    """The ASGI connection scope of the request."""
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
async def transport_for(app: Any) -> AsyncGenerator[CuttableTransport]:
    """A transport to the app, while the app's lifespan runs."""
    transport = CuttableTransport(app)
    try:
        if not hasattr(app, "router"):
            yield transport
            return
        async with app.router.lifespan_context(app):
            yield transport
    finally:
        transport.cancel_running_requests()


def make_client(transport: CuttableTransport, session_key: str | None) -> httpx.AsyncClient:
    """A client whose requests carry this session key, or none."""
    headers = {} if session_key is None else {"Authorization": f"Bearer {session_key}"}
    return httpx.AsyncClient(transport=transport, base_url=_BASE_URL, headers=headers)
