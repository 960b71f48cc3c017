"""A client of an app: over this machine's network, or, in a browser, which has none, without it."""

import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import httpx

from chatlab.lessons.l11_ship_it.transport import transport_for
from chatlab.testing import serving

__all__ = ["served"]

_NO_SOCKETS = (
    "A browser cannot be a web server: here, the client calls the app in the same process. "
    "On a machine, the same goes over HTTP."
)


@asynccontextmanager
async def served(app: Any, **headers: str) -> AsyncGenerator[httpx.AsyncClient]:
    """Serve the app as long as the block runs; gives a client that speaks to it.

    Args:
        app: An ASGI app.
        headers: Those that the client sends with every request.
    """
    if sys.platform == "emscripten":
        _say_once(_NO_SOCKETS)
        async with transport_for(app) as transport:
            base = "http://taskmanager"
            async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as it:
                yield it
        return
    # straight to this machine, whatever its settings say
    here: dict[str, Any] = {"timeout": None, "trust_env": False, "headers": headers}
    async with serving(app) as url, httpx.AsyncClient(base_url=url, **here) as client:
        yield client


@cache
def _say_once(sentence: str) -> None:
    print(sentence)  # noqa: T201 - it is for whoever runs the cell
