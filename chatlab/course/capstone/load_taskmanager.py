"""Loads the TaskManager that a learner wrote in the capstone's notebook, or the solution's."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt

from chatlab.context import RequestContext
from chatlab.course.capstone.notebook_module import written_in
from chatlab.course.catalogue import lesson_for
from chatlab.course.progress import Progress, course_root, exercise_path
from chatlab.course.todo import NotStarted
from chatlab.errors import InvalidInput
from chatlab.taskbook import TaskBook

__all__ = ["Capstone", "finished_notebook", "task_manager"]

_CAPSTONE_LESSON = 10
_KEY_HOURS = 1
_CLONE = Path(__file__).parents[3]


@dataclass(frozen=True)
class Capstone:
    """A TaskManager, its notebook's path, and the secret that signs its session keys.

    Attributes:
        authenticate: Returns the context of whoever has a session key.
        disclosure: What is sent elsewhere when it answers, to be said before the first message.
    """

    server: Any
    notebook: str
    secret: str
    authenticate: Callable[[str], RequestContext]
    disclosure: str = ""

    def session_key(self, user_id: str) -> str:
        """A JWT for this user, valid for an hour, with the permission to delete tasks."""
        expires = self.server.clock.now() + timedelta(hours=_KEY_HOURS)
        claims: dict[str, Any] = {
            "sub": user_id,
            "aud": "taskmanager",
            "exp": expires,
            "permissions": ["tasks:delete"],
        }
        return jwt.encode(claims, self.secret, algorithm="HS256")

    def context_for(self, user_id: str) -> RequestContext:
        """The context that the TaskManager's own `authenticate` returns for such a key."""
        return self.authenticate(self.session_key(user_id))


def task_manager(
    root: Path,
    source: Path | None = None,
    store: Any = None,
    secret: str | None = None,
    book: TaskBook | None = None,
) -> Capstone:
    """The TaskManager of `source`; by default your own once it passes, else the solution's.

    Without a `store` and a `book`, it keeps conversations and tasks in memory. Without a `secret`,
    its session keys are good for as long as it runs.

    Raises:
        InvalidInput: The notebook makes none, or one that cannot tell who knocks.
    """
    path = _default_notebook(root) if source is None else source
    name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    server_class = written_in(path, "TaskManager")
    secret = secret or secrets.token_hex(32)
    try:
        server = server_class(book or TaskBook(), secret, store)
        capstone = Capstone(server, name, secret, server.authenticate)
        capstone.context_for("alice")
    except NotStarted:
        if source is None:  # it has passed once, and is fresh again: somebody has reset it
            return task_manager(root, finished_notebook(root), store, secret, book)
        raise InvalidInput(name, "is not written yet", "Solve it, or leave out --from.") from None
    except Exception as error:
        raise InvalidInput(
            name,
            f"makes a TaskManager that knows nobody ({type(error).__name__}: {error})",
            "Run its checks in the notebook.",
        ) from error
    return capstone


def _default_notebook(root: Path) -> Path:
    """The learner's exercise if all its parts passed, else the solution."""
    lesson, progress = lesson_for(_CAPSTONE_LESSON), Progress(root)
    own_exercise = exercise_path(root, lesson)
    if own_exercise.exists() and all(progress.passed(part.id) for part in lesson.parts):
        return own_exercise
    return finished_notebook(root)


def finished_notebook(root: Path | None = None) -> Path:
    """The notebook with a finished TaskManager: the course's solution, else the package's copy.

    A package that runs from a clone of the repository has none: then it is the clone's solution.

    Raises:
        InvalidInput: Without a `root`, this folder is in no copy of the course.
    """
    lesson = lesson_for(_CAPSTONE_LESSON)
    solution = exercise_path(root or course_root(), lesson, solutions=True)
    packaged = Path(__file__).with_name("taskmanager.ipynb")
    candidates = (solution, packaged, _CLONE / "solutions" / solution.name)
    return next((path for path in candidates if path.exists()), packaged)
