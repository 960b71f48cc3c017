"""The page "From chatlab to ChatKit" names what there is, on both sides, and forgets nothing."""

import importlib
import re
from pathlib import Path

import pytest
from pydantic import BaseModel

import chatlab
from chatlab import ChatKitServer, Store

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
