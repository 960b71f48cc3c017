"""Session keys that need no list: signed tokens (lesson 08)."""

from datetime import timedelta
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, ValidationError

from chatlab.clock import Clock, SystemClock
from chatlab.context import RequestContext
from chatlab.errors import InvalidInput, SessionNotFound
from chatlab.names import check_name

__all__ = ["JWTAuthenticator"]

_SHORTEST_SECRET = 32

_MAX_CLOCK_SKEW_SECONDS = 300
"""By how much the clock that issued a key may be ahead of ours. No key is good for ever."""


class _Claims(BaseModel):
    """What a key of ours says, and nothing that could be taken for it."""

    model_config = ConfigDict(strict=True)

    sub: str
    exp: int
    permissions: list[str] = []


class JWTAuthenticator:
    """Session keys that prove themselves: JSON Web Tokens (RFC 7519), signed with HMAC-SHA256.

    Every process that knows the secret can read them. Nothing is kept, so nothing can end one
    before its time: a key has a short life instead. Where a log-out must end it, use `Sessions`.

    Args:
        secret: At least 32 bytes, the same in every process. `secrets.token_hex(32)` makes one.
        audience: The service that the keys are for.
        time_out: How long a key is good for.
        clock: Where time comes from.
    """

    def __init__(
        self,
        secret: str,
        *,
        audience: str = "taskmanager",
        time_out: timedelta = timedelta(hours=1),
        clock: Clock | None = None,
    ) -> None:
        if len(secret.encode()) < _SHORTEST_SECRET:
            raise InvalidInput(
                "secret", "is too short", f"Use {_SHORTEST_SECRET} bytes or more, made at random."
            )
        self._secret = secret
        self._audience = audience
        self._time_out = time_out
        self._clock = SystemClock() if clock is None else clock

    def issue(self, user_id: str, permissions: frozenset[str] = frozenset()) -> str:
        """A fresh session key for this user.

        Raises:
            InvalidInput: The user id is blank, or holds a control character.
        """
        check_name("user_id", user_id)
        claims: dict[str, Any] = {
            "sub": user_id,
            "aud": self._audience,
            "exp": int((self._clock.now() + self._time_out).timestamp()),
            "permissions": sorted(permissions),
        }
        return jwt.encode(claims, self._secret, algorithm="HS256")

    def authenticate(self, session_key: str) -> RequestContext:
        """The context of whoever has this key.

        Raises:
            SessionNotFound: The key is forged, over, for another service, or no key.
        """
        try:
            claims = jwt.decode(
                session_key,
                self._secret,
                algorithms=["HS256"],
                audience=self._audience,
                options={"require": ["sub", "aud", "exp"], "verify_exp": False, "strict_aud": True},
            )
            claims = _Claims.model_validate(claims)
            check_name("user_id", claims.sub)
        except (jwt.PyJWTError, ValidationError, InvalidInput, ArithmeticError):
            raise SessionNotFound from None
        now, seconds = self._clock.now().timestamp(), self._time_out.total_seconds()
        if not now < claims.exp <= now + seconds + _MAX_CLOCK_SKEW_SECONDS:
            raise SessionNotFound
        return RequestContext(user_id=claims.sub, permissions=frozenset(claims.permissions))
