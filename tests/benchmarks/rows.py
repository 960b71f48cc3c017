"""What is measured, and against what: each row is a pair of works whose costs are compared."""

import asyncio
import gc
import os
import sqlite3
import subprocess
import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from chatlab import AssistantMessage, ChatKitServer, MemoryStore, RequestContext, SQLStore
from chatlab.adapters.chatkit import as_chatkit
from chatlab.adapters.http.limits import Limits
from chatlab.adapters.http.turn_registry import TurnRegistry
from chatlab.items import ThreadMetadata
from chatlab.stores.base import IdempotencyRecord
from chatlab.streams import to_sse
from tests.benchmarks.chatkit_peer import PeerServer, request
from tests.benchmarks.over_http import Clients, serving

__all__ = ["Row", "make_rows"]

ALICE = RequestContext(user_id="alice")
Cost = Callable[[], Awaitable[float]]


@dataclass(frozen=True)
class Row:
    """One line of the table: what `ours` costs, in times of what `peer` costs."""

    name: str
    peer_name: str
    goal: float
    ours: Cost
    peer: Cost
    rounds: int = 11


class Talker(ChatKitServer):
    """Says so many tokens, each in an event of its own."""

    tokens = 0

    def respond(self, thread, input, context):
        return bare(self.tokens)


async def bare(tokens):
    for n in range(tokens):
        yield AssistantMessage(content=f"tok{n} ")


def talker(tokens, store=None):
    server = Talker(store)
    server.tokens = tokens
    return server


async def read(stream: AsyncIterator[object]) -> None:
    async for _ in stream:
        pass


def cpu(work: Callable[[], Awaitable[object]], clock=time.process_time) -> Cost:
    """The CPU seconds of this process, all threads together, that the work takes."""

    async def cost() -> float:
        gc.collect()
        started = clock()
        await work()
        return clock() - started

    return cost


def made(make: Callable[[], AsyncIterator[object]], times: int = 1) -> Cost:
    """The cost of reading the stream to its end."""

    async def work() -> None:
        for _ in range(times):
            await read(make())

    return cpu(work)


def delta_rows(tokens: int = 10_000) -> list[Row]:
    server, peer = talker(tokens), PeerServer(tokens)
    peers = [peer, as_chatkit(talker(tokens))]

    async def official(one):
        await read(aiter(await one.process(request(), ALICE)))

    theirs, ours = (cpu(partial(official, one)) for one in peers)
    name, generator = f"{tokens:,} deltas", made(lambda: bare(tokens))
    return [
        Row(f"{name} through send", "bare generator", 1.6, made(lambda: say(server)), generator),
        Row(
            f"{name} as SSE", "bare generator", 2.3, made(lambda: to_sse(say(server))), generator, 7
        ),
        Row(f"{name}, official bytes", "openai-chatkit", 0.5, ours, theirs, 5),
    ]


def say(server):
    return server.send("Hello", ALICE)


def first_event_row(times: int = 50) -> Row:
    server, peer = talker(1), PeerServer(1)

    async def ours() -> None:
        for _ in range(times):
            async with server.send("Hello", ALICE) as turn:
                await anext(turn)

    async def theirs() -> None:
        for _ in range(times):
            frames = aiter(await peer.process(request(), None))
            await anext(frames)
            await frames.aclose()

    return Row("first event, warm", "openai-chatkit", 0.05, cpu(ours), cpu(theirs))


def sqlite_rows(store: SQLStore, folder: Path, times: int = 20) -> list[Row]:
    kept, memory = talker(50, store), talker(50)
    commits = sqlite3.connect(folder / "commits.sqlite", isolation_level=None)
    commits.execute("PRAGMA journal_mode = WAL")
    commits.execute("PRAGMA synchronous = FULL")
    commits.execute("CREATE TABLE said (text TEXT)")

    async def at_once() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(times):
                group.create_task(read(say(kept)))

    async def two_commits_a_turn() -> None:
        for _ in range(2 * times):
            commits.execute("INSERT INTO said VALUES (?)", ("word " * 100,))

    turns = [made(lambda server=server: say(server), times) for server in (kept, memory)]
    wall = [cpu(work, time.perf_counter) for work in (at_once, two_commits_a_turn)]
    return [
        Row("a turn of 50 tokens on SQLite", "in memory", 6, *turns),
        Row(f"{times} turns at once on SQLite, wall", f"{2 * times} bare commits", 10, *wall),
    ]


async def registry_rows(kept: int = 30_000) -> list[Row]:
    full, empty = await registry_of(kept), await registry_of(20)
    server, numbers = talker(1), count()

    async def start(registry) -> None:
        for _ in range(20):
            me = RequestContext(user_id=f"new{next(numbers)}")
            await (await registry.start(lambda me=me: server.send("Hi", me), me, message="Hi")).task

    async def look(registry) -> None:
        for _ in range(100):
            registry.running_in("thr_none", ALICE)

    return [
        Row(f"{what} with {kept:,} turns kept", "20 kept", 1.3, *costs)
        for what, costs in {
            "a turn started": [cpu(partial(start, one)) for one in (full, empty)],
            "GET of a thread": [cpu(partial(look, one)) for one in (full, empty)],
        }.items()
    ]


async def registry_of(turns: int) -> TurnRegistry:
    registry, server = TurnRegistry(Limits()), talker(1)
    for n in range(turns):
        me = RequestContext(user_id=f"user{n // 20}")
        started = await registry.start(lambda me=me: server.send("Hi", me), me, message="Hi")
        await started.task
    return registry


async def memory_rows(threads: int = 100_000) -> list[Row]:
    full, small = await store_of(threads), await store_of(100)
    numbers = count()

    async def listed(store) -> None:
        for _ in range(20):
            await store.load_threads(20, None, "desc", ALICE)

    async def deleted(store) -> None:
        for _ in range(20):
            id = f"more{next(numbers)}"
            await store.save_thread(thread_of(id), ALICE)
            await store.delete_thread(id, ALICE)

    return [
        Row(name, "among 100", 1.3, *(cpu(partial(work, one)) for one in (full, small)))
        for name, work in {
            f"MemoryStore: 20 of {threads:,} threads": listed,
            f"MemoryStore: a thread deleted among {threads:,} keys": deleted,
        }.items()
    ]


def thread_of(id: str) -> ThreadMetadata:
    now = talker(0).clock.now()
    return ThreadMetadata(id=id, user_id="alice", created_at=now, updated_at=now)


async def store_of(threads: int) -> MemoryStore:
    store = MemoryStore()
    for n in range(threads):
        await store.save_thread(thread_of(f"thr_{n}"), ALICE)
        ids = IdempotencyRecord(thread_id=f"thr_{n}", item_id="msg")
        await store.claim_key(f"key{n}", ids, ALICE)
    return store


def kept_text_row(chars: int = 200_000) -> Row:
    server = talker(chars // 8)
    registry = TurnRegistry(Limits())

    async def kept() -> float:
        gc.collect()
        tracemalloc.start()
        turn = await registry.start(lambda: say(server), ALICE, message="Hello")
        await turn.task
        server.store = MemoryStore()  # what it keeps is another matter
        gc.collect()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size

    async def text() -> float:
        return sum(len(f"tok{n} ") for n in range(server.tokens))

    return Row("memory of a finished turn, 200 KB said", "its text, once", 1.2, kept, text, 3)


async def http_rows(folder: Path, stack: AsyncExitStack) -> list[Row]:
    """What the clock says is divided by itself: the goals in milliseconds are of one machine."""
    served = await stack.enter_async_context(serving(folder))
    hundred, thousand = Clients(*served, 100), Clients(*served, 1000)

    async def server_cpu() -> float:
        await hundred.run()
        return hundred.server_cpu

    async def milliseconds(count: float) -> float:
        return count / 1000

    async def late() -> float:
        await thousand.run()
        return thousand.waits[-10]

    async def middle() -> float:
        return thousand.waits[500] if thousand.waits else 1.0

    name = "a turn over HTTP, 100 clients, SQLite, server's CPU"
    return [
        Row(name, "15 ms", 1, server_cpu, partial(milliseconds, 15), 5),
        Row("first event, 1,000 clients at once: p99", "their median", 3, late, middle, 3),
    ]


def import_rows() -> list[Row]:
    def importing(statement: str) -> Cost:
        program = "import time; before = time.process_time(); "
        program += f"{statement}; print(time.process_time() - before)"

        async def cost() -> float:
            command = [sys.executable, "-c", program]
            env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
            done = subprocess.run(  # noqa: ASYNC221 - nothing else runs meanwhile
                command, env=env, check=True, capture_output=True
            )
            return float(done.stdout)

        return cost

    bare = "import pydantic, anyio"
    model = "import asyncio, anyio; from pydantic import BaseModel; type('A', (BaseModel,), {})"
    server = "from chatlab import ChatKitServer"
    return [
        Row("import chatlab", bare, 1.2, importing("import chatlab"), importing(bare), 9),
        Row(server, bare, 1.2, importing(server), importing(bare), 9),
        Row(server, "asyncio, anyio, one pydantic model", 1.2, importing(server), importing(model)),
    ]


async def make_rows(folder: Path, stack: AsyncExitStack) -> AsyncIterator[Row]:
    """The rows, each made ready when its turn comes: what is large comes last."""
    url = f"sqlite+aiosqlite:///{folder / 'bench.sqlite'}"
    store = await stack.enter_async_context(SQLStore(url))
    ready = [*delta_rows(), first_event_row(), *sqlite_rows(store, folder), kept_text_row()]
    for row in [*ready, *import_rows(), *await http_rows(folder, stack)]:
        yield row
    for large in (registry_rows, memory_rows):
        rows = await large()
        gc.freeze()  # or each collection would look at all of it
        for row in rows:
            yield row
