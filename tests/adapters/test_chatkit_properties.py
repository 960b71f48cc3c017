"""What holds for every turn: a client that knows official events alone ends up with the truth."""

import pytest
from chatkit import types as official
from hypothesis import given, settings
from hypothesis import strategies as st
from official_client import Client, text_of

from chatlab import (
    Action,
    AssistantMessage,
    Button,
    ChatKitServer,
    RequestContext,
    Task,
    Text,
    ToolStatus,
    Widget,
)
from chatlab.adapters.chatkit import as_chatkit
from chatlab.testing import CountingIds, FixedClock

pytestmark = pytest.mark.anyio

ALICE = RequestContext(user_id="alice")

letters = st.sampled_from([*"ab _é", chr(0xD800)])
words = st.text(letters, max_size=4)
whole_words = words.filter(lambda text: chr(0xD800) not in text)
statuses = st.sampled_from(["running", "running", "completed", "failed"])
names = st.sampled_from(["look_up", "save"])
events = st.one_of(
    st.builds(AssistantMessage, content=words),
    st.builds(ToolStatus, tool=names, status=statuses, detail=whole_words),
    st.builds(Task, title=names, status=statuses, progress=st.floats(0, 1)),
    st.builds(lambda value: Widget(root=Text(value=value)), whole_words),
    st.builds(
        lambda label: Widget(root=Button(label=label, action=Action(type="go"))), whole_words
    ),
    st.just("what respond() may not yield"),
)


class Plays(ChatKitServer):
    """Yields the next of the turns that it was given."""

    def __init__(self, turns):
        super().__init__(clock=FixedClock(), new_id=CountingIds())
        self.turns = iter(turns)

    async def respond(self, thread, input, context):
        for event in next(self.turns):
            yield event


class Screen:
    """What an official client shows."""

    def __init__(self):
        self.items = {}
        self.streamed = {}

    def take(self, event):
        match event:
            case official.ThreadItemAddedEvent(item=item):
                assert item.id not in self.items
                self.items[item.id] = item
            case official.ThreadItemUpdatedEvent(item_id=id, update=update):
                assert id in self.items
                if update.type == "assistant_message.content_part.text_delta":
                    self.streamed[id] = self.streamed.get(id, "") + update.delta
            case official.ThreadItemDoneEvent(item=item):
                self.items[item.id] = item
                if item.id in self.streamed:
                    assert self.streamed.pop(item.id) == text_of(item)
            case official.ThreadItemRemovedEvent(item_id=id):
                del self.items[id]
            case _:
                pass


@given(turns=st.lists(st.lists(events, max_size=8), min_size=2, max_size=3))
@settings(max_examples=30)
async def test_what_the_events_add_up_to_is_what_is_in_the_thread(turns):
    client = Client(as_chatkit(Plays([*turns, []])), ALICE)
    screen = Screen()

    thread, heard = await client.create("Hi")
    for _ in turns[1:]:
        heard += await client.say(thread, "Go on")
    for event in heard:
        screen.take(event)
    assert screen.items == {item.id: item for item in await client.items(thread)}

    for event in await client.events("threads.retry_after_item", thread_id=thread, item_id="msg_1"):
        screen.take(event)
    assert list(screen.items.values()) == await client.items(thread)
    assert list(screen.items) == ["msg_1"]
