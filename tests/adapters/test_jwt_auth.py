"""Session keys that prove themselves: one that is not exactly ours is no session."""

import time

import jwt
import pytest

from chatlab import InvalidInput, SessionNotFound
from chatlab.adapters.http import JWTAuthenticator

SECRET = "a secret of 32 bytes, for tests only"
KEYS = JWTAuthenticator(SECRET)


def signed(**claims):
    """A key with our signature, and these claims instead of ours."""
    ours = {"sub": "alice", "aud": "taskmanager", "exp": int(time.time()) + 99}
    return jwt.encode(ours | claims, SECRET, algorithm="HS256")


def test_a_key_of_ours_says_whose_it_is_and_what_they_may_do():
    context = KEYS.authenticate(KEYS.issue("alice", frozenset({"tasks:delete"})))

    assert (context.user_id, context.permissions) == ("alice", {"tasks:delete"})


@pytest.mark.parametrize(
    "claims",
    [
        *({"permissions": value} for value in ("tasks:delete", None, 5, [1, None], [["a"]], {})),
        *({"exp": value} for value in ("soon", str(2**31), None, True, 1.5, float("inf"), -1, 0)),
        {"exp": 10**400},
        *({"sub": value} for value in ("", 7, None, ["alice"])),
        *({"aud": value} for value in (["taskmanager", "x"], ["taskmanager"], "x", None)),
    ],
    ids=str,
)
def test_a_key_with_odd_claims_is_no_session_however_well_it_is_signed(claims):
    with pytest.raises(SessionNotFound):
        KEYS.authenticate(signed(**claims))


@pytest.mark.parametrize(("claim", "seconds"), [("exp", 10**6), ("nbf", 1000), ("iat", 1000)])
def test_a_key_from_the_future_or_for_too_long_is_no_session(claim, seconds):
    with pytest.raises(SessionNotFound):
        KEYS.authenticate(signed(**{claim: int(time.time()) + seconds}))


@pytest.mark.parametrize("claim", ["sub", "aud", "exp"])
def test_a_key_that_lacks_a_claim_is_no_session(claim):
    claims = {"sub": "alice", "aud": "taskmanager", "exp": int(time.time()) + 99}
    del claims[claim]
    with pytest.raises(SessionNotFound):
        KEYS.authenticate(jwt.encode(claims, SECRET, algorithm="HS256"))


@pytest.mark.parametrize("user_id", ["", "\x1fchatkit:alice", "a\nb", "x" * 256])
def test_a_name_that_nobody_may_have_gets_no_key_and_is_let_in_with_none(user_id):
    with pytest.raises(InvalidInput, match="user_id"):
        KEYS.issue(user_id)
    claims = {"sub": user_id, "aud": "taskmanager", "exp": int(time.time()) + 99}
    with pytest.raises(SessionNotFound):
        KEYS.authenticate(jwt.encode(claims, SECRET, algorithm="HS256"))
