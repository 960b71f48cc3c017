"""Servers that the browser tests talk to. Notebooks in the tests' JupyterLab import this."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

from chatlab import (
    Action,
    AssistantMessage,
    AssistantMessageItem,
    Button,
    Card,
    ChatKitServer,
    Form,
    Input,
    Notice,
    RequestContext,
    Row,
    Select,
    Task,
    Text,
    ThreadMetadata,
    ThreadUpdate,
    ToolStatus,
    UserMessageItem,
    Widget,
)
from chatlab.llm import ScriptedModel

ALICE = RequestContext(user_id="alice")

CODE = "Here is **code**:\n\n```python\nprint('hello')\n```\n\nand a [link](https://example.org)."


class Room(ChatKitServer):
    """Answers a few words, each with one thing that a pane can show."""

    def __init__(self, tokens=400, pace=60, **more):
        super().__init__(**more)
        self.model = ScriptedModel("word " * tokens, tokens_per_second=pace)
        self.broken = True

    async def respond(self, thread, input, context):
        if input is None:
            return
        if input.content == "widget":
            yield Widget(root=card())
        elif input.content == "code":
            yield AssistantMessage(content=CODE)
        elif input.content == "break":
            yield AssistantMessage(content="Before the break. ")
            if self.broken:
                raise ZeroDivisionError("a fault of mine")
            yield AssistantMessage(content="And after it.")
        elif input.content == "tools":
            yield ToolStatus(tool="think", status="running", detail="Thinking...")
            yield Task(title="Export", progress=0.5)
            yield ToolStatus(tool="think", status="completed", detail="Thought.")
            yield ToolStatus(tool="save", status="failed", detail="No disk.")
            yield Task(title="Export", progress=1, status="completed")
            yield AssistantMessage(content="Done.")
        else:
            async for token in self.model.stream(input.content):
                yield AssistantMessage(content=token)

    async def action(self, thread, action, sender, context):
        if action.type == "break":
            raise ZeroDivisionError("a click that breaks")
        said = ", ".join(f"{name}={value}" for name, value in sorted(action.payload.items()))
        yield AssistantMessage(content=f"{action.type}: {said}")


def card():
    complete = Button(label="Complete", action=Action(type="complete", payload={"id": 42}))
    breaks = Button(label="Break it", action=Action(type="break"))
    form = Form(
        children=(
            Input(name="title", label="Title", required=True),
            Select(name="priority", label="Priority", options=("low", "high")),
        ),
        action=Action(type="create"),
        submit="Create",
    )
    words = Text(value="Water the **plants**")
    return Card(title="Task 42", children=(words, complete, breaks, form))


OUTER = Action(type="outer")


class Hall(Room):
    """A room whose cards change when they are answered, and that says more than messages."""

    async def respond(self, thread, input, context):
        match input.content.split() if input else []:
            case ["ask"]:
                answers = [
                    Button(label=label, action=Action(type=label)) for label in ("Yes", "No")
                ]
                yield Widget(root=Card(title="Sure?", children=(Row(children=answers),)))
            case ["change"]:
                items = await self.store.load_thread_items(thread.id, None, 100, "asc", context)
                old = next(item for item in items.data if item.type == "widget")
                yield Widget(item_id=old.id, root=Text(value="changed"))
                self.fail_if_broken()
            case ["note", *words]:
                for level in ("progress", "info", "warning", "danger"):
                    yield Notice(title=level, message=" ".join(words), level=level)
                yield AssistantMessage(content="\n\n")
            case ["call", *words]:
                async for token in self.model.stream(input.content):
                    yield AssistantMessage(content=token)
                yield ThreadUpdate(title=" ".join(words))
                self.fail_if_broken()
            case ["form", *words]:
                inner = Form(children=(Input(name="b"),), action=Action(type="inner"), submit="In")
                label = " ".join(words)
                choice = Select(name="a", label=label, options=(label,))
                yield Widget(root=Card(children=(Form(children=(choice, inner), action=OUTER),)))
            case _:
                async for event in super().respond(thread, input, context):
                    yield event

    def fail_if_broken(self):
        if self.broken:
            raise ZeroDivisionError("a fault of mine")

    async def action(self, thread, action, sender, context):
        if action.type in {"Yes", "No"}:
            yield Widget(item_id=sender.id, root=Text(value=f"You said {action.type}."))
            return
        async for event in super().action(thread, action, sender, context):
            yield event


class Echo(ChatKitServer):
    """Says what it was told, in many pieces, at an uneven pace."""

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="echo", status="running", detail=f"for {context.user_id}")
        for word in f"{context.user_id} said {input.content}. ".split(" ") * 3:
            await self.clock.sleep(random.random() / 200)
            yield AssistantMessage(content=word + " ")
        yield ToolStatus(tool="echo", status="completed", detail=f"for {context.user_id}")


async def long_thread(store, count, context=ALICE):
    """A thread of so many items in the store."""
    start = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    thread = ThreadMetadata(
        id="thr_long", user_id=context.user_id, created_at=start, updated_at=start
    )
    await store.save_thread(thread, context)
    for n in range(count):
        kind = AssistantMessageItem if n % 2 else UserMessageItem
        at = start + timedelta(seconds=n)
        item = kind(id=f"msg_{n}", thread_id=thread.id, content=f"Message {n}.", timestamp=at)
        await store.add_thread_item(thread.id, item, context)
    return thread.id


def once_shown(pane):
    """Set as soon as a browser has asked for what the pane shows."""
    asked = asyncio.Event()
    pane.widget.on_msg(lambda *_: asked.set())
    return asked


def lossy(pane, share, seed=7):
    """Lose this share of the pane's frames on their way to the browser."""
    send, dice = pane.widget.send, random.Random(seed)
    lost = []

    def maybe(frame, buffers=None):
        if dice.random() < share:
            lost.append(frame)
        else:
            send(frame, buffers)

    pane.widget.send = maybe
    return lost
