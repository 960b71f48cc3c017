"""Connections on which nothing is asked and nothing is read are closed: they keep others out.

    uvicorn app:app --http chatlab.adapters.http.connections:Connection

uvicorn waits without end for the rest of a request's head, for the first request, and for a reader
of what was answered. Its `timeout_keep_alive` begins after an answer and ends with the next byte,
and its `limit_concurrency` refuses whoever comes too late, not whoever is idle.
"""

import asyncio
import math
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

try:
    import resource
except ImportError:  # not on Windows
    resource = None

__all__ = ["Connection"]

_FILES_FOR_OTHERS = 100
"""How many files a process keeps for its database, its logs and itself."""

_FEW_CONNECTIONS, _MANY_CONNECTIONS = 100, 10_000


def _most_connections() -> int:
    files = 600 if resource is None else resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files < 0:  # without a limit
        return _MANY_CONNECTIONS
    return min(max(_FEW_CONNECTIONS, files - _FILES_FOR_OTHERS), _MANY_CONNECTIONS)


class Connection(H11Protocol):
    """uvicorn's connection, with an end to its patience.

    Attributes:
        seconds: How long a request's head may take to arrive.
        read_seconds: How long a reader may read nothing of what was answered. It is more, since
            much of that is on its way, where nobody sees how far it is.
        waiting_since: When the connection was last seen without a request.
        most: How many connections there are. One more closes the one that has waited longest.
    """

    seconds = 10.0
    read_seconds = 60.0
    most = _most_connections()
    waiting_since = 0.0
    _patience: asyncio.TimerHandle | None = None
    _reader_patience: asyncio.TimerHandle | None = None
    _unread = math.inf

    @override
    def connection_made(self, transport: Any) -> None:
        """Somebody has come; somebody else may have to go."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most:
            there = [one for one in self.connections if not one.transport.is_closing()]
            idle = [one for one in there if isinstance(one, Connection) and one.idle]
            if len(there) > self.most:
                min(idle, key=lambda one: one.waiting_since).transport.abort()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is there any more."""
        self._stop_waiting()
        self._stop_waiting_for_reader()
        super().connection_lost(exc)

    @override
    def data_received(self, data: bytes) -> None:
        """A piece of a request; patience ends when its head is complete."""
        super().data_received(data)
        if self._serving:
            self._stop_waiting()

    @override
    def on_response_complete(self) -> None:
        """The answer is on its way; from here on the next request is waited for."""
        super().on_response_complete()
        if not self._serving:
            self._wait()

    @override
    def handle_websocket_upgrade(self, event: Any) -> None:
        """The connection becomes one of another kind."""
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    @override
    def shutdown(self) -> None:
        """The server stops: a page that waits for news of its conversations waits no longer."""
        super().shutdown()
        cycle: Any = self.cycle
        app_state = getattr(
            getattr(cycle and cycle.scope.get("app"), "state", None), "chatlab", None
        )
        if app_state is not None:
            app_state.changes.close()

    @override
    def pause_writing(self) -> None:
        """More is written than read."""
        super().pause_writing()
        self._wait_for_reader()

    @override
    def resume_writing(self) -> None:
        """Enough is read."""
        super().resume_writing()
        self._stop_waiting_for_reader()

    @property
    def _serving(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def idle(self) -> bool:
        """Whether nothing is done for whoever is there: a request that still arrives is none."""
        return not self._serving or self.cycle.more_body

    def _wait(self) -> None:
        self._stop_waiting()
        self.waiting_since = self.loop.time()
        self._patience = self.loop.call_later(self.seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        if self._reader_patience is None:
            self._wait_for_reader()

    def _wait_for_reader(self) -> None:
        """Wait for as long as something is read of what was written; not at all for nothing."""
        unread, earlier = self.transport.get_write_buffer_size(), self._unread
        self._unread = unread
        if 0 < unread < earlier:
            self._reader_patience = self.loop.call_later(self.read_seconds, self._wait_for_reader)
        else:
            self.transport.abort()

    def _stop_waiting_for_reader(self) -> None:
        self._unread = math.inf
        if self._reader_patience is not None:
            self._reader_patience.cancel()
            self._reader_patience = None
