"""Part 03.4: what a turn leaves behind, however many pieces it came in."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.events import AssistantMessage, ThreadStreamEvent, ToolStatus
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.lessons.support.dialogue import random_messages
from chatlab.server import ChatKitServer

__all__ = ["inputs", "observe"]


class Rehearsed(ChatKitServer):
    """Says what it was told to: `("text", pieces)` and `("tool", name, lines)`, in order."""

    def __init__(self, script: list[Any]) -> None:
        super().__init__()
        self.script = script

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Play the script."""
        for kind, *more in self.script:
            if kind == "text":
                for piece in more[0]:
                    yield AssistantMessage(content=piece)
            else:
                name, (begins, ends) = more
                yield ToolStatus(tool=name, status="running", detail=begins)
                yield ToolStatus(tool=name, status="completed", detail=ends)


def inputs(random: Random) -> dict[str, Any]:
    """A message, and an answer: text in pieces, a tool, text in pieces."""
    message, before, after, detail = random_messages(random, 4)
    tool = random.choice(("create_task", "look_up", "send_mail"))
    script = [
        ["text", before.replace(" ", "| ").split("|")],
        ["tool", tool, [f"Starting {detail}", f"Finished {detail}"]],
        ["text", after.replace(" ", "| ").split("|")],
    ]
    return {"message": message, "user": random.choice(("alice", "bob")), "script": script}


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """What the learner's function says that the turn left."""
    server = Rehearsed(inputs["script"])
    context = RequestContext(user_id=inputs["user"])
    seen = await attempt(lambda: subject(server, inputs["message"], context))
    threads = (await server.threads(context)).data
    return seen | {"threads": len(threads)}
