"""A request's body is read whole, within limits, before anything is done for it."""

import asyncio
import re
from itertools import islice

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chatlab.adapters.http.limits import Limits

__all__ = ["BodyLimit"]

_VALUE = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{,]', re.DOTALL)
"""A text, to its end or the body's, or the beginning of another value."""

_WITHOUT_BODY = {"GET", "HEAD", "OPTIONS", "DELETE"}
"""What nobody waits with for a body; the app gets none, whatever comes."""


class BodyLimit:
    """Refuses what is too long, takes too long to arrive, or holds too many values.

    A parser makes an object of each value, and nobody else has a turn while it does. So values are
    counted before, in what may be no JSON at all; a parser need not be asked to find that out.
    """

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        body, problem = bytearray(), None
        if announced.isdecimal() and int(announced) > self._limits.body_bytes:
            problem = self._too_long
        elif scope["method"] not in _WITHOUT_BODY:
            problem = await self._read(receive, body)
        if problem is None:
            await self._app(scope, _Replay(bytes(body), receive).receive, send)
        elif problem[0]:
            status, code, message = problem
            answer = {"code": code, "message": message}
            await JSONResponse(answer, status, {"Connection": "close"})(scope, receive, send)

    @property
    def _too_long(self) -> tuple[int, str, str]:
        limits = self._limits
        most = f"A request may have {limits.body_bytes:,} bytes"
        return 413, "too_large", f"{most} and take {limits.body_seconds:g} seconds to arrive."

    async def _read(self, receive: Receive, body: bytearray) -> tuple[int, str, str] | None:
        """Read the body; say what is wrong with it, with a status of 0 if nobody is there."""
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                more = True
                while more:
                    message = await receive()
                    if message["type"] != "http.request":
                        return 0, "", ""
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > self._limits.body_bytes:
                        return self._too_long
        except TimeoutError:
            return 408, *self._too_long[1:]
        if b"\0" in body:  # as in UTF-16, in which texts end elsewhere
            return 422, "invalid_input", "The request is not JSON in UTF-8."
        if next(islice(_VALUE.finditer(body), self._limits.values, None), None) is not None:
            return 413, "too_large", f"A request may hold {self._limits.values:,} values."
        return None


class _Replay:
    """Gives the app the body as one message; then, what comes after it."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._message: Message | None = {"type": "http.request", "body": body, "more_body": False}
        self._receive = receive

    async def receive(self) -> Message:
        """See ASGI."""
        if (message := self._message) is None:
            return await self._receive()
        self._message = None
        return message
