"""A chatlab store with ChatKit's interface: official items go in and come out whole (lesson 11).

An item is kept as the nearest item of chatlab's own, so that a chatlab server reads the same
conversation. Where that leaves something out (attachments, annotations, hidden context), the
official document lies in the side store, and is what comes out.
"""

from collections.abc import Awaitable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar, cast

from chatkit import store as official_store
from chatkit import types as official
from pydantic import TypeAdapter
from typing_extensions import override

from chatlab.adapters.chatkit.items import (
    official_item,
    official_thread,
    to_chatlab_item,
    to_chatlab_thread,
    with_timezone,
)
from chatlab.adapters.chatkit.side_store import SideStore
from chatlab.clock import Clock, NewId, SystemClock, new_id
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.items import Page, ThreadItem
from chatlab.stores.base import Order, Store
from chatlab.stores.paging import load_visible_items

__all__ = ["ChatKitNotFound", "ChatKitStore"]

T = TypeVar("T")

_item_adapter: TypeAdapter[official.ThreadItem] = TypeAdapter(official.ThreadItem)
_attachment_adapter: TypeAdapter[official.Attachment] = TypeAdapter(official.Attachment)

_PREFIXES = {
    "message": "msg",
    "thread": "thr",
    "tool_call": "tc",
    "workflow": "wf",
    "task": "tsk",
    "attachment": "atc",
    "sdk_hidden_context": "shcx",
}
"""What the ids of things begin with, as in ChatKit itself."""


class ChatKitNotFound(NotFoundError, official_store.NotFoundError):
    """One error for both worlds: chatlab's, and the one that ChatKit's stores raise."""


class ChatKitStore(official_store.Store[RequestContext]):
    """Any chatlab store behind the official interface, each call scoped by `context.user_id`.

    What the official store leaves to its author is settled: a thread of somebody else does not
    exist, order is by place and not by clock, a page has 1 to 1000 items, ids have 128 bits, and
    naive times get their zone.

    Args:
        store: Where everything is kept.
        clock: Where time comes from.
        new_id: Where ids come from.
    """

    def __init__(
        self,
        store: Store[ThreadItem],
        *,
        clock: Clock | None = None,
        new_id: NewId = new_id,
    ) -> None:
        self.store = store
        self._clock = SystemClock() if clock is None else clock
        self._new_id = new_id
        self._side_store = SideStore(store, self._clock)

    @override
    def generate_thread_id(self, context: RequestContext) -> str:
        """An id that nobody can guess."""
        return self._new_id("thr")

    @override
    def generate_item_id(
        self,
        item_type: official_store.StoreItemType,
        thread: official.ThreadMetadata,
        context: RequestContext,
    ) -> str:
        """An id that nobody can guess; its prefix says what it is for."""
        return self._new_id(_PREFIXES.get(item_type, item_type))

    @override
    async def load_thread(self, thread_id: str, context: RequestContext) -> official.ThreadMetadata:
        """The thread. Raises `ChatKitNotFound`."""
        return official_thread(await _or_chatkit_error(self.store.load_thread(thread_id, context)))

    @override
    async def save_thread(self, thread: official.ThreadMetadata, context: RequestContext) -> None:
        """Add the thread, or replace what was saved under its id. Its items stay."""
        own = to_chatlab_thread(thread, context.user_id, self._clock.now())
        await _or_chatkit_error(self.store.save_thread(own, context))

    @override
    async def load_threads(
        self, limit: int, after: str | None, order: str, context: RequestContext
    ) -> official.Page[official.ThreadMetadata]:
        """One page of the user's threads. Raises `InvalidInput`, `ChatKitNotFound`."""
        page = await _or_chatkit_error(
            self.store.load_threads(limit, after, _order(order), context)
        )
        threads = [official_thread(thread) for thread in page.data]
        return official.Page(data=threads, has_more=page.has_more, after=_cursor(page))

    @override
    async def delete_thread(self, thread_id: str, context: RequestContext) -> None:
        """Delete the thread with everything in it. Raises `ChatKitNotFound`."""
        await _or_chatkit_error(self.store.delete_thread(thread_id, context))
        await self.forget_thread(thread_id, context)

    async def forget_thread(self, thread_id: str, context: RequestContext) -> None:
        """Delete what lies beside a thread that is deleted already, without this store."""
        await self._side_store.clear(thread_id, context)

    @override
    async def load_thread_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: RequestContext
    ) -> official.Page[official.ThreadItem]:
        """One page of items. Raises `InvalidInput`, `ChatKitNotFound`."""
        page = await _or_chatkit_error(
            self.store.load_thread_items(thread_id, after, limit, _order(order), context)
        )
        items = await self._with_originals(thread_id, page.data, context)
        return official.Page(data=items, has_more=page.has_more, after=_cursor(page))

    async def load_visible_items(
        self, thread_id: str, after: str | None, limit: int, order: str, context: RequestContext
    ) -> official.Page[official.ThreadItem]:
        """As `load_thread_items`, without hidden context: the page is as long as ever."""
        page = await _or_chatkit_error(
            load_visible_items(self.store, thread_id, after, limit, _order(order), context)
        )
        items = await self._with_originals(thread_id, page.data, context)
        return official.Page(data=items, has_more=page.has_more, after=_cursor(page))

    @override
    async def add_thread_item(
        self, thread_id: str, item: official.ThreadItem, context: RequestContext
    ) -> None:
        """Append the item. Raises `InvalidInput`, `ChatKitNotFound`."""
        item = _timed(item)
        own = to_chatlab_item(item)
        await _or_chatkit_error(self.store.add_thread_item(thread_id, own, context))
        if official_item(own) != item:
            await self.save_original(thread_id, item, context)

    @override
    async def save_item(
        self, thread_id: str, item: official.ThreadItem, context: RequestContext
    ) -> None:
        """Replace the item in its place, or append it. Raises `ChatKitNotFound`.

        chatlab's own item under a workflow or a widget stays where it knows more than the official
        one; what was made from an official one follows it.
        """
        item = _timed(item)
        own = await self._stored_chatlab_item(thread_id, item, context) or to_chatlab_item(item)
        await _or_chatkit_error(self.store.save_item(thread_id, own, context))
        if official_item(own) != item:
            await self.save_original(thread_id, item, context)
        else:
            await self._side_store.delete(thread_id, item.id, context)

    @override
    async def load_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> official.ThreadItem:
        """One item. Raises `ChatKitNotFound`."""
        own = await _or_chatkit_error(self.store.load_item(thread_id, item_id, context))
        return (await self._with_originals(thread_id, (own,), context))[0]

    @override
    async def delete_thread_item(
        self, thread_id: str, item_id: str, context: RequestContext
    ) -> None:
        """Delete one item. Raises `ChatKitNotFound`."""
        await _or_chatkit_error(self.store.delete_thread_item(thread_id, item_id, context))
        await self._side_store.delete(thread_id, item_id, context)

    @override
    async def save_attachment(
        self, attachment: official.Attachment, context: RequestContext
    ) -> None:
        """Add what is known of an attachment, or replace it."""
        document = _attachment_adapter.dump_python(attachment, mode="json")
        await self._side_store.put_standalone(attachment.id, document, context)

    @override
    async def load_attachment(
        self, attachment_id: str, context: RequestContext
    ) -> official.Attachment:
        """What is known of an attachment. Raises `ChatKitNotFound`."""
        asked = self._side_store.find_standalone(attachment_id, context)
        return _attachment_adapter.validate_python(await _or_chatkit_error(asked, attachment_id))

    @override
    async def delete_attachment(self, attachment_id: str, context: RequestContext) -> None:
        """Forget an attachment, if there is one; as upstream, a missing one is not an error."""
        with suppress(NotFoundError):
            await self._side_store.delete_standalone(attachment_id, context)

    async def save_original(
        self, thread_id: str, item: official.ThreadItem, context: RequestContext
    ) -> None:
        """Put the whole official item beside one that is in the thread already."""
        document = _item_adapter.dump_python(item, mode="json")
        await self._side_store.put(thread_id, item.id, document, context)

    async def save_feedback(
        self,
        thread_id: str,
        item_ids: list[str],
        kind: official.FeedbackKind,
        context: RequestContext,
    ) -> None:
        """Note what the user thinks of items; the last word counts. Raises `ChatKitNotFound`."""
        item_ids = list(dict.fromkeys(item_ids))
        for id in item_ids:
            await _or_chatkit_error(self.store.load_item(thread_id, id, context))
        for id in item_ids:
            await self._side_store.put(thread_id, _feedback_id(id), kind, context)

    async def load_feedback(
        self, thread_id: str, item_ids: Iterable[str], context: RequestContext
    ) -> dict[str, official.FeedbackKind]:
        """What the user thinks of those of the items that they judged."""
        ids = {_feedback_id(id): id for id in item_ids}
        found = await self._side_store.find(thread_id, ids, context)
        return {ids[thumb]: kind for thumb, kind in found.items()}

    async def _stored_chatlab_item(
        self, thread_id: str, item: official.ThreadItem, context: RequestContext
    ) -> ThreadItem | None:
        if not isinstance(item, official.WorkflowItem | official.WidgetItem):
            return None
        try:
            own = await self.store.load_item(thread_id, item.id, context)
        except NotFoundError:
            return None
        says = official_item(own)
        return own if says.type == item.type and to_chatlab_item(says) != own else None

    async def _with_originals(
        self, thread_id: str, items: Sequence[ThreadItem], context: RequestContext
    ) -> list[official.ThreadItem]:
        originals = await self._side_store.find(thread_id, (item.id for item in items), context)
        return [
            _item_adapter.validate_python(originals[item.id])
            if item.id in originals
            else official_item(item)
            for item in items
        ]


async def _or_chatkit_error(work: Awaitable[T], attachment_id: str | None = None) -> T:
    try:
        return await work
    except NotFoundError as error:
        if attachment_id is not None:
            raise ChatKitNotFound("attachment", attachment_id) from None
        raise ChatKitNotFound(error.kind, error.id) from None


def _cursor(page: Page[Any]) -> str | None:
    """Where the next page begins; ChatKit has none after the last."""
    return page.after if page.has_more else None


def _feedback_id(item_id: str) -> str:
    return f"feedback:{item_id}"


def _timed(item: official.ThreadItem) -> official.ThreadItem:
    return item.model_copy(update={"created_at": with_timezone(item.created_at)})


def _order(order: str) -> Order:
    if order not in {"asc", "desc"}:
        raise InvalidInput("order", f"is {order!r}", 'Use "asc" or "desc".')
    return cast("Order", order)
