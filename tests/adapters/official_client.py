"""A client that knows the official types and nothing else: what it reads, they have judged."""

import json
from contextlib import aclosing

from chatkit import types as official
from chatkit.server import NonStreamingResult, StreamingResult
from pydantic import TypeAdapter

EVENTS = TypeAdapter(official.ThreadStreamEvent)
ITEM_PAGES = TypeAdapter(official.Page[official.ThreadItem])


def message(text, **more):
    """What a composer sends."""
    said = {"content": [{"type": "input_text", "text": text}], "attachments": []}
    return said | {"inference_options": {}} | more


class Client:
    """Talks to one official server as one user."""

    def __init__(self, chat, context):
        self.chat = chat
        self.context = context

    async def ask(self, type, metadata=None, **params):
        """The result of one request, as the server gives it."""
        request = {"type": type, "params": params, "metadata": metadata or {}}
        return await self.chat.process(json.dumps(request), self.context)

    async def stream(self, type, metadata=None, **params):
        """The events of a streaming request, each read by the official types."""
        result = await self.ask(type, metadata, **params)
        assert isinstance(result, StreamingResult)
        async with aclosing(aiter(result)) as frames:
            async for frame in frames:
                assert frame.startswith(b"data: ")
                assert frame.endswith(b"\n\n")
                yield EVENTS.validate_json(frame.removeprefix(b"data: "))

    async def events(self, type, metadata=None, **params):
        """All of them."""
        return [event async for event in self.stream(type, metadata, **params)]

    async def create(self, text, **more):
        """Begin a conversation: its id, and the events."""
        events = await self.events("threads.create", input=message(text, **more))
        return events[0].thread.id, events

    async def say(self, thread_id, text, **more):
        """Go on with it."""
        said = message(text, **more)
        return await self.events("threads.add_user_message", thread_id=thread_id, input=said)

    async def click(self, thread_id, item_id, action):
        """Click on something in it."""
        clicked = {"thread_id": thread_id, "item_id": item_id, "action": action}
        return await self.events("threads.custom_action", **clicked)

    async def answer(self, type, **params):
        """The JSON of a request that does not stream."""
        result = await self.ask(type, **params)
        assert isinstance(result, NonStreamingResult)
        return result.json

    async def items(self, thread_id, **params):
        """The thread's items, oldest first, page by page."""
        asked = {"thread_id": thread_id, "order": "asc"} | params
        found, after = [], None
        for _ in range(1000):
            json = await self.answer("items.list", **asked, after=after)
            page = ITEM_PAGES.validate_json(json)
            found += page.data
            after = page.after
            if not page.has_more:
                return found
        raise AssertionError("The pages have no end.")


def text_of(item):
    """What a message says."""
    return "".join(part.text for part in item.content)


def replies(events):
    """What was said in deltas, message by message."""
    said = {}
    for event in events:
        if getattr(event, "update", None) and event.update.type.endswith("text_delta"):
            said[event.item_id] = said.get(event.item_id, "") + event.update.delta
    return list(said.values())
