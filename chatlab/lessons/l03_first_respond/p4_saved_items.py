"""Part 03.4: call the learner's `what_is_saved` with a server whose reply comes in pieces."""

from collections.abc import AsyncIterator
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.events import AssistantMessage, ThreadStreamEvent, ToolStatus
from chatlab.items import ThreadMetadata, UserMessageItem
from chatlab.lessons.support.random_inputs import random_messages
from chatlab.server import ChatKitServer

__all__ = ["inputs", "observe"]


class ScriptedServer(ChatKitServer):
    """Plays a script: a list of `["text", pieces]` and `["tool", name, [start, end]]` entries.

    Each piece becomes an `AssistantMessage`; each tool entry a running and a completed
    `ToolStatus` with these details.
    """

    def __init__(self, script: list[Any]) -> None:
        super().__init__()
        self.script = script

    async def respond(
        self, thread: ThreadMetadata, input: UserMessageItem | None, context: RequestContext
    ) -> AsyncIterator[ThreadStreamEvent]:
        """Play the script."""
        for kind, *arguments in self.script:
            if kind == "text":
                for piece in arguments[0]:
                    yield AssistantMessage(content=piece)
            else:
                name, (start_detail, end_detail) = arguments
                yield ToolStatus(tool=name, status="running", detail=start_detail)
                yield ToolStatus(tool=name, status="completed", detail=end_detail)


def inputs(random: Random) -> dict[str, Any]:
    """A message, a user id, and a script: text in pieces, a tool, text in pieces."""
    message, before, after, detail = random_messages(random, 4)
    tool = random.choice(("create_task", "look_up", "send_mail"))
    script = [
        ["text", before.replace(" ", "| ").split("|")],
        ["tool", tool, [f"Starting {detail}", f"Finished {detail}"]],
        ["text", after.replace(" ", "| ").split("|")],
    ]
    return {"message": message, "user": random.choice(("alice", "bob")), "script": script}


async def observe(what_is_saved: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """The outcome of the call, as `attempt` records it, and how many `threads` there are then."""
    server = ScriptedServer(inputs["script"])
    context = RequestContext(user_id=inputs["user"])
    outcome = await attempt(lambda: what_is_saved(server, inputs["message"], context))
    threads = (await server.threads(context)).data
    return outcome | {"threads": len(threads)}
