"""The stores under test, and two customers that no other test has met."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from chatlab import MemoryStore, RequestContext, SQLStore, Store, ThreadMetadata, UserMessageItem
from chatlab.items import ThreadItem

POSTGRES = [pytest.mark.postgres, pytest.mark.xdist_group("postgres")]
SQL = ["sqlite", pytest.param("postgres", marks=POSTGRES)]

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture(params=SQL)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that SQLStore can use."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(params=["memory", *SQL])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store[ThreadItem]]:
    """Each kind of store; what the contract suite runs over."""
    if request.param == "memory":
        yield MemoryStore(turn_wait=0.05)
        return
    sql = f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}"
    if request.param == "postgres":
        sql = str(request.getfixturevalue("postgres_url"))
    async with SQLStore(sql, turn_wait=0.05) as opened:
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
