"""ChatView and `show`: a server to talk to, and a stream to watch."""

import asyncio
from collections.abc import AsyncIterable
from typing import Any

from chatlab.context import RequestContext
from chatlab.events import ThreadStreamEvent
from chatlab.items import Action
from chatlab.server import ChatKitServer
from chatlab.turn import Turn
from chatlab.widgets.pane import Pane

__all__ = ["ChatView", "show"]


async def show(stream: AsyncIterable[ThreadStreamEvent], who: str = "You") -> None:
    """Watch any stream of events under the cell, until it ends.

    What the stream raises is shown there, and raised.
    """
    pane = Pane(who)
    pane.display()
    try:
        async for event in stream:
            pane.take(event)
    except Exception as error:
        pane.fail(error)
        raise
    finally:
        if isinstance(stream, Turn) and stream.error is not None:
            pane.fail(stream.error)
        pane.settle()


class ChatView:
    """A chat with a server: type, watch it answer, click, stop, try again.

    Args:
        server: The server to talk to.
        context: Who talks.
        thread_id: The conversation to go on with; a new one by default.
    """

    def __init__(
        self,
        server: ChatKitServer[Any],
        context: RequestContext,
        thread_id: str | None = None,
    ) -> None:
        self.server = server
        self.context = context
        self.thread_id = thread_id
        self._pane = Pane(context.user_id, self._hear)
        self._turn: Turn | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def _ipython_display_(self) -> None:
        """Under the cell: the live pane, and its static copy."""
        self._pane.display()
        if self.thread_id is not None:
            self._start(self._load(self.thread_id))

    async def say(self, message: str | None) -> None:
        """Send a message as if it had been typed, and watch the answer to its end."""
        await self._watch(self.server.send(message, self.context, self.thread_id))

    async def click(self, action: Action, item_id: str | None = None) -> None:
        """Click as if with the mouse, and watch the answer to its end."""
        if self.thread_id is not None:
            await self._watch(self.server.act(action, self.context, self.thread_id, item_id))

    async def stop(self) -> None:
        """Stop the answer that is being given; what was said is kept."""
        if self._turn is not None:
            await self._turn.aclose()

    async def _watch(self, turn: Turn) -> None:
        pane = self._pane
        pane.busy(yes=True)
        self._turn = turn
        try:
            async for event in turn:
                self.thread_id = event.thread_id
                pane.take(event)
        except Exception as error:  # noqa: BLE001 - it is shown in the pane, with the line
            pane.fail(error)
        finally:
            self._turn = None
            if turn.error is not None:
                pane.fail(turn.error)
            if turn.state == "stopped":
                await self._show_stopped(turn.thread_id)
            pane.busy(yes=False)
            pane.settle()

    async def _show_stopped(self, thread_id: str) -> None:
        """What a stopped turn has left in the store."""
        page = await self.server.store.load_thread_items(thread_id, None, 5, "desc", self.context)
        for item in reversed(page.data):
            if item.id in self._pane.board.entries:
                self._pane.put(item)

    async def _load(self, thread_id: str) -> None:
        page = await self.server.store.load_thread_items(thread_id, None, 50, "desc", self.context)
        for item in reversed(page.data):
            self._pane.put(item)
        self._pane.settle()

    def _hear(self, said: dict[str, Any]) -> None:
        match said:
            case {"type": "send", "text": str(text)} if text.strip() and self._turn is None:
                self._start(self.say(text))
            case {"type": "stop"}:
                self._start(self.stop())
            case {"type": "act", "action": action, "item": str(item_id)} if self._turn is None:
                self._start(self.click(Action.model_validate(action), item_id))
            case {"type": "retry"} if self.thread_id is not None and self._turn is None:
                self._start(self._retry(self.thread_id))
            case _:
                return

    async def _retry(self, thread_id: str) -> None:
        """Answer the last message of the user again."""
        page = await self.server.store.load_thread_items(thread_id, None, 50, "desc", self.context)
        asked = next((item for item in page.data if item.role == "user"), None)
        if asked is not None:
            await self._watch(self.server.retry(thread_id, asked.id, self.context))

    def _start(self, work: Any) -> None:
        """Run it on the kernel's loop; hold on to it, and let nothing it raises be lost."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._pane.fail(error)
            self._pane.settle()
