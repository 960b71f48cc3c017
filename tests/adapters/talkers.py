"""Servers that talk, for the tests of the HTTP adapter."""

import asyncio

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    PermissionDenied,
    ToolStatus,
    Widget,
)

__all__ = ["Talker", "text_of"]


class Talker(ChatKitServer):
    """Says so many numbered words, with a pause after each; a word of "wait" waits for a sign.

    Attributes:
        go: Set it to let those go on who wait.
        closed: How many replies were closed before their end.
    """

    def __init__(self, store=None, **options) -> None:
        super().__init__(store, **options)
        self.go = asyncio.Event()
        self.closed = 0

    async def respond(self, thread, input, context):
        if input is None:
            return
        words, pause, *more = [*input.content.split(), "0"][:3]
        if words == "raise":
            yield AssistantMessage(content="So far")
            raise OSError("disk full: /secret/path")
        try:
            yield ToolStatus(tool="count", status="running", detail=words)
            yield ToolStatus(tool="count", status="completed", output=int(words))
            for number in range(int(words)):
                yield AssistantMessage(content=f"{number} wörd\n")
                await asyncio.sleep(float(pause))
            if more == ["wait"]:
                await self.go.wait()
            yield AssistantMessage(content="done")
            yield Widget(root=Card(children=(Button(label="Go", action=Action(type="go")),)))
        except GeneratorExit:
            self.closed += 1
            raise

    async def action(self, thread, action, sender, context):
        if action.type == "forbidden":
            raise PermissionDenied("tasks:delete", context.user_id)
        yield AssistantMessage(content=f"You clicked {action.type}.")


def text_of(frames) -> str:
    """What the assistant said in these events, joined."""
    return "".join(
        one["data"]["content"] for one in frames if one.get("event") == "assistant_message"
    )
