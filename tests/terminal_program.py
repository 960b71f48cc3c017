"""Programs for `test_terminal_real.py`: a chat with a server that does what the test needs."""

import asyncio
import logging
import sys
from pathlib import Path

from rich.console import Console

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    Card,
    ChatKitServer,
    Form,
    Input,
    RequestContext,
    Select,
    Widget,
)
from chatlab.items import Text as Paragraph
from chatlab.terminal import TerminalChat

ANSWER = """\
## A plan

Some **bold** words, and a list:

- one
- two, which is [a link](https://example.org/there)

```python
def answer():
    return 42
```

| a | b |
|---|---|
| 1 | 2 |

The end of it."""

LONG = "\n\n".join(f"Paragraph number {number} of the **answer**." for number in range(60))


class Server(ChatKitServer):
    """Says what the message asks for; `folder` is how the test tells it to go on."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    async def respond(self, thread, input, context):  # noqa: C901 - each message is a case
        if input is None:
            yield AssistantMessage(content="Welcome.")
            return
        match input.content:
            case "plan":
                for sign in ANSWER:
                    yield AssistantMessage(content=sign)
            case "long":
                for number, word in enumerate(LONG.split(" ")):
                    yield AssistantMessage(content=f"{word} ")
                    if number % 20 == 0:
                        await asyncio.sleep(0.06)
            case "endless":
                yield AssistantMessage(content="On and on.\n\nThis never comes to its end: ")
                await asyncio.Event().wait()
            case "wait":
                yield AssistantMessage(content="Waiting for you.\n\nUntil then: ")
                while not (self.folder / "go").exists():  # noqa: ASYNC110 - another process makes it
                    await asyncio.sleep(0.01)
                yield AssistantMessage(content="here you are.")
            case "form":
                yield Widget(root=FORM)
            case "log":
                logging.getLogger("learner").warning("a line of the log")
                raise ValueError("a fault of mine")
            case said:
                yield AssistantMessage(content=f"You said {said!r}.")

    async def action(self, thread, action, sender, context):
        yield Widget(item_id=sender.id, root=Paragraph(value="**Sent.**"))
        yield AssistantMessage(content=f"{action.type}: {action.payload}")


FORM = Card(
    title="A task",
    children=(
        Form(
            children=(
                Input(name="title", label="Title", required=True),
                Select(name="size", label="Size", options=("small", "middle", "large")),
                Input(name="note", value="none"),
            ),
            action=Action(type="create", payload={"from": "form"}),
            submit="Create",
        ),
        Button(label="Not now", action=Action(type="later")),
    ),
)


def main():
    folder = Path(sys.argv[1])
    chat = TerminalChat(
        Server(folder),
        RequestContext(user_id="alice"),
        Console(),
        history=folder / ".chatlab" / "chat-history",
    )
    asyncio.run(chat.run())


if __name__ == "__main__":
    main()
