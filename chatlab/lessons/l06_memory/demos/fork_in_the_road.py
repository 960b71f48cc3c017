"""A thread with a fork at each question: ask again in place, or in a branch (lesson 06)."""

import html
from typing import Any

from chatlab.context import RequestContext
from chatlab.items import VisibleItem
from chatlab.server import ChatKitServer
from chatlab.turns.turn import Turn
from chatlab.widgets.display import FALLBACK_HTML, display_live
from chatlab.widgets.live_demo import LiveDemo

__all__ = ["fork_in_the_road"]

_MOST_THREADS = 4


async def fork_in_the_road(
    server: ChatKitServer[Any], context: RequestContext, *messages: str
) -> None:
    """Send the messages, and offer two ways to ask each of them again.

    Args:
        server: Answers, each time in another way.
        context: Who asks.
        messages: What is said in the thread that it begins with.
    """
    thread_id = None
    for message in messages:
        turn = server.send(message, context, thread_id)
        await _read(turn)
        thread_id = turn.thread_id
    demo = _Fork(server, context, str(thread_id))
    await demo.show("Press a button at one of the questions.")
    display_live(demo.widget, _fallback(demo.widget.frame["threads"][0]))


class _Fork(LiveDemo):
    """The threads, and what a click does to them: one at a time."""

    def __init__(self, server: ChatKitServer[Any], context: RequestContext, thread_id: str) -> None:
        super().__init__(__file__)
        self.server, self.context = server, context
        self._copied: dict[str, int] = {thread_id: 0}
        self._first = thread_id

    def on_message(self, message: dict[str, Any]) -> None:
        if self.tasks:
            return
        match message:
            case {"type": "retry", "thread": str() as thread_id, "item": str() as item_id}:
                self.spawn(self._retry(thread_id, item_id))
            case {"type": "branch", "thread": str() as thread_id, "item": str() as item_id}:
                self.spawn(self._branch(thread_id, item_id))
            case {"type": "reset"}:
                self.spawn(self._reset())
            case _:
                return

    async def _retry(self, thread_id: str, item_id: str) -> None:
        before = len(await self._items(thread_id))
        await _read(self.server.retry(thread_id, item_id, self.context))
        left = await self._items(thread_id)
        gone = before - len(left) + 1
        self._copied[thread_id] = min(self._copied[thread_id], len(left) - 1)
        items = "1 item is" if gone == 1 else f"{gone} items are"
        await self.show(f"retry({thread_id}, {item_id}): a new answer, and {items} gone for good.")

    async def _branch(self, thread_id: str, item_id: str) -> None:
        if len(self._copied) == _MOST_THREADS:
            await self.show("Four threads are enough for one picture. Start again to go on.")
            return
        asked = next(one for one in await self._items(thread_id) if one.id == item_id)
        branch = await self.server.fork(thread_id, item_id, self.context)
        self._copied[branch.id] = len(await self._items(branch.id))
        await _read(self.server.send(asked.content, self.context, branch.id))
        copied = self._copied[branch.id]
        what = "1 copy" if copied == 1 else f"{copied} copies"
        await self.show(
            f"fork({thread_id}, {item_id}): {branch.id} begins with {what}. Nothing is gone."
        )

    async def _reset(self) -> None:
        for thread_id in [one for one in self._copied if one != self._first]:
            await self.server.delete(thread_id, self.context)
            del self._copied[thread_id]
        await self.show("The branches are gone. The first thread is as you left it.")

    async def _items(self, thread_id: str) -> list[VisibleItem]:
        thread = await self.server.thread(thread_id, self.context)
        return list(thread.items.data)

    async def show(self, note: str) -> None:
        """Send the browser all that there is to see."""
        threads: list[dict[str, Any]] = []
        for thread_id, copied in self._copied.items():
            items = [
                {"id": one.id, "role": one.role, "text": one.content, "copied": place < copied}
                for place, one in enumerate(await self._items(thread_id))
            ]
            threads.append({"id": thread_id, "items": items})
        self.widget.frame = {"threads": threads, "note": note, "most": _MOST_THREADS}


async def _read(turn: Turn) -> None:
    async for _ in turn:
        pass


def _fallback(thread: dict[str, Any]) -> dict[str, str]:
    lines = [f"{item['role']:9}  {item['text']}" for item in thread["items"]]
    text = "\n".join(
        [f"{thread['id']}, before anybody asked again:", *lines, "(Run this cell to branch off.)"]
    )
    return {
        "text/plain": text,
        "text/html": f"{FALLBACK_HTML}<pre>{html.escape(text)}</pre></div>",
    }
