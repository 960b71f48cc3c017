"""Customers side by side on one server: what each says, and what each may see of the others."""

import asyncio
from collections.abc import Sequence
from typing import Any

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.server import ChatKitServer
from chatlab.widgets.chat import ChatView
from chatlab.widgets.display import display_live
from chatlab.widgets.tenants.fallback import tenants_fallback
from chatlab.widgets.tenants.widget import TenantsWidget

__all__ = ["Tenants"]


class Tenants:
    """A chat for each customer, on one server, and under them a table of who sees what.

    The table is no drawing: after each turn every customer asks the server for every thread.

    Args:
        server: The server that they share.
        contexts: Who they are: two or more, with different user ids.

    Attributes:
        views: The chats, under the user ids.

    Raises:
        InvalidInput: There are fewer than two, or two with the same user id.
    """

    def __init__(self, server: ChatKitServer[Any], contexts: Sequence[RequestContext]) -> None:
        names = [context.user_id for context in contexts]
        if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004 - side by side
            raise InvalidInput("contexts", f"are {names}", "Give two or more different customers.")
        self.server = server
        self.views = {context.user_id: ChatView(server, context) for context in contexts}
        self.widget: Any = TenantsWidget(
            names=names, panes=[view.pane.widget.model_id for view in self.views.values()]
        )
        self._fallback: Any = None
        self._table_updates: set[asyncio.Task[None]] = set()

    def _ipython_display_(self) -> None:
        """Under the cell: the live panes, and their static copy."""
        for view in self.views.values():
            view.pane.connect()
            view.pane.on_settled = self._on_turn_end
            view.load()
        self._fallback = display_live(self.widget, tenants_fallback(self.views, self.widget.doors))

    async def say(self, user_id: str, message: str | None) -> None:
        """Let one of them say something, and watch the answer to its end.

        Raises:
            InvalidInput: Nobody here has that user id.
        """
        if user_id not in self.views:
            there = " or ".join(map(repr, self.views))
            raise InvalidInput("user_id", f"is {user_id!r}", f"Here is {there}.")
        await self.views[user_id].say(message)
        await asyncio.gather(*self._table_updates)

    async def access_table(self) -> list[dict[str, Any]]:
        """Who asks for whose thread, and how many items they get: None where it does not exist."""
        threads = {
            name: view.thread_id for name, view in self.views.items() if view.thread_id is not None
        }
        return [
            {"who": who, "whose": whose, "thread": id, "items": await self._items(id, view.context)}
            for who, view in self.views.items()
            for whose, id in threads.items()
        ]

    async def _items(self, thread_id: str, context: RequestContext) -> int | None:
        try:
            thread = await self.server.thread(thread_id, context, limit=1000)
        except NotFoundError:
            return None
        return len(thread.items.data)

    def _on_turn_end(self) -> None:
        """A turn is over in one of the panes: look at every door again."""
        task = asyncio.get_running_loop().create_task(self._update_table())
        self._table_updates.add(task)
        task.add_done_callback(self._on_updated)

    async def _update_table(self) -> None:
        self.widget.doors = await self.access_table()
        if self._fallback is not None:
            self._fallback.update(tenants_fallback(self.views, self.widget.doors), raw=True)

    def _on_updated(self, task: "asyncio.Task[None]") -> None:
        self._table_updates.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.widget.trouble = f"{type(error).__name__}: {error}"
