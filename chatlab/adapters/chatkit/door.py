"""A request of the official protocol is looked at whole before anything is done for it.

What is refused here has left nothing behind, and has claimed no idempotency key.
"""

from collections.abc import Iterator
from typing import Any

from chatkit import types as official
from pydantic import TypeAdapter

from chatlab.adapters.chatkit.items import text_of
from chatlab.errors import InvalidInput
from chatlab.events import MAX_TITLE
from chatlab.names import check_id, check_name, check_text
from chatlab.turns.requests import MAX_KEY, MAX_MESSAGE

__all__ = ["MAX_PARTS", "ids_in", "parse_request"]

MAX_PARTS = 100
"""How many parts a message may have, texts and tags together."""

_request_adapter: TypeAdapter[Any] = TypeAdapter(official.ChatKitReq)


def parse_request(body: str | bytes | bytearray) -> Any:
    """The request, one of `ChatKitReq`.

    Raises:
        ValidationError: It is no such request.
        InvalidInput: An id, a name, the key or the text in it cannot be used.
    """
    request = _request_adapter.validate_json(body)
    for what, id in ids_in(request):
        check_id(what, id)
    for what, name in _names_in(request):
        if name:
            check_name(what, name, MAX_TITLE)  # of a file, tool, model or action, too
    key = request.metadata.get("idempotency_key")
    if isinstance(key, str):
        check_name("idempotency_key", key, MAX_KEY)
    if isinstance(request, official.ThreadsCreateReq | official.ThreadsAddUserMessageReq):
        _check_message(request.params.input)
    return request


def _check_message(said: official.UserMessageInput) -> None:
    """Refuse what is too long to be kept, and sent again with each page that has it."""
    check_text("The message", text_of(said.content), MAX_MESSAGE)
    check_text("The quoted text", said.quoted_text or "", MAX_MESSAGE)
    if len(said.content) > MAX_PARTS:
        problem = f"has {len(said.content):,} parts"
        raise InvalidInput("The message", problem, f"Send at most {MAX_PARTS}.")
    tags = (part for part in said.content if part.type == "input_tag")
    if sum(len(tag.model_dump_json()) for tag in tags) > MAX_MESSAGE:
        raise InvalidInput("The message's tags", "are too long", "Send less with them.")


def ids_in(request: Any) -> Iterator[tuple[str, str]]:
    """Every id that the request asks for, and what it is called there."""
    params = request.params
    for what in ("thread_id", "item_id", "after", "attachment_id"):
        if (id := getattr(params, what, None)) is not None:
            yield what, id
    yield from (("item_ids", id) for id in getattr(params, "item_ids", ()))
    attachments = getattr(getattr(params, "input", None), "attachments", ())
    yield from (("attachments", id) for id in attachments)


def _names_in(request: Any) -> Iterator[tuple[str, str | None]]:
    match request.params:
        case official.ThreadUpdateParams(title=title):
            yield "title", title
        case official.AttachmentCreateParams(name=name, mime_type=mime_type):
            yield "name", name
            yield "mime_type", mime_type
        case official.ThreadCustomActionParams(action=action):
            yield "action", action.type
        case (
            official.ThreadCreateParams(input=said)
            | official.ThreadAddUserMessageParams(input=said)
        ):
            options = said.inference_options
            yield "model", options.model
            yield "tool_choice", options.tool_choice and options.tool_choice.id
        case _:
            return
