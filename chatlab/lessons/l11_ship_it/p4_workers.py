"""Part 11.4: workers on one PostgreSQL database, and the connections they leave open."""

import asyncio
import subprocess
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from random import Random
from typing import Any
from uuid import uuid4

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import exception_as_data, to_plain_json
from chatlab.course.checking.observe import cancel_leftovers
from chatlab.course.postgres import missing_postgres as missing_requirement
from chatlab.course.postgres import temporary_database
from chatlab.course.todo import NotStarted
from chatlab.errors import NotFoundError
from chatlab.lessons.l11_ship_it.pausable_server import PausableServer, random_inputs, wait_until
from chatlab.stores import SQLStore
from chatlab.testing import collect

__all__ = ["inputs", "missing_requirement", "observe"]

_CLOSE_ATTEMPTS = 50
"""How many times to look whether all connections are closed, 10 ms apart."""


def inputs(random: Random) -> dict[str, Any]:
    """See `random_inputs`."""
    return random_inputs(random)


class SimulatedCrash(Exception):
    """Raised in a worker's block, to see that it gets out."""


class WorkerNotMade(Exception):
    """The learner's code gave something else than a worker or its app.

    Attributes:
        role: `"worker"` or `"app"`.
        type_name: The type that came instead.
    """

    def __init__(self, role: str, value: object) -> None:
        self.role = role
        self.type_name = type(value).__name__
        super().__init__()


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Run two workers at once, a later one, and one that crashes, on a new database."""
    with ExitStack() as stack:
        try:
            server_url = stack.enter_context(temporary_database())
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            return {"no server": f"{type(error).__name__}: {error}"}
        async with _create_database(server_url) as (url, count_connections):
            fixture = _WorkersRun(subject, url, inputs, count_connections)
            try:
                return await fixture.run()
            except NotStarted:
                raise
            except WorkerNotMade as error:
                return {"no": error.role, "kind": error.type_name}
            except Exception as error:  # noqa: BLE001 - it is what was observed
                return {"raised": exception_as_data(error)}
            finally:
                await fixture.close()


@asynccontextmanager
async def _create_database(
    server_url: str,
) -> AsyncGenerator[tuple[str, Callable[[], Awaitable[int]]]]:
    """The URL of a new database, and a function that counts the connections to it."""
    from sqlalchemy import text
    from sqlalchemy.engine import make_url
    from sqlalchemy.ext.asyncio import create_async_engine

    name = f"chatlab_{uuid4().hex}"
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
    engine = create_async_engine(server_url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as admin:
            await admin.execute(text(f"CREATE DATABASE {name}"))
            try:
                url = make_url(server_url).set(database=name).render_as_string(hide_password=False)

                async def count_connections() -> int:
                    return await admin.scalar(query, {"name": name}) or 0

                yield url, count_connections
            finally:
                await admin.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        await engine.dispose()


class _WorkersRun:
    """Makes the learner's workers, and a `PausableServer` for each app that they ask for."""

    def __init__(
        self,
        subject: Any,
        url: str,
        inputs: dict[str, Any],
        count_connections: Callable[[], Awaitable[int]],
    ) -> None:
        self._subject = subject
        self._url = url
        self._inputs = inputs
        self._count_connections = count_connections
        self._alice, self._bob = (RequestContext(user_id=name) for name in inputs["names"])
        self._servers: dict[str, PausableServer] = {}

    async def run(self) -> dict[str, Any]:
        """Run all workers; stop early when the first two leave connections open."""
        observation = await self._run_two_workers()
        observation["open"] = await self._count_open_connections()
        if observation["open"]:
            return observation
        observation["tomorrow"] = await self._read_with_new_worker(observation["thread_id"])
        observation["broke"] = await self._crash_worker()
        observation["open after a crash"] = await self._count_open_connections()
        return observation

    async def close(self) -> None:
        """Close the stores that the workers have left open."""
        for server in self._servers.values():
            if isinstance(server.store, SQLStore):
                await server.store.aclose()
        await cancel_leftovers()

    def _make_app(self, store: Any) -> str:
        """The learner's `make_app`: makes a server on the store; returns its name as the app."""
        name = f"app {len(self._servers) + 1}"
        self._servers[name] = PausableServer(self._inputs["pieces"], self._inputs["hold_at"], store)
        return name

    @asynccontextmanager
    async def _worker(self) -> AsyncGenerator[PausableServer]:
        """The server behind the app of one of the learner's workers, while the worker runs.

        Raises:
            WorkerNotMade: There is no worker, or it yields no app.
        """
        worker: Any = self._subject(self._url, self._make_app)
        if not isinstance(worker, AbstractAsyncContextManager):
            if asyncio.iscoroutine(worker):
                worker.close()
            raise WorkerNotMade("worker", worker)
        async with worker as app:
            if app not in self._servers:
                raise WorkerNotMade("app", app)
            yield self._servers[app]

    async def _run_two_workers(self) -> dict[str, Any]:
        """Send a message to the second worker while the first one's reply in the thread is held."""
        first_message, second_message, _ = self._inputs["messages"]
        async with self._worker() as first_server, self._worker() as second_server:
            second_server.hold_at = 0
            turn = first_server.send(first_message, self._alice)
            first_task = asyncio.create_task(collect(turn))
            await wait_until(lambda: first_server.is_holding)
            second_task = asyncio.create_task(
                collect(second_server.send(second_message, self._alice, turn.thread_id))
            )
            await asyncio.sleep(0.02)  # the second turn waits in the database, not on this loop
            connections_in_use = await self._count_connections()
            first_server.may_continue = True
            await first_task
            second_events = await second_task
            return {
                "thread_id": turn.thread_id,
                "at_work": connections_in_use,
                "last": to_plain_json(second_events[-1]),
                "said": await self._thread_texts(second_server, turn.thread_id),
            }

    async def _read_with_new_worker(self, thread_id: str) -> list[str]:
        """The texts of the thread, as a worker has them that begins later."""
        async with self._worker() as server:
            return await self._thread_texts(server, thread_id)

    async def _crash_worker(self) -> bool:
        """Whether an error in the worker's block gets out of it."""
        try:
            async with self._worker() as server:
                await server.threads(self._alice)
                raise SimulatedCrash
        except SimulatedCrash:
            return True
        return False

    async def _thread_texts(self, server: PausableServer, thread_id: str) -> list[str]:
        """The texts of the thread's items; none if there is no such thread."""
        try:
            thread = await server.thread(thread_id, self._alice)
        except NotFoundError:
            return []
        return [item.content for item in thread.items.data]

    async def _count_open_connections(self) -> int:
        """How many connections stay open, after up to half a second for closing them."""
        count = 0
        for _ in range(_CLOSE_ATTEMPTS):
            if not (count := await self._count_connections()):
                break
            await asyncio.sleep(0.01)
        return count
