"""ChatView: a server to talk to, in a notebook."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from chatlab.context import RequestContext
from chatlab.errors import NotFoundError
from chatlab.events import ErrorEvent, ItemDone, ThreadCreated
from chatlab.items import Action
from chatlab.server import ChatKitServer
from chatlab.stores.paging import load_visible_items
from chatlab.turns.turn import Turn
from chatlab.widgets.pane import Pane

__all__ = ["ChatView"]

_PAGE = 50
"""How many items are loaded at a time."""

Work = Callable[[], Coroutine[Any, Any, None]]


class ChatView:
    """A chat with a server: type, watch it answer, click, stop, try again.

    Messages, clicks and retries wait for one another: each begins where the one before has ended.

    Args:
        server: The server to talk to.
        context: Who talks.
        thread_id: The conversation to go on with; a new one by default.
        inspect: Open the event inspector beside it.
    """

    def __init__(
        self,
        server: ChatKitServer[Any],
        context: RequestContext,
        thread_id: str | None = None,
        *,
        inspect: bool = False,
    ) -> None:
        self.server = server
        self.context = context
        self.thread_id = thread_id
        self.pane = Pane(context.user_id, self._on_message, inspect=inspect)
        self._turn: Turn | None = None
        self._older: str | None = None
        self._retry: Work | None = None
        self._queue = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def _ipython_display_(self) -> None:
        """Under the cell: the live pane, and its static copy."""
        self.pane.display()
        self.load()

    def load(self) -> None:
        """Show the newest page of the conversation, if there is one to go on with."""
        if self.thread_id is not None and not self.pane.view_model.entries:
            self._spawn(self._load(self.thread_id))

    async def say(self, message: str | None) -> None:
        """Send a message as if it had been typed, and watch the answer to its end."""
        async with self._queue:
            self._retry = self._retry_last
            await self._watch(self.server.send(message, self.context, self.thread_id))

    async def click(self, action: Action, item_id: str | None = None) -> None:
        """Click as if with the mouse, and watch the answer to its end."""
        async with self._queue:
            if self.thread_id is not None:
                self._retry = lambda: self.click(action, item_id)
                await self._watch(self.server.act(action, self.context, self.thread_id, item_id))

    async def stop(self) -> None:
        """Stop the answer that is being given; what was said is kept."""
        if self._turn is not None:
            await self._turn.aclose()

    async def _say_typed(self, text: str, message_id: str) -> None:
        """As `say`; the text goes back into the input if it does not get into the thread."""
        async with self._queue:
            self._retry = self._retry_last
            try:
                turn = self.server.send(text, self.context, self.thread_id)
                await self._watch(turn, lambda: self.pane.settle(message_id, kept=True))
            finally:
                self.pane.settle(message_id, kept=False)

    async def _watch(self, turn: Turn, on_kept: Callable[[], None] = lambda: None) -> None:
        """Show the turn to its end; call `on_kept` once what the user said is in the thread."""
        pane = self.pane
        pane.begin_turn()
        self._turn = turn
        try:
            async for event in turn:
                if not isinstance(event, ThreadCreated | ErrorEvent):  # the thread has an item
                    self.thread_id = event.thread_id
                pane.apply(event)
                if isinstance(event, ItemDone) and event.item.role == "user":
                    on_kept()
        except Exception as error:  # noqa: BLE001 - it is shown in the pane, with the line
            pane.show_error(error)
        finally:
            self._turn = None
            if turn.error is not None:
                pane.show_error(turn.error)
            if turn.state == "stopped":
                await self._show_stopped(turn, on_kept)
            pane.end_turn(turn.state)
            pane.flush()

    async def _show_stopped(self, turn: Turn, on_kept: Callable[[], None]) -> None:
        """What a stopped turn has left in the store, though its events may not have come."""
        store, thread_id = self.server.store, turn.thread_id
        with suppress(NotFoundError):  # a thread in which nothing was said is gone
            page = await load_visible_items(store, thread_id, None, _PAGE, "desc", self.context)
            for item in reversed(page.data):
                if item.id == turn.message_id:
                    self.thread_id = thread_id
                    on_kept()
                if item.id == turn.message_id or item.id in self.pane.view_model.entries:
                    self.pane.show_item(item)

    async def _load(self, thread_id: str) -> None:
        store = self.server.store
        page = await load_visible_items(store, thread_id, self._older, _PAGE, "desc", self.context)
        self._older = page.after if page.has_more else None
        self.pane.prepend(reversed(page.data), more=page.has_more)
        self.pane.flush()

    async def _load_older(self) -> None:
        if self.thread_id is not None and self._older is not None:
            await self._load(self.thread_id)

    def _on_message(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "stop"}:
                self._spawn(self.stop())
            case {"type": "older"} if not self._tasks:
                self._spawn(self._load_older())
            case {"type": "send", "text": str(text)} if text.strip():
                self._spawn(self._say_typed(text, str(message.get("id"))))
            case {"type": "act", "action": action, "item": str(item_id)}:
                self._spawn(self._click_from_browser(action, item_id))
            case {"type": "retry"} if self._retry is not None:
                self._spawn(self._retry())
            case _:
                return

    async def _click_from_browser(self, action: object, item_id: str) -> None:
        await self.click(Action.model_validate(action), item_id)

    async def _retry_last(self) -> None:
        """Answer the last message of the user again; then the old answer goes."""
        async with self._queue:
            if self.thread_id is None:
                return
            store = self.server.store
            page = await load_visible_items(
                store, self.thread_id, None, _PAGE, "desc", self.context
            )
            asked = next((item for item in page.data if item.role == "user"), None)
            if asked is None:
                return
            replaced = self.pane.view_model.keys_after(asked.id)
            turn = self.server.retry(self.thread_id, asked.id, self.context)
            await self._watch(turn)
            if turn.state == "completed":
                self.pane.remove(replaced)
                self.pane.flush()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run it on the kernel's loop; hold on to it, and let nothing it raises be lost."""
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.pane.show_error(error)
            self.pane.flush()
