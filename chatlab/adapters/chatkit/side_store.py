"""A store beside each thread, for what chatlab's items have no place for (lesson 11).

It is in the same store, under a user of its own for each user: nobody else's requests reach it,
and it shows up in no list of conversations.
"""

from collections.abc import Awaitable, Iterable
from typing import Any

from chatlab.clock import Clock
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import ThreadItem, ThreadMetadata, ToolItem
from chatlab.stores.base import Store

__all__ = ["SideStore"]

_OWNER = "\x1fchatkit:"


class SideStore:
    """Documents: those of a thread go when it goes, the others stand alone."""

    def __init__(self, store: Store[ThreadItem], clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def put(self, thread_id: str, id: str, document: Any, context: RequestContext) -> None:
        """Keep a document with the thread, or replace the one that has this id."""
        owner = _owner(context)
        await self._store.save_thread(self._side_thread(thread_id, owner), owner)
        item = ToolItem(
            id=id,
            thread_id=thread_id,
            content="",
            timestamp=self._clock.now(),
            tool="chatkit",
            call_id=id,
            output=document,
        )
        await self._store.save_item(thread_id, item, owner)

    async def find(
        self, thread_id: str, ids: Iterable[str], context: RequestContext
    ) -> dict[str, Any]:
        """Those of the documents that there are; one look if the thread has none at all."""
        owner = _owner(context)
        found: dict[str, Any] = {}
        if not await _succeeded(self._store.load_thread(thread_id, owner)):
            return found
        for id in ids:
            try:
                item = await self._store.load_item(thread_id, id, owner)
            except NotFoundError:
                continue
            if isinstance(item, ToolItem):
                found[id] = item.output
        return found

    async def delete(self, thread_id: str, id: str, context: RequestContext) -> None:
        """Take one away, if it is there."""
        await _succeeded(self._store.delete_thread_item(thread_id, id, _owner(context)))

    async def clear(self, thread_id: str, context: RequestContext) -> None:
        """Take away all that the thread has."""
        await _succeeded(self._store.delete_thread(thread_id, _owner(context)))

    async def put_standalone(self, id: str, document: Any, context: RequestContext) -> None:
        """Keep a document that belongs to no thread, or replace it."""
        owner = _owner(context)
        side_thread = self._side_thread(_standalone_thread_id(id), owner, {"document": document})
        await self._store.save_thread(side_thread, owner)

    async def find_standalone(self, id: str, context: RequestContext) -> Any:
        """That document. Raises `NotFoundError`."""
        return (await self._store.load_thread(_standalone_thread_id(id), _owner(context))).metadata[
            "document"
        ]

    async def delete_standalone(self, id: str, context: RequestContext) -> None:
        """Take that document away. Raises `NotFoundError`."""
        await self._store.delete_thread(_standalone_thread_id(id), _owner(context))

    def _side_thread(
        self, id: str, owner: RequestContext, metadata: dict[str, Any] | None = None
    ) -> ThreadMetadata:
        now = self._clock.now()
        return ThreadMetadata(
            id=id, user_id=owner.user_id, created_at=now, updated_at=now, metadata=metadata or {}
        )


def _standalone_thread_id(id: str) -> str:
    return f"alone:{id}"


def _owner(context: RequestContext) -> RequestContext:
    if context.user_id.startswith(_OWNER):
        raise InvalidInput("user_id", "begins with a control character", "Use a plain name.")
    return context.model_copy(update={"user_id": _OWNER + context.user_id})


async def _succeeded(asked: Awaitable[object]) -> bool:
    try:
        await asked
    except NotFoundError:
        return False
    return True
