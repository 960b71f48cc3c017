"""A chatlab server behind the official one: every request, and every byte that leaves."""

from datetime import UTC, datetime

import pytest
from chatkit import server as official_server
from official_client import Client

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    ChatKitServer,
    RequestContext,
    Task,
    ToolStatus,
    Widget,
)
from chatlab.adapters.chatkit import as_chatkit
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")
BOB = RequestContext(user_id="bob")
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Everything(ChatKitServer):
    """Says each kind of thing once."""

    async def respond(self, thread, input, context):
        yield ToolStatus(tool="look_up", status="running", arguments={"secret": 1})
        yield ToolStatus(tool="look_up", status="running", detail="Looking ...")
        yield ToolStatus(tool="look_up", status="completed", detail="Found ✓", output="secret")
        yield Task(title="Export", progress=0.25)
        yield Task(title="Export", progress=0.5)
        yield Task(title="Export", status="completed", progress=1)
        yield AssistantMessage(content="Hello ")
        yield AssistantMessage(content="there")
        yield Widget(root=Button(label="Go", action=Action(type="go", payload={"id": 7})))

    async def action(self, thread, action, sender, context):
        yield AssistantMessage(content=f"{action.type} {action.payload} from {sender.id}")


def wrapped(kind=Everything, **more):
    return as_chatkit(kind(clock=FixedClock(), new_id=CountingIds(), **more))


async def test_every_kind_of_event_has_its_official_form():
    chat = wrapped()

    _, events = await Client(chat, ALICE).create("Hi")

    assert isinstance(chat, official_server.ChatKitServer)
    said = [event.model_dump(mode="json", exclude_none=True) for event in events]
    assert [event["type"] for event in said] == [
        *("thread.created", "thread.item.done", "stream_options"),
        *("thread.item.added", "thread.item.updated", "thread.item.done"),
        *("thread.item.added", "thread.item.updated", "thread.item.done"),
        *("thread.item.added", "thread.item.updated", "thread.item.updated"),
        *("thread.item.updated", "thread.item.updated", "thread.item.done"),
        *("thread.item.done", "thread.updated"),
    ]
