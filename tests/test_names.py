"""What an id or a name may look like."""

import pytest
from pydantic import ValidationError

from chatlab import InvalidInput, RequestContext
from chatlab.names import check_id, check_name


@pytest.mark.parametrize("id", ["thr_1", "a", "A-z_0", "x" * 100])
def test_ids_that_a_client_may_ask_for(id):
    assert check_id("thread_id", id) == id


@pytest.mark.parametrize("id", ["", "a b", "a\n", "\n", "ä", "a:b", "..", "x" * 101])
def test_ids_that_are_refused_in_words_of_one_line(id):
    with pytest.raises(InvalidInput, match=r"^thread_id is '[^\n]*\. Use 1 to 100 English letters"):
        check_id("thread_id", id)


UNSEEN = ["\0", "\x1fchatkit:alice", "a\nb", "a\r", "\x7f", "\x85", "\u2028", "\ud800"]


@pytest.mark.parametrize("name", ["", *UNSEEN, "x" * 256])
def test_names_that_nobody_may_have(name):
    with pytest.raises(InvalidInput) as refused:
        check_name("user_id", name)
    assert str(refused.value).isprintable()
    with pytest.raises(ValidationError):
        RequestContext(user_id=name)


@pytest.mark.parametrize("name", ["alice", "Zoë", "a b", "👩‍👩‍👧", "x" * 255])
def test_names_that_people_have(name):
    assert RequestContext(user_id=check_name("user_id", name)).user_id == name
