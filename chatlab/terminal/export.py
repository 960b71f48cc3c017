"""A whole conversation as a file: Markdown to read, JSON for programs."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from chatlab.context import RequestContext
from chatlab.errors import InvalidInput
from chatlab.frontend.titles import list_thread
from chatlab.items import HiddenContextItem, Thread, ToolItem, VisibleItem
from chatlab.items import Page as ItemPage
from chatlab.server import ChatKitServer
from chatlab.stores.paging import iter_items

__all__ = ["export_thread"]

_ENDINGS = (".md", ".json")


async def export_thread(
    name: str, thread_id: str, server: ChatKitServer[Any], context: RequestContext
) -> int:
    """Write the conversation into a new file, as its name ends; return how many items it has.

    Raises:
        InvalidInput: The file is there already, cannot be written, or ends otherwise.
        NotFoundError: This user has no such thread.
    """
    if not name.endswith(_ENDINGS):
        raise InvalidInput(name, "has the wrong ending", "End it with .md or .json.")
    thread = await server.store.load_thread(thread_id, context)
    items = [
        item
        async for item in iter_items(server.store, thread_id, context)
        if not isinstance(item, HiddenContextItem)
    ]
    whole = Thread(**thread.model_dump(), items=ItemPage(data=tuple(items)))
    if name.endswith(".json"):
        text = _as_json(whole)
    else:
        title = (await list_thread(thread, server.store, context)).title
        text = _as_markdown(whole, title or "Conversation")
    _write_new(name, text)
    return len(items)


def _write_new(name: str, text: str) -> None:
    try:
        with Path(name).expanduser().open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InvalidInput(name, "is there already", "Choose another name.") from None
    except (OSError, RuntimeError) as error:
        raise InvalidInput(name, f"cannot be written ({error})", "Choose another place.") from None


def _as_json(thread: Thread) -> str:
    """As the page's export: the items are a plain list."""
    data = thread.model_dump(mode="json")
    return json.dumps(data | {"items": data["items"]["data"]}, indent=2, ensure_ascii=False) + "\n"


def _as_markdown(thread: Thread, title: str) -> str:
    blocks = [
        f"**{_who(item, thread.user_id)}** ({item.timestamp.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"
        f"\n\n{item.content}" + ("\n\n*(not finished)*" if item.status == "incomplete" else "")
        for item in thread.items.data
    ]
    return "\n\n".join([f"# {title}", *blocks]) + "\n"


def _who(item: VisibleItem, user_id: str) -> str:
    if isinstance(item, ToolItem):
        return f"Tool {item.tool}"
    return {"user_message": user_id, "task": "Background job"}.get(item.type, "Assistant")
