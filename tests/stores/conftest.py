"""The stores under test, and two customers that no other test has met."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from backends import SQL, administering
from sqlalchemy import make_url

from chatlab import MemoryStore, RequestContext, SQLStore, Store, ThreadMetadata, UserMessageItem
from chatlab.adapters.browser.one_thread_engine import OneThreadEngine
from chatlab.items import ThreadItem

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(params=SQL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that SQLStore can use."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[str]:
    """A PostgreSQL database that nobody has used before."""
    name = f"chatlab_{uuid4().hex}"
    with administering(postgres_url) as run:
        run(f"CREATE DATABASE {name}")
        yield make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
        run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=SQL)
def new_url(request: pytest.FixtureRequest) -> str:
    """A database without tables, of either kind."""
    kind = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    return str(request.getfixturevalue(kind))


@pytest.fixture(scope="module", params=["memory", "sqlite in a browser", *SQL])
def kind(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str | None]:
    """Each kind of store: none for memory, else the URL of a database for a whole module."""
    file = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('kind') / 'chat.sqlite'}"
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite in a browser":
            patch.setattr("chatlab.stores.sql.database.make_engine", OneThreadEngine)
        if request.param == "postgres":
            file = str(request.getfixturevalue("postgres_url"))
        yield None if request.param == "memory" else file


@pytest.fixture(scope="module")
async def store(kind: str | None) -> AsyncIterator[Store[ThreadItem]]:
    """What the contract suite runs over. One for many tests, and so one event loop: it is quick.

    Tests keep apart by their customers, whom nobody else has met.
    """
    if kind is None:
        yield MemoryStore(turn_wait=0.05)
        return
    async with SQLStore(kind, turn_wait=0.05) as opened:
        yield opened


@pytest.fixture
async def open_store(kind: str | None) -> AsyncIterator[Callable[..., Store[Any]]]:
    """Opens stores with the options of your choice, for one test."""
    if kind is None:
        yield MemoryStore
        return
    async with AsyncExitStack() as exits:

        def opened(**options: Any) -> Store[Any]:
            store = SQLStore(kind, **options)
            exits.push_async_callback(store.aclose)
            return store

        yield opened


@pytest.fixture
def alice() -> RequestContext:
    """A customer with nothing in the store yet."""
    return RequestContext(user_id=f"alice-{uuid4()}")


@pytest.fixture
def bob() -> RequestContext:
    """Another one."""
    return RequestContext(user_id=f"bob-{uuid4()}")


@pytest.fixture
def a_thread() -> Callable[..., ThreadMetadata]:
    """Makes a thread: of whom, under which id, with what else."""

    def made(context: RequestContext, id: str = "thr_1", **more: object) -> ThreadMetadata:
        fields = {"created_at": NOON, "updated_at": NOON} | more
        return ThreadMetadata(id=id, user_id=context.user_id, **fields)

    return made


@pytest.fixture
def a_message() -> Callable[..., UserMessageItem]:
    """Makes an item: under which id, with which words, in which thread."""

    def made(id: str, content: str = "hello", thread_id: str = "thr_1") -> UserMessageItem:
        return UserMessageItem(id=id, thread_id=thread_id, content=content, timestamp=NOON)

    return made
