"""Part 11.4: workers on one PostgreSQL database, and what is left when they go."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from random import Random
from typing import Any
from uuid import uuid4

from chatlab.context import RequestContext
from chatlab.course.checking.observe import cancel_leftovers, exception_as_data, to_plain_json
from chatlab.course.postgres import missing_postgres as missing_requirement
from chatlab.course.postgres import temporary_database
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.lessons.l11_ship_it.held_server import HeldServer, patiently, people_inputs
from chatlab.stores import SQLStore
from chatlab.testing import collect

__all__ = ["inputs", "missing_requirement", "observe"]

_CLOSING = 50
"""How many times a connection is looked for that should be closed; 10 ms in between."""


def inputs(random: Random) -> dict[str, Any]:
    """See `people_inputs`."""
    return people_inputs(random)


class Crash(Exception):
    """What ends a worker in the middle of its work."""


class NoWorker(Exception):
    """What was made is no worker; `what` says where it went wrong, and `kind` what it is."""

    def __init__(self, what: str, made: object) -> None:
        self.what = what
        self.kind = type(made).__name__
        super().__init__()


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Two workers at once, a third one tomorrow, and one that breaks."""
    with ExitStack() as exits:
        try:
            given = exits.enter_context(temporary_database())
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            return {"no server": f"{type(error).__name__}: {error}"}
        async with _fresh_database(given) as (url, connections):
            stage = _Stage(subject, url, inputs, connections)
            try:
                return await stage.all()
            except NotStarted:
                raise
            except NoWorker as error:
                return {"no": error.what, "kind": error.kind}
            except Exception as error:  # noqa: BLE001 - it is what was observed
                return {"raised": exception_as_data(error)}
            finally:
                await stage.close()


@asynccontextmanager
async def _fresh_database(given: str) -> AsyncGenerator[tuple[str, Callable[[], Awaitable[int]]]]:
    """A database that nobody has used, and what counts the connections to it."""
    from sqlalchemy import text
    from sqlalchemy.engine import make_url
    from sqlalchemy.ext.asyncio import create_async_engine

    name = f"chatlab_{uuid4().hex}"
    count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
    engine = create_async_engine(given, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as admin:
            await admin.execute(text(f"CREATE DATABASE {name}"))
            try:
                url = make_url(given).set(database=name).render_as_string(hide_password=False)

                async def connections() -> int:
                    return await admin.scalar(count, {"name": name}) or 0

                yield url, connections
            finally:
                await admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await engine.dispose()


class _Stage:
    """The learner's workers, and the apps that they make: each has a server of its own."""

    def __init__(
        self,
        subject: Any,
        url: str,
        inputs: dict[str, Any],
        connections: Callable[[], Awaitable[int]],
    ) -> None:
        self._subject = subject
        self._url = url
        self._inputs = inputs
        self._connections = connections
        self._alice, self._bob = (RequestContext(user_id=name) for name in inputs["names"])
        self._servers: dict[str, HeldServer] = {}

    async def all(self) -> dict[str, Any]:
        """What there is to judge."""
        seen = await self._two_at_once()
        seen["open"] = await self._left_open()
        if seen["open"]:
            return seen
        seen["tomorrow"] = await self._tomorrow(seen["thread_id"])
        seen["broke"] = await self._crash()
        seen["open after a crash"] = await self._left_open()
        return seen

    async def close(self) -> None:
        """Close what the workers have left open."""
        for server in self._servers.values():
            if isinstance(server.store, SQLStore):
                await server.store.aclose()
        await cancel_leftovers()

    def _make_app(self, store: Any) -> str:
        name = f"app {len(self._servers) + 1}"
        self._servers[name] = HeldServer(self._inputs["pieces"], self._inputs["hold_at"], store)
        return name

    @asynccontextmanager
    async def _worker(self) -> AsyncGenerator[HeldServer]:
        made: Any = self._subject(self._url, self._make_app)
        if not isinstance(made, AbstractAsyncContextManager):
            if asyncio.iscoroutine(made):
                made.close()
            raise NoWorker("worker", made)
        async with made as app:
            if app not in self._servers:
                raise NoWorker("app", app)
            yield self._servers[app]

    async def _two_at_once(self) -> dict[str, Any]:
        """A reply held at one worker, and a message for the same thread at the other."""
        first, second, _ = self._inputs["messages"]
        async with self._worker() as one, self._worker() as two:
            two.hold_at = 0
            turn = one.send(first, self._alice)
            begun = asyncio.create_task(collect(turn))
            await patiently(lambda: one.holds)
            other = asyncio.create_task(collect(two.send(second, self._alice, turn.thread_id)))
            await asyncio.sleep(0.02)  # real waiting, in a real database
            at_work = await self._connections()
            one.go = True
            await begun
            events = await other
            return {
                "thread_id": turn.thread_id,
                "at_work": at_work,
                "last": to_plain_json(events[-1]),
                "said": await self._said(two, turn.thread_id),
            }

    async def _tomorrow(self, thread_id: str) -> list[str]:
        async with self._worker() as three:
            return await self._said(three, thread_id)

    async def _crash(self) -> bool:
        """Whether the error that ends the block gets out of it."""
        try:
            async with self._worker() as four:
                await four.threads(self._alice)
                raise Crash
        except Crash:
            return True
        return False

    async def _said(self, server: HeldServer, thread_id: str) -> list[str]:
        try:
            thread = await server.thread(thread_id, self._alice)
        except NotFoundError:
            return []
        return [item.content for item in thread.items.data]

    async def _left_open(self) -> int:
        """How many connections stay open; closing takes a server a moment."""
        count = 0
        for _ in range(_CLOSING):
            if not (count := await self._connections()):
                break
            await asyncio.sleep(0.01)
        return count
