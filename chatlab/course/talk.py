"""`talk`: at the end of a part, a pane in which learners talk to the server that they wrote."""

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chatlab.context import RequestContext
from chatlab.course.catalogue import part_for
from chatlab.course.checking.check import has_passed
from chatlab.course.checking.graded_run import graded_run

if TYPE_CHECKING:
    from chatlab.server import ChatKitServer

__all__ = ["talk"]


async def talk(
    part_id: str,
    make_server: "Callable[[], ChatKitServer[Any]]",
    *messages: str | None,
    context: RequestContext | None = None,
) -> None:
    """Show a chat with the learner's server, once its part has passed; before, a sentence.

    In a graded run nothing happens: talking is no part of the grade.

    Args:
        part_id: The part in which the server is written.
        make_server: Makes it; called only once the part has passed.
        messages: What is said first, for a start; None opens the conversation without a message.
        context: Who talks; Alice by default.

    Raises:
        NotFoundError: There is no such part.
    """
    part = part_for(part_id)
    if graded_run() is not None:
        return
    if not has_passed(part.id):
        print(f"Once {part.id} has passed, you can talk to your server here.")  # noqa: T201 - it is the point
        return
    from chatlab.widgets import ChatView

    chat = ChatView(make_server(), context or RequestContext(user_id="alice"))
    importlib.import_module("IPython.display").display(chat)
    for message in messages:
        await chat.say(message)
