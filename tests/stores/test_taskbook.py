"""The customers' tasks: one tenant at a time, and the one door that is open to all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import anyio
import pytest
from backends import SQL
from hypothesis import given
from hypothesis import strategies as st

from chatlab.adapters.sql_taskbook import SQLTaskBook
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.taskbook import TaskBook, TaskRecord

pytestmark = pytest.mark.anyio

Action = Callable[[TaskBook, str, int], Awaitable[TaskRecord]]

every_door = pytest.mark.parametrize(
    "door",
    [
        TaskBook.get,
        TaskBook.complete,
        TaskBook.delete,
        lambda book, user_id, id: book.set_priority(user_id, id, "high"),
    ],
    ids=["get", "complete", "delete", "set_priority"],
)


OpenBook = Callable[..., TaskBook]


@pytest.fixture(params=["memory", *SQL])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where tasks are kept; None for memory."""
    name = {"memory": None, "sqlite": "sqlite_url"}.get(request.param, "postgres_database")
    return name and str(request.getfixturevalue(name))


@pytest.fixture
async def open_book(url: str | None) -> AsyncIterator[OpenBook]:
    """Opens books of one kind; those in a database are one database's."""
    async with AsyncExitStack() as exits:

        def opened(**options: int) -> TaskBook:
            if url is None:
                return TaskBook(**options)
            book = SQLTaskBook(url, **options)
            exits.push_async_callback(book.aclose)
            return book

        yield opened


async def test_a_new_task_is_open_of_normal_priority_and_has_the_next_number(
    open_book: OpenBook,
) -> None:
    book = open_book()

    assert await book.create("alice", "Buy milk") == TaskRecord(
        id=1, user_id="alice", title="Buy milk", priority="normal", done=False
    )
    assert (await book.create("bob", "Sleep", "low")).id == 2


async def test_numbers_begin_where_they_are_told_to(open_book: OpenBook) -> None:
    assert (await open_book(first_id=42).create("alice", "Buy milk")).id == 42


async def test_space_around_a_title_is_not_part_of_it(open_book: OpenBook) -> None:
    assert (await open_book().create("alice", "  Buy milk\n")).title == "Buy milk"


@pytest.mark.parametrize("title", ["", "  ", "\n\t"])
async def test_a_blank_title_is_refused_and_uses_no_number_up(
    open_book: OpenBook, title: str
) -> None:
    book = open_book()
    with pytest.raises(InvalidInput, match="title is blank"):
        await book.create("alice", title)

    assert (await book.create("alice", "Buy milk")).id == 1


async def test_a_title_is_short_and_a_customer_has_so_many_tasks(open_book: OpenBook) -> None:
    book = open_book()
    with pytest.raises(InvalidInput, match="201 characters"):
        await book.create("alice", "x" * 201)
    for _ in range(1_000):
        await book.create("alice", " " * 300 + "x" * 200)
    with pytest.raises(InvalidInput, match="one more than 1,000"):
        await book.create("alice", "x")

    assert (await book.create("bob", "x")).id == 1_001
    await book.delete("alice", 1)
    assert (await book.create("alice", "x")).id == 1_002


async def test_an_unknown_priority_is_refused_and_changes_nothing(open_book: OpenBook) -> None:
    book = open_book()
    with pytest.raises(InvalidInput, match=r"priority is 'urgent'.* low, normal, high"):
        await book.create("alice", "Buy milk", "urgent")
    task = await book.create("alice", "Buy milk")
    with pytest.raises(InvalidInput, match="priority is 'urgent'"):
        await book.set_priority("alice", task.id, "urgent")

    assert await book.list("alice") == [task]
    assert task.id == 1


async def test_completing_and_changing_the_priority_return_the_task_as_it_is_now(
    open_book: OpenBook,
) -> None:
    book = open_book()
    await book.create("alice", "Buy milk")

    assert (await book.complete("alice", 1)).done
    assert await book.set_priority("alice", 1, "high") == TaskRecord(
        id=1, user_id="alice", title="Buy milk", priority="high", done=True
    )
    assert await book.get("alice", 1) == (await book.list("alice"))[0]


async def test_deleting_returns_what_the_task_was_and_its_number_is_not_used_again(
    open_book: OpenBook,
) -> None:
    book = open_book()
    milk = await book.create("alice", "Buy milk")

    assert await book.delete("alice", 1) == milk
    assert await book.list("alice") == []
    assert (await book.create("alice", "Buy bread")).id == 2


async def test_a_list_is_oldest_first_whatever_was_changed_since(open_book: OpenBook) -> None:
    book = open_book()
    for title in ("one", "two", "three"):
        await book.create("alice", title)
    await book.complete("alice", 1)
    await book.set_priority("alice", 2, "high")

    assert [task.title for task in await book.list("alice")] == ["one", "two", "three"]


@every_door
async def test_somebody_elses_task_is_unknown_in_the_same_words_and_stays_as_it_is(
    open_book: OpenBook, door: Action
) -> None:
    book = open_book()
    milk = await book.create("alice", "Buy milk")

    with pytest.raises(NotFoundError) as of_alice:
        await door(book, "bob", milk.id)
    with pytest.raises(NotFoundError) as of_nobody:
        await door(open_book(), "bob", milk.id)

    assert str(of_alice.value) == str(of_nobody.value)
    assert vars(of_alice.value) == vars(of_nobody.value) == {"kind": "task", "id": milk.id}
    assert await book.list("alice") == [milk]


async def test_find_is_the_door_that_asks_nobody_who_they_are(open_book: OpenBook) -> None:
    book = open_book()
    milk = await book.create("alice", "Buy milk")

    assert await book.find(milk.id) == milk
    with pytest.raises(NotFoundError, match="There is no task 7"):
        await book.find(7)


async def test_a_record_cannot_be_changed_behind_the_books_back(open_book: OpenBook) -> None:
    milk = await open_book().create("alice", "Buy milk")

    with pytest.raises(ValueError, match="frozen"):
        milk.user_id = "bob"


async def test_a_number_that_no_database_knows_is_that_of_no_task(open_book: OpenBook) -> None:
    book = open_book()
    for id in (0, -1, 2**63, -(10**30)):
        with pytest.raises(NotFoundError):
            await book.get("alice", id)
        with pytest.raises(NotFoundError):
            await book.find(id)


@pytest.mark.parametrize("url", SQL, indirect=True)
async def test_a_task_outlives_its_book_and_two_books_share_the_numbers(
    open_book: OpenBook,
) -> None:
    first, second = open_book(), open_book()
    async with anyio.create_task_group() as tasks:
        for book in (first, second) * 5:
            tasks.start_soon(book.create, "alice", "Buy milk")
    assert [task.id for task in await second.list("alice")] == list(range(1, 11))
    await first.delete("alice", 10)
    assert (await open_book(first_id=5).create("zoë\0", "Sleep")).id == 11
    assert (await open_book().find(11)).user_id == "zoë\0"


@pytest.mark.parametrize("url", SQL, indirect=True)
async def test_two_changes_at_once_lose_neither(open_book: OpenBook) -> None:
    for _ in range(5):
        first, second = open_book(), open_book()
        task = await first.create("alice", "Buy milk")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first.complete, "alice", task.id)
            tasks.start_soon(second.set_priority, "alice", task.id, "high")
        now = await first.get("alice", task.id)
        assert (now.done, now.priority) == (True, "high")


@pytest.mark.parametrize("url", SQL, indirect=True)
async def test_a_title_that_is_no_json_is_refused_and_uses_no_number_up(
    open_book: OpenBook,
) -> None:
    book = open_book()
    with pytest.raises(InvalidInput, match="cannot be kept as JSON"):
        await book.create("alice", "half \ud800")
    assert (await book.create("alice", "whole")).id == 1


users = st.sampled_from(["alice", "bob", "mallory"])
deeds = st.tuples(
    users, st.sampled_from(["create", "complete", "raise", "delete"]), st.integers(1, 6)
)


@given(st.lists(deeds, max_size=30))
async def test_whatever_the_others_do_a_customer_sees_their_own_tasks_as_they_left_them(
    deeds: list[tuple[str, str, int]],
) -> None:
    together, alone = TaskBook(), {user: TaskBook() for user in ("alice", "bob", "mallory")}
    numbers: dict[str, dict[int, int]] = {user: {} for user in alone}

    async def do(book: TaskBook, user: str, deed: str, id: int) -> TaskRecord | None:
        try:
            match deed:
                case "create":
                    return await book.create(user, "Buy milk")
                case "complete":
                    return await book.complete(user, id)
                case "raise":
                    return await book.set_priority(user, id, "high")
                case _:
                    return await book.delete(user, id)
        except NotFoundError:
            return None

    for user, deed, id in deeds:
        own_id = numbers[user].get(id, -1)
        ours, theirs = await do(together, user, deed, id), await do(alone[user], user, deed, own_id)
        assert (ours is None) == (theirs is None)
        if deed == "create" and ours is not None and theirs is not None:
            numbers[user][ours.id] = theirs.id

    for user, book in alone.items():
        seen = [task.model_copy(update={"id": 0}) for task in await together.list(user)]
        assert seen == [task.model_copy(update={"id": 0}) for task in await book.list(user)]
