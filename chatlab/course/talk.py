"""`talk`: at the end of a part, a pane in which learners talk to the server that they wrote."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatlab.context import RequestContext
from chatlab.course.catalogue import part_for
from chatlab.course.checking.check import passed_parts
from chatlab.course.checking.graded_run import graded_run

if TYPE_CHECKING:
    from chatlab.server import ChatKitServer

__all__ = ["has_passed", "talk"]


def has_passed(part_id: str) -> bool:
    """Whether the part passed when it was last checked in this kernel; if not, say what to do.

    In a graded run it is False, and nothing is said: what comes after a part is no part of the
    grade.

    Raises:
        NotFoundError: There is no such part.
    """
    part = part_for(part_id)
    if graded_run() is not None:
        return False
    if part.id not in passed_parts:
        print(f"First let {part.id} pass: run its check above. Then run this cell.")  # noqa: T201 - it is the point
        return False
    return True


async def talk(
    part_id: str,
    make_server: "Callable[[], ChatKitServer[Any]]",
    *messages: str | None,
    context: RequestContext | None = None,
) -> None:
    """Show a chat with the learner's server, once its part has passed; before, a sentence.

    Args:
        part_id: The part in which the server is written.
        make_server: Makes it; called only once the part has passed.
        messages: What is said first, for a start; None opens the conversation without a message.
        context: Who talks; Alice by default.

    Raises:
        NotFoundError: There is no such part.
    """
    if not has_passed(part_id):
        return
    from chatlab.widgets import ChatView

    chat = ChatView(make_server(), context or RequestContext(user_id="alice"))
    importlib.import_module("IPython.display").display(chat)
    for message in messages:
        await chat.say(message)
