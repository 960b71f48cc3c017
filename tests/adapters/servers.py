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

__all__ = ["WIDE", "Echo", "Talker", "text_of", "word"]

WIDE = 1000


class Echo(ChatKitServer):
    """Says what was said."""

    async def respond(self, thread, input, context):
        yield AssistantMessage(content=input.content if input else "Hello")

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=action.type)


class Talker(ChatKitServer):
    """Says so many numbered words, with a pause after each: "3 0.01".

    After "wait" or "wide" it waits for a sign before the last word; "wide" ones fill a line.

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
                yield AssistantMessage(content=word(number, wide=more == ["wide"]))
                await asyncio.sleep(float(pause))
            if more in (["wait"], ["wide"]):
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


def word(number, *, wide=False) -> str:
    """What the talker says as its word of this number."""
    return f"{number} wörd\n".rjust(WIDE if wide else 0, "-")


def text_of(frames) -> str:
    """What the assistant said in these events, joined."""
    return "".join(
        one["data"]["content"] for one in frames if one.get("event") == "assistant_message"
    )
