"""The TaskManager that a learner has made, or the solution's, ready to talk to."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt

from chatlab.context import RequestContext
from chatlab.course.capstone.notebook_module import written_in
from chatlab.course.catalogue import lesson_for
from chatlab.course.progress import Progress, exercise_path
from chatlab.course.todo import NotStarted
from chatlab.errors import InvalidInput
from chatlab.taskbook import TaskBook

__all__ = ["Capstone", "task_manager"]

_LESSON = 10
_HOURS = 12


@dataclass(frozen=True)
class Capstone:
    """A TaskManager, the notebook that it was written in, and the secret of its session keys."""

    server: Any
    notebook: str
    secret: str

    def session_key(self, who: str) -> str:
        """A signed key for this user, good for twelve hours; its owner may delete tasks."""
        expires = self.server.clock.now() + timedelta(hours=_HOURS)
        claims: dict[str, Any] = {
            "sub": who,
            "aud": "taskmanager",
            "exp": expires,
            "permissions": ["tasks:delete"],
        }
        return jwt.encode(claims, self.secret, algorithm="HS256")

    def context_for(self, who: str) -> RequestContext:
        """The badge that the TaskManager itself gives for such a key."""
        context: RequestContext = self.server.authenticate(self.session_key(who))
        return context


def task_manager(root: Path, source: Path | None = None, store: Any = None) -> Capstone:
    """The TaskManager of `source`; by default your own once it passes, else the solution's.

    Raises:
        InvalidInput: The notebook makes none, or one that cannot tell who knocks.
    """
    path = _notebook(root) if source is None else source
    name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    made, secret = written_in(path, "TaskManager"), secrets.token_hex(32)
    try:
        found = Capstone(made(TaskBook(), secret, store), name, secret)
        found.context_for("alice")
    except NotStarted:
        raise InvalidInput(name, "is not written yet", "Solve it, or leave --from out.") from None
    except Exception as error:
        raise InvalidInput(
            name,
            f"makes a TaskManager that knows nobody ({type(error).__name__}: {error})",
            "Run its checks in the notebook.",
        ) from error
    return found


def _notebook(root: Path) -> Path:
    lesson, progress = lesson_for(_LESSON), Progress(root)
    mine = exercise_path(root, lesson)
    if mine.exists() and all(progress.passed(part.id) for part in lesson.parts):
        return mine
    return exercise_path(root, lesson, solutions=True)
