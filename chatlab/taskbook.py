"""The tasks of a TaskManager's customers (lesson 03)."""

from itertools import count
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict

from chatlab.errors import InvalidInput, NotFoundError

__all__ = ["Priority", "TaskBook", "TaskRecord"]

Priority = Literal["low", "normal", "high"]

_MAX_TITLE, _MAX_TASKS = 200, 1_000
"""How long a title is, and how many tasks one user has: a list of them is one answer."""


class TaskRecord(BaseModel):
    """One task of one customer."""

    model_config = ConfigDict(frozen=True)

    id: int
    user_id: str
    title: str
    priority: Priority = "normal"
    done: bool = False


class TaskBook:
    """Tasks in a dictionary.

    Every method takes the user first and sees that user's tasks only; `find` is the exception.

    Args:
        first_id: The number of the first task. Numbers rise by one, whoever's the task is.
    """

    def __init__(self, first_id: int = 1) -> None:
        self._ids = count(first_id)
        self._tasks: dict[int, TaskRecord] = {}

    async def create(self, user_id: str, title: str, priority: Priority = "normal") -> TaskRecord:
        """Add a task and return it.

        Raises:
            InvalidInput: The title is blank or too long, there is no such priority, or the user has
                too many tasks.
        """
        _check_priority(priority)
        if not title.strip():
            raise InvalidInput("title", "is blank", "Say what is to be done.")
        if len(title.strip()) > _MAX_TITLE:
            fix = f"Use at most {_MAX_TITLE}."
            raise InvalidInput("title", f"has {len(title.strip()):,} characters", fix)
        if len(await self.list(user_id)) >= _MAX_TASKS:
            raise InvalidInput("The task", f"is one more than {_MAX_TASKS:,}", "Delete one first.")
        return await self._add(user_id, title.strip(), priority)

    async def get(self, user_id: str, id: int) -> TaskRecord:
        """The user's task with this number.

        Raises:
            NotFoundError: There is none, or it is somebody else's: the two look the same.
        """
        task = self._tasks.get(id)
        if task is None or task.user_id != user_id:
            raise NotFoundError("task", id)
        return task

    async def list(self, user_id: str) -> list[TaskRecord]:
        """The user's tasks, oldest first."""
        return [task for task in self._tasks.values() if task.user_id == user_id]

    async def complete(self, user_id: str, id: int) -> TaskRecord:
        """Mark the task as done. Raises `NotFoundError` as `get` does."""
        return await self._change(user_id, id, done=True)

    async def set_priority(self, user_id: str, id: int, priority: Priority) -> TaskRecord:
        """Change how urgent the task is.

        Raises:
            InvalidInput: There is no such priority.
            NotFoundError: As `get` does.
        """
        _check_priority(priority)
        return await self._change(user_id, id, priority=priority)

    async def delete(self, user_id: str, id: int) -> TaskRecord:
        """Remove the task and return what it was. Raises `NotFoundError` as `get` does."""
        task = await self.get(user_id, id)
        del self._tasks[id]
        return task

    async def find(self, id: int) -> TaskRecord:
        """The task with this number, whoever's it is: whoever calls this must check.

        Raises:
            NotFoundError: There is none.
        """
        if id not in self._tasks:
            raise NotFoundError("task", id)
        return self._tasks[id]

    async def _add(self, user_id: str, title: str, priority: Priority) -> TaskRecord:
        id = next(self._ids)
        task = TaskRecord(id=id, user_id=user_id, title=title, priority=priority)
        self._tasks[id] = task
        return task

    async def _change(self, user_id: str, id: int, **changes: object) -> TaskRecord:
        task = self._tasks[id] = (await self.get(user_id, id)).model_copy(update=changes)
        return task


def _check_priority(priority: str) -> None:
    known = get_args(Priority)
    if priority not in known:
        raise InvalidInput("priority", f"is {priority!r}", f"Choose one of {', '.join(known)}.")
