"""Part 08.1: a function that turns a signed session key into a context, or raises."""

import base64
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.lessons.support.random_inputs import USER_NAMES
from chatlab.testing import FixedClock

__all__ = ["CLOCK_TIMES", "inputs", "observe"]

_AUDIENCE = "taskmanager"


_PERMISSIONS = ("tasks:create", "tasks:delete", "tasks:export", "tasks:share")


CLOCK_TIMES = ("now", "years ago", "in years to come")


def inputs(random: Random) -> dict[str, Any]:
    """Two secrets, two users, the permissions of the first, how many minutes a key is valid.

    `years` is how far the clocks of the check go back, and on.
    """
    user, other_user = random.sample(USER_NAMES, 2)
    return {
        "secret": f"{random.getrandbits(256):064x}",
        "other_secret": f"{random.getrandbits(256):064x}",
        "user": user,
        "other": other_user,
        "permissions": sorted(random.sample(_PERMISSIONS, 2)),
        "minutes": random.randint(5, 50),
        "years": random.randint(5, 9),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Try valid keys, and the same keys expired, on three clocks; then each kind of bad key.

    Last come two keys whose permissions are no list, and a good one that has none.
    """
    good_results: dict[str, Any] = {}
    expired_results: dict[str, Any] = {}
    for clock_time, start in zip(CLOCK_TIMES, _clock_starts(inputs["years"]), strict=True):
        clock = FixedClock(start)
        key = _sign_key(_claims(inputs, start), inputs["secret"])
        good_results[clock_time] = await _attempt_key(subject, key, inputs, clock)
        clock.advance(60 * inputs["minutes"] + 1)
        expired_results[clock_time] = await _attempt_key(subject, key, inputs, clock)
    now = datetime.now(UTC)
    bad_key_results, permission_results = [
        {
            kind: await _attempt_key(subject, key, inputs, FixedClock(now))
            for kind, key in keys.items()
        }
        for keys in (_bad_keys(inputs, now), _permission_keys(inputs, now))
    ]
    return {
        "good": good_results,
        "expired": expired_results,
        "bad": bad_key_results,
        "permissions": permission_results,
    }


def _clock_starts(years: int) -> list[datetime]:
    """The times that `CLOCK_TIMES` name."""
    now = datetime.now(UTC)
    offset = timedelta(days=365 * years)
    return [now, now - offset, now + offset]


async def _attempt_key(
    subject: Any, key: str, inputs: dict[str, Any], clock: Any
) -> dict[str, Any]:
    """The outcome of a call; `badge` says whether its value is a RequestContext."""
    is_context = False

    def call() -> Any:
        nonlocal is_context
        value = subject(key, inputs["secret"], clock)
        is_context = isinstance(value, RequestContext)
        return value

    result = await attempt(call)
    return result | {"badge": is_context} if "value" in result else result


def _claims(inputs: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The claims of a valid key that is made now."""
    expires_at = now + timedelta(minutes=inputs["minutes"])
    return {
        "sub": inputs["user"],
        "aud": _AUDIENCE,
        "exp": int(expires_at.timestamp()),
        "permissions": inputs["permissions"],
    }


def _sign_key(claims: dict[str, Any], secret: str | None, algorithm: str = "HS256") -> str:
    import jwt

    return jwt.encode(claims, secret or "", algorithm=algorithm)


def _bad_keys(inputs: dict[str, Any], now: datetime) -> dict[str, str]:
    """One key of each kind that has to be refused."""
    secret, claims = inputs["secret"], _claims(inputs, now)
    good_key = _sign_key(claims, secret)
    header, _, signature = good_key.split(".")
    changed_claims = json.dumps(claims | {"sub": inputs["other"]}).encode()
    changed_payload = base64.urlsafe_b64encode(changed_claims).rstrip(b"=").decode()
    claims_without = {name: {key: claims[key] for key in claims if key != name} for name in claims}
    return {
        "forged": _sign_key(claims, inputs["other_secret"]),
        "changed": f"{header}.{changed_payload}.{signature}",
        "unsigned": _sign_key(claims, None, "none"),
        "other algorithm": _sign_key(claims, secret, "HS512"),
        "other audience": _sign_key(claims | {"aud": "photos"}, secret),
        "longer audience": _sign_key(claims | {"aud": f"{_AUDIENCE}-admin"}, secret),
        "part of the audience": _sign_key(claims | {"aud": _AUDIENCE.removeprefix("task")}, secret),
        "no audience": _sign_key(claims_without["aud"], secret),
        "no expiry": _sign_key(claims_without["exp"], secret),
        "no user": _sign_key(claims_without["sub"], secret),
        "empty": "",
        "no key": "let me in",
        "broken": good_key[: len(good_key) // 2],
    }


def _permission_keys(inputs: dict[str, Any], now: datetime) -> dict[str, str]:
    """Two keys that are signed well, and whose permissions are no list; and a good one without."""
    claims = _claims(inputs, now)
    permissions = claims.pop("permissions")
    keys = {
        "permissions in a text": claims | {"permissions": permissions[0]},
        "permissions in a number": claims | {"permissions": len(permissions)},
        "no permissions": claims,
    }
    return {kind: _sign_key(one, inputs["secret"]) for kind, one in keys.items()}
