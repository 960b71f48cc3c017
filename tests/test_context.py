"""Who is asking: what the badge says, and what it refuses to be."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from chatlab.context import RequestContext, RequestInfo, Session
from chatlab.errors import PermissionDenied

NINE = datetime(2026, 1, 5, 9, tzinfo=UTC)
SESSION = Session(id="ses_1", created_at=NINE, expires_at=NINE + timedelta(minutes=30))


def test_require_goes_on_when_the_permission_is_there() -> None:
    alice = RequestContext(user_id="alice", permissions=frozenset({"tasks:delete"}))

    alice.require("tasks:delete")


@pytest.mark.parametrize("held", [set(), {"tasks:read"}, {"tasks"}, {"tasks:delete:all"}])
def test_require_raises_for_any_other_permission_and_says_who_lacks_which(held: set[str]) -> None:
    bob = RequestContext(user_id="bob", permissions=frozenset(held))

    with pytest.raises(PermissionDenied, match="bob may not do this") as caught:
        bob.require("tasks:delete")
    assert (caught.value.permission, caught.value.user_id) == ("tasks:delete", "bob")


def test_a_badge_without_more_allows_nothing_and_knows_nothing() -> None:
    assert RequestContext(user_id="alice") == RequestContext(
        user_id="alice", session=None, permissions=frozenset(), request=RequestInfo()
    )


@pytest.mark.parametrize(
    ("seconds", "expired"), [(-1, False), (1799, False), (1800, True), (9999, True)]
)
def test_a_session_is_over_from_the_moment_it_expires(seconds: int, *, expired: bool) -> None:
    assert SESSION.expired(NINE + timedelta(seconds=seconds)) is expired


@pytest.mark.parametrize(
    "make",
    [
        lambda: RequestContext(user_id=""),
        RequestContext,
        lambda: RequestContext(user_id="alice", permissions="tasks:delete"),
        lambda: RequestContext(user_id="alice", permission={"tasks:delete"}),
        lambda: RequestInfo(adress="127.0.0.1"),
        lambda: Session(id="ses_1", created_at="2026-01-05T09:00:00", expires_at=NINE),
        lambda: Session(id="ses_1", created_at=NINE),
        lambda: Session(id="ses_1", created_at=NINE, expires_at=NINE, expired_at=NINE),
    ],
    ids=[
        "no name",
        "nobody",
        "permissions as one string",
        "a misspelt field",
        "a misspelt address",
        "a time without a zone",
        "a session without an end",
        "a misspelt end",
    ],
)
def test_a_badge_that_would_mean_something_else_is_refused(make) -> None:
    with pytest.raises(ValidationError):
        make()


@pytest.mark.parametrize(
    ("thing", "field", "value"),
    [
        (RequestContext(user_id="alice"), "user_id", "bob"),
        (RequestContext(user_id="alice"), "permissions", frozenset({"tasks:delete"})),
        (SESSION, "expires_at", NINE + timedelta(days=365)),
        (RequestInfo(ip="127.0.0.1"), "ip", "10.0.0.1"),
    ],
)
def test_nobody_changes_a_badge_that_was_handed_out(thing, field: str, value: object) -> None:
    before = thing.model_copy()

    with pytest.raises(ValidationError, match="frozen"):
        setattr(thing, field, value)
    assert thing == before


def test_a_badge_of_your_own_may_carry_more() -> None:
    class ShopContext(RequestContext):
        shop: str

    context = ShopContext(user_id="alice", shop="Tea House")

    assert ShopContext.model_validate_json(context.model_dump_json()) == context
