"""What only a database can do, and what only a database can do wrong."""

import asyncio
import inspect
import os
import pwd
import sqlite3
import sys
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import anyio
import pytest
from backends import administering
from holding import held
from lookups import MISSING, MISSING_ITEM
from other_process import another_process, count, say
from sqlalchemy import Engine, event, make_url, text

from chatlab import (
    InvalidInput,
    MissingDependency,
    NotFoundError,
    RequestContext,
    SQLStore,
    StoreError,
    TurnInProgress,
)
from chatlab.stores import MAX_LIMIT
from chatlab.stores.sql import database, schema
from chatlab.stores.sql.leases import _is_locked
from chatlab.stores.sql.schema import MIGRATIONS

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")


# As many statements for a thread of somebody else as for one that never was


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database inside the block."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def sent_for(way, *given):
    with statements() as sent, pytest.raises(NotFoundError):
        await way(*given)
    assert sent
    return sent


@pytest.fixture
async def sql_store(url):
    async with SQLStore(url, turn_wait=0.05) as store:
        yield store


async def test_somebody_elses_thread_takes_the_same_statements_as_one_that_never_was(
    *, sql_store, alice, bob, a_thread, a_message
):
    await sql_store.save_thread(a_thread(alice), alice)
    await sql_store.add_thread_item("thr_1", a_message("msg_1"), alice)
    await sql_store.save_thread(a_thread(bob, "thr_2"), bob)
    for name, way in MISSING.items():
        sent = [
            await sent_for(way, sql_store, id, a_message("msg_1"), bob) for id in ("thr_1", "thr_0")
        ]
        assert sent[0] == sent[1], name


async def test_somebody_elses_item_takes_the_same_statements_as_one_that_never_was(
    *, sql_store, alice, bob, a_thread, a_message
):
    for who, item in ((alice, "msg_1"), (bob, "msg_2")):
        await sql_store.save_thread(a_thread(who), who)
        await sql_store.add_thread_item("thr_1", a_message(item), who)
    for name, way in MISSING_ITEM.items():
        sent = [await sent_for(way, sql_store, id, bob) for id in ("msg_1", "msg_0")]
        assert sent[0] == sent[1], name


async def test_holding_somebody_elses_thread_takes_the_same_statements_as_any_other(
    sql_store, alice, bob, a_thread
):
    await sql_store.save_thread(a_thread(alice), alice)
    async with held(sql_store, "thr_9", bob):
        pass
    sent = []
    async with held(sql_store, "thr_1", alice):
        for id in ("thr_1", "thr_0"):
            with statements() as said:
                async with held(sql_store, id, bob):
                    pass
            sent.append(said)
    assert sent[0] == sent[1]


async def test_a_page_takes_one_statement_however_much_there_is(
    sql_store, alice, a_thread, a_message
):
    await sql_store.save_thread(a_thread(alice), alice)
    for number in range(30):
        await sql_store.add_thread_item("thr_1", a_message(f"msg_{number}"), alice)
    for ask in (
        sql_store.load_thread_items("thr_1", "msg_3", 20, "asc", alice),
        sql_store.load_threads(20, None, "desc", alice),
        sql_store.load_thread("thr_1", alice),
        sql_store.load_item("thr_1", "msg_29", alice),
    ):
        with statements() as sent:
            await ask
        assert len(sent) == 1


# Databases that cannot be used


async def refused(store, a_thread, *, reading=True):
    """What the store says, whatever one wants of it."""

    async def turn():
        async with held(store, "thr_1", ALICE):
            pass

    async def enter():
        async with store:
            pass

    wanted = [lambda: store.save_thread(a_thread(ALICE), ALICE), turn]
    if reading:
        wanted += [lambda: store.load_thread("thr_1", ALICE), enter]
    said = set()
    try:
        for want in wanted:
            with pytest.raises(StoreError) as caught:
                await want()
            error = caught.value
            assert str(error) == f"The store at {error.url} {error.problem}. {error.fix}"
            said.add((error.url, error.problem, error.fix))
    finally:
        await store.aclose()
    assert len(said) == 1
    return said.pop()


def state_of(folder):
    """All that lies in it, but for what SQLite needs while it reads."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-shm", "-wal"))
    }


def files_in(folder):
    return sorted(path.name for path in folder.iterdir())


def text_file(path):
    path.write_text("These are my notes, and no database at all.\n" * 200)


def newer(path):
    asyncio.run(touched(f"sqlite+aiosqlite:///{path}"))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE chatlab_schema SET version = 99")


async def touched(url):
    async with SQLStore(url):
        pass


BAD = {
    "a text file": (text_file, "chat.sqlite", "is not a database", "Choose another file"),
    "a folder": (Path.mkdir, "chat.sqlite", "cannot be opened", "Check that the folder"),
    "no such folder": (
        *(lambda path: None, "nowhere/at all/chat.sqlite"),
        *("is in a folder that does not exist", "Make {path.parent} first."),
    ),
    "too long a name": (lambda path: None, "x" * 300, "cannot be opened", "Check that"),
    "a newer schema": (
        *(newer, "chat.sqlite", "was made by a newer chatlab (schema 99; this one knows 2)"),
        "Update chatlab-kit",
    ),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_file_that_is_no_database_of_ours_is_named_and_left_alone(tmp_path, a_thread, bad):
    make, name, problem, fix = BAD[bad]
    path = tmp_path / name
    make(path)
    before = state_of(tmp_path)
    told = asyncio.run(refused(SQLStore(f"sqlite+aiosqlite:///{path}"), a_thread))
    assert told[:2] == (f"sqlite+aiosqlite:///{path}", problem)
    assert told[2].startswith(fix.format(path=path))
    assert state_of(tmp_path) == before


def test_a_store_that_cannot_be_opened_keeps_nothing_open(tmp_path):
    newer(tmp_path / "chat.sqlite")
    store = SQLStore(f"sqlite+aiosqlite:///{tmp_path / 'chat.sqlite'}")

    async def fail():
        before = set(threading.enumerate())
        with pytest.raises(StoreError):
            await store.load_thread("thr_1", ALICE)
        left = set(threading.enumerate()) - before
        for thread in left:
            thread.join(60)
        assert not [thread for thread in left if thread.is_alive()]

    asyncio.run(fail())


async def test_a_damaged_database_is_called_so(tmp_path, sqlite_url, alice, a_thread, a_message):
    async with SQLStore(sqlite_url) as store:
        await store.save_thread(a_thread(alice), alice)
        for number in range(40):
            await store.add_thread_item("thr_1", a_message(f"msg_{number}", "x" * 500), alice)
    path = tmp_path / "chat.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xaa" * (len(whole) - 4096))
    with pytest.raises(StoreError, match=r"is damaged\. Put a backup in its place"):
        await SQLStore(sqlite_url).load_thread_items("thr_1", None, 100, "asc", alice)


@pytest.mark.parametrize("fresh", [True, False])
async def test_a_database_locked_by_another_program_is_called_so_until_it_is_free(
    tmp_path, sqlite_url, a_thread, fresh
):
    if not fresh:
        await touched(sqlite_url)
    impatient = SQLStore(f"{sqlite_url}?timeout=0.05")
    with closing(sqlite3.connect(tmp_path / "chat.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = await refused(impatient, a_thread, reading=fresh)
        assert told == (
            sqlite_url,
            "is locked by another program",
            "Close that program, then try again.",
        )
        other.execute("ROLLBACK")
    async with impatient, held(impatient, "thr_1", ALICE):
        await impatient.save_thread(a_thread(ALICE), ALICE)
    assert files_in(tmp_path) == ["chat.sqlite"]


async def test_a_database_without_room_says_so_and_keeps_what_it_has(
    sqlite_url, a_thread, a_message
):
    def little_room(connection, _record):
        connection.execute("PRAGMA max_page_count = 40").close()

    event.listen(Engine, "connect", little_room)
    try:
        async with SQLStore(sqlite_url) as store:
            await store.save_thread(a_thread(ALICE), ALICE)
            await store.add_thread_item("thr_1", a_message("msg_1"), ALICE)
            with pytest.raises(StoreError, match=r"has no room left\. Free some space"):
                await store.add_thread_item("thr_1", a_message("msg_2", "x" * 500_000), ALICE)
            await store.add_thread_item("thr_1", a_message("msg_3"), ALICE)
            page = await store.load_thread_items("thr_1", None, 5, "asc", ALICE)
            assert [item.id for item in page.data] == ["msg_1", "msg_3"]
    finally:
        event.remove(Engine, "connect", little_room)


@contextmanager
def somebody_without_rights() -> Iterator[None]:
    """Root may write anything, so root becomes nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    nobody = pwd.getpwnam("nobody").pw_uid
    os.seteuid(nobody)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("what", ["file", "folder", "empty folder"])
def test_what_may_only_be_read_is_called_so_and_left_alone(a_thread, what):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "chat.sqlite"
        url = f"sqlite+aiosqlite:///{path}"
        if what != "empty folder":
            asyncio.run(touched(url))
            path.chmod(0o444)
        folder.chmod(0o777 if what == "file" else 0o555)
        before = state_of(folder)
        with somebody_without_rights():
            told = asyncio.run(refused(SQLStore(url), a_thread, reading=what != "file"))
        assert told[0] == url
        assert told[1] in {"may only be read", "cannot be opened"}
        assert "may be written to" in told[2] or "Allow writing" in told[2]
        assert state_of(folder) == before
        folder.chmod(0o755)


URLS = {
    "hello": "is not a database URL",
    "": "is not a database URL",
    "/home/me/chat.sqlite": "is not a database URL",
    "postgresql+asyncpg://me:secret@host:port/chat": "is not a database URL",
    "me:secret@host": "is not a database URL",
    "sqlite:///chat.sqlite": "is of an unknown kind, sqlite",
    "postgresql://me:secret@host/chat": "is of an unknown kind, postgresql",
    "mysql+aiomysql://me:secret@host/chat": "is of an unknown kind, mysql+aiomysql",
    "sqlite+aiosqlite://": "names no file",
    "sqlite+aiosqlite://chat.sqlite": "names no file",
    "sqlite+aiosqlite:///:memory:": "names no file",
    "sqlite+aiosqlite:///file:chat.sqlite": "names no file",
    "sqlite+aiosqlite:///chat\0.sqlite": "cannot be used: ",
    "sqlite+aiosqlite:///chat.sqlite?timeout=soon": "cannot be used: ",
    "sqlite+aiosqlite:///chat.sqlite?timeout=1&timeout=2": "cannot be used: ",
    "sqlite+aiosqlite:///chat.sqlite?mode=ro": "has an unknown option, mode",
    "postgresql+asyncpg://me:secret@host/chat?sslmode=require": ("has an unknown option, sslmode"),
    "postgresql+asyncpg://me:secret@/chat?host=here&port=there": "cannot be used: ",
    "postgresql+asyncpg://me@host/chat?password=secret": ("has an unknown option, password"),
    "postgresql+asyncpg://me@host:port/chat?password=secret": "is not a database URL",
    "postgresql+asyncpg://me:pa?secret@host:port/chat": "is not a database URL",
    "postgresql+asyncpg://me@/chat?port=5432;password=secret": "cannot be used: ",
    "mysql+aiomysql://me@host/chat?passwd=secret": "is of an unknown kind, mysql+aiomysql",
    "sqlite+aiosqlite:///chat.sqlite?timeout=secret": "cannot be used: ",
    "sqlite+aiosqlite:///:memory:?timeout=1": "names no file",
}


@pytest.mark.parametrize("bad", URLS, ids=range(len(URLS)))
def test_a_url_that_names_no_database_is_refused_at_once_without_its_password(bad):
    with pytest.raises(StoreError) as caught:
        SQLStore(bad)
    assert caught.value.problem.startswith(URLS[bad])
    assert "secret" not in str(caught.value)
    assert "sqlite+aiosqlite:///FILE" in caught.value.fix or "options here" in caught.value.fix


async def test_the_files_of_a_database_are_their_owners_alone(tmp_path, a_thread):
    path = tmp_path / "chat.sqlite"
    earlier = os.umask(0)
    try:
        async with SQLStore(f"sqlite+aiosqlite:///{path}") as store, held(store, "thr_1", ALICE):
            await store.save_thread(a_thread(ALICE), ALICE)
            found = {one.name: one.stat().st_mode & 0o777 for one in tmp_path.iterdir()}
    finally:
        os.umask(earlier)
    assert len(found) >= 4  # the database, its -wal and -shm, and a lease
    assert set(found.values()) == {0o600}


def test_a_relative_file_stays_where_it_was_when_the_folder_is_changed(
    tmp_path, monkeypatch, a_thread
):
    monkeypatch.chdir(tmp_path)
    store = SQLStore()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    asyncio.run(store.save_thread(a_thread(ALICE), ALICE))
    assert files_in(tmp_path) == ["chatlab.sqlite", "elsewhere"]
    assert files_in(elsewhere) == []


def test_a_driver_that_is_missing_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(MissingDependency, match=r"pip install 'chatlab-kit\[postgres\]'"):
        SQLStore("postgresql+asyncpg://me@host/chat")


def test_a_server_that_is_not_there_is_called_so_without_its_password(a_thread):
    store = SQLStore("postgresql+asyncpg://me:secret@127.0.0.1:1/chat")
    url, problem, fix = asyncio.run(refused(store, a_thread))
    assert url == "postgresql+asyncpg://me:***@127.0.0.1:1/chat"
    assert problem.startswith("does not answer")
    assert fix == "Is it running?"
    assert "secret" not in problem


@pytest.mark.postgres
class TestPostgres:
    """A server says more kinds of no than a file does."""

    def test_a_database_that_is_not_there_is_called_so(self, postgres_url, a_thread):
        url = make_url(postgres_url).set(database="nowhere")
        told = asyncio.run(refused(SQLStore(str(url)), a_thread))
        assert told[1:] == ("has no such database", "Create it first, with createdb NAME.")

    def test_a_user_that_is_not_there_is_called_so(self, postgres_url, a_thread):
        url = make_url(postgres_url).set(username="nobody_of_this_name")
        told = asyncio.run(refused(SQLStore(str(url)), a_thread))
        assert told[1:] == (
            "does not let this user in",
            "Check the user's name and password.",
        )

    def test_a_user_who_may_not_create_tables_is_told_so(self, postgres_database, a_thread):
        role = f"guest_{uuid.uuid4().hex}"
        with administering(postgres_database) as run:
            run(f"CREATE ROLE {role} LOGIN", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
            try:
                url = make_url(postgres_database).set(username=role)
                told = asyncio.run(refused(SQLStore(str(url)), a_thread))
            finally:
                run(f"DROP ROLE {role}")
        assert told[1:] == (
            "does not let this user do this",
            "Give the user the right to create tables.",
        )

    def test_a_newer_schema_is_called_so(self, postgres_database, a_thread):
        asyncio.run(touched(postgres_database))
        with administering(postgres_database) as run:
            run("UPDATE chatlab_schema SET version = 99")
        _, problem, fix = asyncio.run(refused(SQLStore(postgres_database), a_thread))
        assert problem == "was made by a newer chatlab (schema 99; this one knows 2)"
        assert fix.startswith("Update chatlab-kit")

    async def test_connections_that_were_cut_are_made_again(self, postgres_database, a_thread):
        async with SQLStore(postgres_database, turn_wait=5) as store:
            await store.save_thread(a_thread(ALICE, title="before"), ALICE)
            async with held(store, "thr_1", ALICE):
                pass
            await anyio.to_thread.run_sync(cut_all, postgres_database)
            assert (await store.load_thread("thr_1", ALICE)).title == "before"
            async with held(store, "thr_1", ALICE):
                await store.save_thread(a_thread(ALICE, title="after"), ALICE)
            async with SQLStore(postgres_database, turn_wait=0) as other:
                async with held(store, "thr_1", ALICE):
                    with pytest.raises(TurnInProgress):
                        await held(other, "thr_1", ALICE).__aenter__()
                async with held(other, "thr_1", ALICE):
                    assert (await other.load_thread("thr_1", ALICE)).title == "after"


def cut_all(url):
    with administering(url) as run:
        run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


# Migrations

SECOND = """
ALTER TABLE chatlab_threads ADD COLUMN colour TEXT;
CREATE TABLE chatlab_extra (colour TEXT);
UPDATE chatlab_threads SET colour = 'blue';
"""


async def colours(store):
    async with store._database.reading() as connection:
        found = (await connection.scalars(text("SELECT colour FROM chatlab_threads"))).all()
        return found, await schema.version_of(connection)


async def test_an_older_database_is_brought_up_to_date_and_keeps_everything(
    new_url, a_thread, a_message, monkeypatch
):
    async with SQLStore(new_url) as store:
        await store.save_thread(a_thread(ALICE), ALICE)
        await store.add_thread_item("thr_1", a_message("msg_1"), ALICE)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, SECOND))
    for _ in range(2):
        async with SQLStore(new_url) as store:
            assert await store.load_thread("thr_1", ALICE) == a_thread(ALICE)
            assert await store.load_item("thr_1", "msg_1", ALICE) == a_message("msg_1")
            assert await colours(store) == (["blue"], 3)
    monkeypatch.undo()
    with pytest.raises(StoreError, match=r"newer chatlab \(schema 3; this one knows 2\)"):
        await touched(new_url)


@pytest.mark.parametrize("empty", [True, False])
async def test_a_migration_that_fails_changes_nothing(
    *, new_url, a_thread, alice, monkeypatch, empty
):
    if not empty:
        async with SQLStore(new_url) as store:
            await store.save_thread(a_thread(alice), alice)
    with monkeypatch.context() as patched:
        patched.setattr(database, "MIGRATIONS", (*MIGRATIONS, SECOND, "CREATE TABLE ("))
        for _ in range(2):
            with pytest.raises(StoreError):
                await touched(new_url)
    async with SQLStore(new_url) as store:
        async with store._database.reading() as connection:
            assert await schema.version_of(connection) == len(MIGRATIONS)
        page = await store.load_threads(5, None, "asc", alice)
        assert page.data == (() if empty else (a_thread(alice),))
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, SECOND))
    async with SQLStore(new_url) as store:
        assert await colours(store) == ([] if empty else ["blue"], 3)


async def test_of_many_who_open_a_new_database_at_once_one_makes_the_tables(new_url, a_thread):
    async with anyio.create_task_group() as tasks:
        for number in range(5):
            user = RequestContext(user_id=f"user-{number}")
            tasks.start_soon(use_once, new_url, a_thread(user), user)


async def use_once(url, thread, context):
    async with SQLStore(url) as store:
        await store.save_thread(thread, context)
        assert await store.load_thread(thread.id, context) == thread


# Opening and closing


def test_one_store_can_be_used_from_one_event_loop_after_another(new_url, a_thread):
    store = SQLStore(new_url)
    asyncio.run(store.save_thread(a_thread(ALICE), ALICE))

    async def turn():
        async with held(store, "thr_1", ALICE):
            return await store.load_thread("thr_1", ALICE)

    for _ in range(3):
        assert asyncio.run(turn()) == a_thread(ALICE)
    assert list(store._database._per_loop) == [] or all(
        loop.is_closed() for loop in store._database._per_loop
    )


def test_one_store_can_be_used_from_two_event_loops_at_once(url, alice, a_thread):
    store = SQLStore(url, turn_wait=20)
    asyncio.run(store.save_thread(a_thread(alice, metadata={"n": 0}), alice))

    async def count():
        for _ in range(10):
            async with held(store, "thr_1", alice):
                n = (await store.load_thread("thr_1", alice)).metadata["n"]
                await store.save_thread(a_thread(alice, metadata={"n": n + 1}), alice)

    loops = [threading.Thread(target=asyncio.run, args=(count(),)) for _ in range(2)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join()
    assert asyncio.run(store.load_thread("thr_1", alice)).metadata == {"n": 20}


def test_a_store_that_is_only_dropped_closes_with_its_loop(tmp_path, sqlite_url, a_thread):
    async def drop():
        store = SQLStore(sqlite_url)
        await store.save_thread(a_thread(ALICE), ALICE)
        async with held(store, "thr_1", ALICE):
            assert len(files_in(tmp_path)) > 1

    asyncio.run(drop())
    assert files_in(tmp_path) == ["chat.sqlite"]


async def test_closing_leaves_one_file_and_a_closed_store_opens_again(
    tmp_path, sqlite_url, a_thread
):
    store = SQLStore(sqlite_url)
    await store.aclose()
    assert files_in(tmp_path) == []
    for _ in range(2):
        async with store, held(store, "thr_1", ALICE):
            await store.save_thread(a_thread(ALICE), ALICE)
        await store.aclose()
        assert files_in(tmp_path) == ["chat.sqlite"]


async def test_closing_waits_for_a_turn_that_is_about_to_end(url, alice, a_thread):
    store = SQLStore(url)
    turn = held(store, "thr_1", alice)
    await turn.__aenter__()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(store.aclose)
        await anyio.lowlevel.checkpoint()
        await turn.__aexit__(None, None, None)
    async with SQLStore(url, turn_wait=0) as other, held(other, "thr_1", alice):
        pass
    await store.aclose()


@contextmanager
def at_the_moment(number, act) -> Iterator[list[int]]:
    """Acts once: before or after the numbered statement, or as it is committed or taken back."""
    passed = []

    def note(*_):
        passed.append(len(passed))
        if len(passed) == number:
            act()

    watched = ("before_cursor_execute", "after_cursor_execute", "commit", "rollback")
    for name in watched:
        event.listen(Engine, name, note)
    try:
        yield passed
    finally:
        for name in watched:
            event.remove(Engine, name, note)


@pytest.mark.parametrize("way", ["task", "scope"])
async def test_a_store_works_on_after_being_cancelled_at_any_moment(
    *, tmp_path, a_thread, a_message, way
):
    async def use(store):
        await store.save_thread(a_thread(ALICE), ALICE)
        async with held(store, "thr_1", ALICE):
            await store.save_item("thr_1", a_message("msg_1"), ALICE)
            await store.load_item("thr_1", "msg_1", ALICE)

    async def use_within(scope, store):
        with scope:
            await use(store)

    moment, passed = 0, [0]
    while moment <= len(passed):
        moment += 1 if way == "task" else 5
        url = f"sqlite+aiosqlite:///{tmp_path / str(moment)}?timeout=20"
        async with SQLStore(url, turn_wait=20) as store:
            scope = anyio.CancelScope()
            task = asyncio.create_task(use_within(scope, store))
            with at_the_moment(moment, task.cancel if way == "task" else scope.cancel) as passed:
                await asyncio.wait([task])
            await use(store)
    assert len(passed) > 20
    assert not task.cancelled()


def test_stores_that_start_while_others_sweep_up_take_their_turns(tmp_path, sqlite_url):
    """Whoever starts removes what the dead have left behind, and must spare the newborn."""
    asyncio.run(touched(sqlite_url))
    done = threading.Event()

    def sweep():
        while not done.is_set():
            for left in tmp_path.glob("chat.sqlite-turns-*"):
                _is_locked(left)

    async def start():
        async with SQLStore(sqlite_url) as store, held(store, "thr_1", ALICE):
            pass

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(30):
            asyncio.run(start())
    finally:
        done.set()
        sweeper.join()
    assert files_in(tmp_path) == ["chat.sqlite"]


# Two stores, two processes


async def test_two_stores_on_one_database_hold_a_thread_one_after_the_other(url, alice, bob):
    async with SQLStore(url, turn_wait=0.05) as one, SQLStore(url, turn_wait=0.05) as other:
        async with held(one, "thr_1", alice):
            with pytest.raises(TurnInProgress, match="'thr_1'"):
                await held(other, "thr_1", alice).__aenter__()
            async with held(other, "thr_2", alice), held(other, "thr_1", bob):
                pass
        async with held(other, "thr_1", alice):
            with pytest.raises(TurnInProgress):
                await held(one, "thr_1", alice).__aenter__()


async def test_a_turn_in_another_store_is_waited_for(url, alice, a_thread):
    async with SQLStore(url, turn_wait=20) as one, SQLStore(url, turn_wait=20) as other:
        told = []

        async def second():
            told.append("second asks")
            async with held(other, "thr_1", alice):
                told.append("second holds")

        async with anyio.create_task_group() as tasks, held(one, "thr_1", alice):
            tasks.start_soon(second)
            for _ in range(5):
                await one.save_thread(a_thread(alice), alice)
            told.append("first lets go")
        assert told == ["second asks", "first lets go", "second holds"]


async def test_a_killed_process_frees_its_turns_and_loses_nothing_it_acknowledged(
    new_url, alice, tmp_path
):
    moments = {"thr_1": 1, "thr_2": 7, "thr_3": 40}
    acknowledged = {}
    with ExitStack() as exits:
        running = {
            thread_id: exits.enter_context(another_process(say, new_url, thread_id))
            for thread_id in moments
        }
        for thread_id, (process, heard) in running.items():
            said = [heard.recv() for _ in range(moments[thread_id])]
            async with SQLStore(new_url, turn_wait=0) as store:
                with pytest.raises(TurnInProgress):
                    await held(store, thread_id, ALICE).__aenter__()
            process.kill()
            with suppress(EOFError):
                while True:
                    said.append(heard.recv())
            acknowledged[thread_id] = said
    async with SQLStore(new_url, turn_wait=10) as store:
        for thread_id, said in acknowledged.items():
            async with held(store, thread_id, ALICE):
                page = await store.load_thread_items(thread_id, None, MAX_LIMIT, "asc", ALICE)
            kept = [item.id for item in page.data]
            assert len(said) >= moments[thread_id]
            assert said == [f"msg_{number + 1}" for number in range(len(said))]
            assert kept[: len(said)] == said
            # The last item may have been kept without anybody having heard of it.
            assert len(kept) <= len(said) + 1
    assert files_in(tmp_path) in ([], ["chat.sqlite"])


async def test_two_processes_hold_a_thread_one_after_the_other(new_url, a_thread):
    async with SQLStore(new_url, turn_wait=20) as store:
        await store.save_thread(a_thread(ALICE, metadata={"n": 0}), ALICE)
        with another_process(count, new_url, "thr_1", 20) as (process, heard):
            assert await anyio.to_thread.run_sync(heard.recv) == "counted"
            for _ in range(20):
                async with held(store, "thr_1", ALICE):
                    n = (await store.load_thread("thr_1", ALICE)).metadata["n"]
                    await store.save_thread(a_thread(ALICE, metadata={"n": n + 1}), ALICE)
            await anyio.to_thread.run_sync(process.join, 20)
            assert process.exitcode == 0
        assert (await store.load_thread("thr_1", ALICE)).metadata == {"n": 40}


async def test_a_lock_that_cannot_be_released_is_released_with_the_next_turn(tmp_path, sqlite_url):
    async with SQLStore(f"{sqlite_url}?timeout=0.05") as store, SQLStore(sqlite_url) as other:
        with closing(sqlite3.connect(tmp_path / "chat.sqlite", isolation_level=None)) as program:
            async with held(store, "thr_1", ALICE):
                program.execute("BEGIN IMMEDIATE")
            program.execute("ROLLBACK")
        async with held(store, "thr_2", ALICE), held(other, "thr_1", ALICE):
            pass
        async with held(store, "thr_1", ALICE):
            pass


# All or nothing


async def test_what_a_transaction_wrote_is_gone_when_it_fails(url, a_thread, alice):
    async with SQLStore(url) as store:
        thread = a_thread(alice)
        await store.save_thread(thread, alice)

        async def rename_and_fail():
            renamed = thread.model_copy(update={"title": "Lost"})
            await store.save_thread(renamed, alice)
            assert (await store.load_thread(thread.id, alice)).title == "Lost"
            raise NotFoundError("task", 42)

        with pytest.raises(NotFoundError):
            await store.transaction(rename_and_fail())
        assert (await store.load_thread(thread.id, alice)).title is None


async def test_two_who_change_a_thread_at_once_in_transactions_lose_neither_change(
    url, a_thread, alice
):
    async with SQLStore(url) as store, SQLStore(url) as other:
        thread = a_thread(alice)
        await store.save_thread(thread, alice)

        async def note(store, key):
            found = await store.load_thread(thread.id, alice)
            await anyio.lowlevel.checkpoint()
            metadata = found.metadata | {key: 1}
            await store.save_thread(found.model_copy(update={"metadata": metadata}), alice)

        async with anyio.create_task_group() as group:
            for number in range(8):
                one = (store, other)[number % 2]
                group.start_soon(one.transaction, note(one, str(number)))

        assert len((await store.load_thread(thread.id, alice)).metadata) == 8


async def test_a_transaction_is_done_to_its_end_though_the_caller_is_cancelled(
    url, a_thread, alice
):
    async with SQLStore(url) as store:
        thread = a_thread(alice)

        async def save():
            scope.cancel()
            await store.save_thread(thread, alice)

        with anyio.CancelScope() as scope:
            await store.transaction(save())

        assert (await store.load_thread(thread.id, alice)).id == thread.id


async def test_a_journal_that_a_killed_process_left_beside_a_lease_does_no_harm(
    tmp_path, sqlite_url, a_thread, alice
):
    for name in ("chat.sqlite-turns-12345", "chat.sqlite-turns-12345-journal"):
        (tmp_path / name).write_bytes(bytes.fromhex("d9d505f920a163d7") if "j" in name else b"")
    async with SQLStore(sqlite_url) as store:
        await store.save_thread(a_thread(alice), alice)
        async with held(store, "thr_1", alice):
            assert not (tmp_path / "chat.sqlite-turns-12345").exists()


async def test_a_transaction_inside_another_is_a_part_of_it(url, a_thread, alice):
    async with SQLStore(url) as store:

        async def save(*ids, fails=False):
            for id in ids:
                await store.save_thread(a_thread(alice, id), alice)
            if fails:
                raise NotFoundError("task", 42)

        async def whole(*, fails):
            await store.save_thread(a_thread(alice, "before"), alice)
            await store.transaction(save("inside"))
            with pytest.raises(NotFoundError):
                await store.transaction(save("taken back", fails=True))
            await save("after", fails=fails)

        with pytest.raises(NotFoundError):
            await store.transaction(whole(fails=True))
        assert await ids_in(store, alice) == []
        await store.transaction(whole(fails=False))
        assert await ids_in(store, alice) == ["before", "inside", "after"]


async def ids_in(store, context):
    return [thread.id for thread in (await store.load_threads(100, None, "asc", context)).data]


@pytest.mark.parametrize("shared", [True, False])
async def test_two_stores_in_one_transaction_do_not_wait_for_each_other(
    *, url, tmp_path, a_thread, alice, shared
):
    second_url = url if shared else f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite'}"
    async with SQLStore(url) as store, SQLStore(second_url) as other:

        async def in_both():
            await other.save_thread(a_thread(alice, "thr_2"), alice)
            await store.save_thread(a_thread(alice, "thr_3"), alice)

        async def work():
            await store.save_thread(a_thread(alice), alice)
            await other.transaction(in_both())

        await store.transaction(work())

        everything = ["thr_1", "thr_2", "thr_3"] if shared else ["thr_1", "thr_3"]
        assert await ids_in(store, alice) == everything
        assert await ids_in(other, alice) == (everything if shared else ["thr_2"])


async def test_an_item_that_is_there_already_spoils_no_transaction(url, a_thread, a_message, alice):
    async with SQLStore(url) as store:

        async def work():
            await store.save_thread(a_thread(alice), alice)
            await store.add_thread_item("thr_1", a_message("msg_1", "first"), alice)
            with pytest.raises(InvalidInput):
                await store.add_thread_item("thr_1", a_message("msg_1", "second"), alice)
            await store.add_thread_item("thr_1", a_message("msg_2"), alice)

        await store.transaction(work())
        page = await store.load_thread_items("thr_1", None, 10, "asc", alice)
        assert [item.content for item in page.data] == ["first", "hello"]


@pytest.mark.parametrize("fails_at", ["begin", "end", None])
async def test_a_thread_is_held_and_let_go_together_with_what_is_written_then(
    fails_at, url, a_thread, alice
):
    async def save(title, fails):
        await store.save_thread(a_thread(alice, title=title), alice)
        if fails:
            raise ZeroDivisionError

    async with SQLStore(url) as store, SQLStore(url, turn_wait=0) as other:
        await store.save_thread(a_thread(alice, title="before"), alice)
        with suppress(ZeroDivisionError):
            async with store.turn("thr_1", alice) as turn:
                await turn.begin(save("begun", fails_at == "begin"))
                with pytest.raises(TurnInProgress):
                    await held(other, "thr_1", alice).__aenter__()
                await turn.end(save("ended", fails_at == "end"))
                async with held(other, "thr_1", alice):
                    pass
        title = (await other.load_thread("thr_1", alice)).title
        assert title == {"begin": "before", "end": "begun", None: "ended"}[fails_at]
        async with held(other, "thr_1", alice):
            pass


async def test_a_turn_that_meets_a_busy_thread_awaits_its_work_once_it_holds_it(
    url, alice, a_thread
):
    begun = []

    async def work():
        begun.append("second")

    async def second():
        async with other.turn("thr_1", alice) as turn:
            await turn.begin(work())

    async with SQLStore(url) as store, SQLStore(url, turn_wait=20) as other:
        async with anyio.create_task_group() as tasks, held(store, "thr_1", alice):
            tasks.start_soon(second)
            for _ in range(5):
                await store.save_thread(a_thread(alice), alice)
            begun.append("first lets go")
        assert begun == ["first lets go", "second"]


async def test_a_task_that_outlives_its_transaction_writes_on_its_own(url, a_thread, alice):
    async with SQLStore(url) as store:
        over = anyio.Event()

        async def save_later():
            await over.wait()
            await store.save_thread(a_thread(alice), alice)

        async def work():
            return asyncio.create_task(save_later())

        late = await store.transaction(work())
        over.set()
        await late
        assert await ids_in(store, alice) == ["thr_1"]


async def test_where_no_transaction_can_begin_its_work_is_closed(tmp_path):
    async def work(): ...

    never_begun = work()
    with pytest.raises(StoreError):
        await SQLStore(f"sqlite+aiosqlite:///{tmp_path}/none/x").transaction(never_begun)
    assert inspect.getcoroutinestate(never_begun) == inspect.CORO_CLOSED
