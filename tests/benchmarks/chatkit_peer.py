"""A server on openai-chatkit itself, and a store in memory as its samples have it."""

import json
from datetime import UTC, datetime

from chatkit import server as official_server
from chatkit import store as official_store
from chatkit import types as official

__all__ = ["PeerServer", "request"]


class PeerStore(official_store.Store[None]):
    """Threads and items in dictionaries: no copies, no checks, nobody's in particular."""

    def __init__(self):
        self.threads, self.items = {}, {}

    async def load_thread(self, thread_id, context):
        return self.threads[thread_id].model_copy()

    async def save_thread(self, thread, context):
        self.threads[thread.id] = thread.model_copy()

    async def load_thread_items(self, thread_id, after, limit, order, context):
        items = list(self.items.get(thread_id, {}).values())
        items = items if order == "asc" else items[::-1]
        return official.Page(data=items[:limit], has_more=len(items) > limit)

    async def load_threads(self, limit, after, order, context):
        return official.Page(data=list(self.threads.values())[:limit])

    async def add_thread_item(self, thread_id, item, context):
        self.items.setdefault(thread_id, {})[item.id] = item

    save_item = add_thread_item

    async def load_item(self, thread_id, item_id, context):
        return self.items[thread_id][item_id]

    async def delete_thread(self, thread_id, context):
        del self.threads[thread_id]

    async def delete_thread_item(self, thread_id, item_id, context):
        del self.items[thread_id][item_id]

    async def save_attachment(self, attachment, context):
        raise NotImplementedError

    load_attachment = delete_attachment = save_attachment


class PeerServer(official_server.ChatKitServer[None]):
    """Says so many tokens, as the Agents SDK's adapter does: added, part, deltas, done."""

    def __init__(self, tokens):
        super().__init__(PeerStore())
        self.tokens = tokens

    async def respond(self, thread, input_user_message, context):
        now, id = datetime.now(UTC), self.store.generate_item_id("message", thread, context)
        base = {"id": id, "thread_id": thread.id, "created_at": now}
        item = official.AssistantMessageItem(**base, content=[])
        yield official.ThreadItemAddedEvent(item=item)
        empty = official.AssistantMessageContent(text="")
        part = official.AssistantMessageContentPartAdded(content_index=0, content=empty)
        yield official.ThreadItemUpdatedEvent(item_id=id, update=part)
        for n in range(self.tokens):
            delta = official.AssistantMessageContentPartTextDelta(content_index=0, delta=f"tok{n} ")
            yield official.ThreadItemUpdatedEvent(item_id=id, update=delta)
        text = "".join(f"tok{n} " for n in range(self.tokens))
        content = official.AssistantMessageContent(text=text)
        part = official.AssistantMessageContentPartDone(content_index=0, content=content)
        yield official.ThreadItemUpdatedEvent(item_id=id, update=part)
        item = official.AssistantMessageItem(**base, content=[content])
        yield official.ThreadItemDoneEvent(item=item)


def request() -> bytes:
    """A client's request to say something in a new thread."""
    said = {"content": [{"type": "input_text", "text": "Hello"}], "attachments": []}
    params = {"input": said | {"inference_options": {}}}
    return json.dumps({"type": "threads.create", "params": params}).encode()
