"""The page "From chatlab to ChatKit" names what there is, on both sides, and forgets nothing."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from official_client import Client
from pydantic import BaseModel

import chatlab
from chatlab import ChatKitServer, MemoryStore, RequestContext, Store
from chatlab.adapters.chatkit import ChatKitStore, as_chatkit

PAGE = Path(__file__).parents[2] / "notebooks" / "from_chatlab_to_chatkit.md"
ROW = re.compile(r"^\| `([\w.]+)` \| (?:`([\w.]+)`|—) \|", re.MULTILINE)
TEXT = PAGE.read_text("utf-8")
ROWS = ROW.findall(TEXT)


def there_is(place, name):
    """Whether the dotted name can be followed from a module or class on."""
    for part in name.split("."):
        if isinstance(place, type) and issubclass(place, BaseModel) and part in place.model_fields:
            return True
        if not hasattr(place, part):
            return False
        place = getattr(place, part)
    return True


def members(kind):
    return {f"{kind.__name__}.{name}" for name in vars(kind) if not name.startswith("_")}


def test_every_row_of_its_tables_can_be_read():
    rows = [line for line in TEXT.splitlines() if line.startswith("| `")]

    assert len(rows) == len(ROWS) > 60


@pytest.mark.parametrize("name", sorted({ours for ours, _ in ROWS}))
def test_what_it_says_is_chatlabs_is_there(name):
    assert there_is(chatlab, name)


@pytest.mark.parametrize("name", sorted({theirs for _, theirs in ROWS if theirs}))
def test_what_it_says_is_chatkits_is_there(name):
    module, _, rest = name.partition(".")

    assert there_is(importlib.import_module(f"chatkit.{module}"), rest)


def test_it_names_everything_that_is_public_in_chatlab():
    named = {ours for ours, _ in ROWS} | set(re.findall(r"`(\w+)`", TEXT))
    public = set(chatlab.__all__) | members(Store) | members(ChatKitServer)

    assert public - named == set()


@pytest.mark.anyio
async def test_the_server_that_it_shows_twice_does_the_same_on_both_sides():
    own, theirs = re.findall(
        r"```python\n(.*?)```", TEXT.partition("## One server, twice")[2], re.DOTALL
    )
    names: dict[str, Any] = {}
    exec(own + theirs, names)
    context, told = RequestContext(user_id="alice"), []
    for chat in (
        as_chatkit(names["Milk"]()),
        names["OfficialMilk"](ChatKitStore(MemoryStore())),
    ):
        client = Client(chat, context)
        thread, events = await client.create("Milk?")
        card = next(e.item for e in events if getattr(e, "item", None) and e.item.type == "widget")
        clicked = await client.click(thread, card.id, {"type": "order"})
        kept = await chat.store.load_thread_items(thread, None, 100, "asc", context)
        title = (await chat.store.load_thread(thread, context)).title
        told.append(
            {
                "title": title,
                "kept": [item.type for item in kept.data],
                "sent": {event.type for event in events},
                "clicked": "thread.item.replaced" in {event.type for event in clicked},
            }
        )

    assert told[0] == told[1]
    assert told[0]["title"] == "Milk"
    assert told[0]["kept"] == [
        *("user_message", "hidden_context_item", "assistant_message", "widget"),
    ]
    assert told[0]["clicked"]
