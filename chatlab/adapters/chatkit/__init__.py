"""Puts a chatlab server behind the official ChatKit server, protocol and types (lesson 11).

    chat = as_chatkit(TaskManager(book, secret, store))
    result = await chat.process(await request.body(), context)

`process()` is all that a web framework needs. It runs a chatlab turn for each streaming request,
and sends what happens as official events (see `events`). The turn belongs to whoever reads
the result: leaving the loop or closing the stream stops it, and what was said is kept. A server
over HTTP whose turns outlive their connections reads the result in a task of its own.
"""

import warnings
from typing import Any

from chatlab.context import RequestContext
from chatlab.errors import MissingDependency
from chatlab.server import ChatKitServer

try:
    with warnings.catch_warnings():
        # The package warns about classes of its own while it is imported.
        warnings.filterwarnings("ignore", "Direct usage of named widget", DeprecationWarning)
        from chatkit.store import AttachmentStore

        from chatlab.adapters.chatkit.server import WrappedServer
        from chatlab.adapters.chatkit.store import ChatKitNotFound, ChatKitStore
except ImportError as error:
    raise MissingDependency("openai-chatkit", "chatkit") from error

__all__ = ["ChatKitNotFound", "ChatKitStore", "WrappedServer", "as_chatkit"]


def as_chatkit(
    server: ChatKitServer[Any], attachment_store: AttachmentStore[RequestContext] | None = None
) -> WrappedServer:
    """The official server around `server`; `attachment_store` makes the places to upload to."""
    return WrappedServer(server, attachment_store)
