"""Tasks in a database, SQLite or PostgreSQL: a restart loses none."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import bindparam, case, delete, insert, select, update

from chatlab.errors import NotFoundError
from chatlab.stores.base import to_json
from chatlab.stores.sql.database import Database, shielded
from chatlab.stores.sql.schema import AsyncConnection, task_numbers, tasks
from chatlab.taskbook import Priority, TaskBook, TaskRecord

__all__ = ["SQLTaskBook"]

_adapter = TypeAdapter(TaskRecord)

_of_id = tasks.c.id == bindparam("of_id")
_of_user = tasks.c.user_id == bindparam("of_user")
_FIND = select(tasks.c.document).where(_of_id)
_GET = _FIND.where(_of_user)
_GET_LOCKED = _GET.with_for_update()
"""On PostgreSQL, nobody else changes the task until the transaction ends."""

_LIST = select(tasks.c.document).where(_of_user).order_by(tasks.c.id)
_ADD, _CHANGE, _DELETE = insert(tasks), update(tasks).where(_of_id), delete(tasks).where(_of_id)
_before = bindparam("before", type_=task_numbers.c.latest.type)
_larger = case((task_numbers.c.latest > _before, task_numbers.c.latest), else_=_before)
_NEXT_ID = update(task_numbers).values(latest=_larger + 1).returning(task_numbers.c.latest)


class SQLTaskBook(TaskBook):
    """A `TaskBook` in the database of this URL: see `SQLStore`, which may use the same.

    Raises:
        MissingDependency: PostgreSQL's driver is not installed.
        StoreError: From any method, too: the database cannot be used as it is.
    """

    def __init__(
        self, url: str = "sqlite+aiosqlite:///chatlab.sqlite", *, first_id: int = 1
    ) -> None:
        super().__init__(first_id)
        self._before = first_id - 1
        self._database = Database(url)

    async def aclose(self) -> None:
        """Close what was opened; it opens again when it is used."""
        await self._database.aclose()

    async def get(self, user_id: str, id: int) -> TaskRecord:
        """See `TaskBook`."""
        return await self._read(_GET, {"of_id": id, "of_user": user_id})

    async def find(self, id: int) -> TaskRecord:
        """See `TaskBook`."""
        return await self._read(_FIND, {"of_id": id})

    @shielded
    async def list(self, user_id: str) -> list[TaskRecord]:
        """See `TaskBook`."""
        async with self._database.reading() as connection:
            rows = (await connection.scalars(_LIST, {"of_user": user_id})).all()
        return [_adapter.validate_json(row) for row in rows]

    @shielded
    async def delete(self, user_id: str, id: int) -> TaskRecord:
        """See `TaskBook`."""
        async with self._database.transaction(), self._database.writing() as connection:
            task = await _load(connection, _GET_LOCKED, {"of_id": id, "of_user": user_id})
            await connection.execute(_DELETE, {"of_id": id})
        return task

    @shielded
    async def _add(self, user_id: str, title: str, priority: Priority) -> TaskRecord:
        async with self._database.transaction(), self._database.writing() as connection:
            id = int(await connection.scalar(_NEXT_ID, {"before": self._before}) or 0)
            task = TaskRecord(id=id, user_id=user_id, title=title, priority=priority)
            row = {"id": id, "user_id": user_id, "document": to_json("task", task, _adapter)}
            await connection.execute(_ADD, row)
        return task

    @shielded
    async def _change(self, user_id: str, id: int, **changes: Any) -> TaskRecord:
        async with self._database.transaction(), self._database.writing() as connection:
            task = await _load(connection, _GET_LOCKED, {"of_id": id, "of_user": user_id})
            task = task.model_copy(update=changes)
            row = {"of_id": id, "document": to_json("task", task, _adapter)}
            await connection.execute(_CHANGE, row)
        return task

    @shielded
    async def _read(self, query: Any, names: dict[str, Any]) -> TaskRecord:
        async with self._database.reading() as connection:
            return await _load(connection, query, names)


async def _load(connection: AsyncConnection, query: Any, names: dict[str, Any]) -> TaskRecord:
    is_number = -(2**63) <= names["of_id"] < 2**63  # as a database knows them
    document = await connection.scalar(query, names) if is_number else None
    if document is None:
        raise NotFoundError("task", names["of_id"])
    return _adapter.validate_json(document)
