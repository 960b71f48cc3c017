"""What conversations are called, wherever they are listed."""

from pydantic import AwareDatetime, BaseModel

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, NotFoundError
from chatlab.events import MAX_TITLE
from chatlab.items import ThreadItem, ThreadMetadata, UserMessageItem
from chatlab.names import check_text
from chatlab.stores.base import Store
from chatlab.stores.paging import load_visible_items

__all__ = ["ListedThread", "check_title", "list_thread", "rename_thread"]

_FIRST_ITEMS = 5
"""Among so many a conversation's first message is looked for: a greeting may come before it."""

_TITLE_CHARS = 60


class ListedThread(BaseModel):
    """A conversation in the list. Without a title of its own, it is called by its first words.

    `title` is null as long as its user has said nothing in it.
    """

    id: str
    title: str | None
    created_at: AwareDatetime


async def list_thread(
    thread: ThreadMetadata, store: Store[ThreadItem], context: RequestContext
) -> ListedThread:
    """The conversation with what it is called."""
    title = thread.title
    if not title:
        try:
            items = await load_visible_items(store, thread.id, None, _FIRST_ITEMS, "asc", context)
        except NotFoundError:  # deleted meanwhile
            return ListedThread(id=thread.id, title=None, created_at=thread.created_at)
        said = next((item for item in items.data if isinstance(item, UserMessageItem)), None)
        title = said and _first_words(said.content)
    return ListedThread(id=thread.id, title=title, created_at=thread.created_at)


def check_title(title: str) -> str:
    """The title in one line.

    Raises:
        InvalidInput: It is blank, too long, or no text.
    """
    line = check_text("The title", " ".join(title.split()), MAX_TITLE)
    if not line:
        raise InvalidInput("The title", "is blank", "Use a few words.")
    return line


async def rename_thread(
    thread_id: str, title: str, store: Store[ThreadItem], context: RequestContext
) -> ThreadMetadata:
    """Call a conversation something else, also while a turn runs in it.

    Raises:
        NotFoundError: This user has no such thread.
    """

    async def renamed() -> ThreadMetadata:
        thread = await store.load_thread(thread_id, context)
        thread = thread.model_copy(update={"title": title})
        await store.save_thread(thread, context)
        return thread

    return await store.transaction(renamed())


def _first_words(text: str) -> str:
    line = " ".join(text[: 2 * _TITLE_CHARS].split())
    if len(line) <= _TITLE_CHARS:
        return line or "…"
    return line[:_TITLE_CHARS].rsplit(" ", 1)[0] + "…"
