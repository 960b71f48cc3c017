"""Part 08.1: a signed session key becomes a badge; everything else is refused alike."""

import base64
import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.lessons.support.dialogue import NAMES
from chatlab.testing import FixedClock

__all__ = ["WHENS", "inputs", "observe"]

_AUDIENCE = "taskmanager"


_RIGHTS = ("tasks:create", "tasks:delete", "tasks:export", "tasks:share")


WHENS = ("now", "years ago", "in years to come")


def inputs(random: Random) -> dict[str, Any]:
    """A secret, another one, two people, what one of them may do, and how long a key is good."""
    user, other = random.sample(NAMES, 2)
    return {
        "secret": f"{random.getrandbits(256):064x}",
        "other_secret": f"{random.getrandbits(256):064x}",
        "user": user,
        "other": other,
        "permissions": sorted(random.sample(_RIGHTS, 2)),
        "minutes": random.randint(5, 50),
        "years": random.randint(5, 9),
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> dict[str, Any]:
    """Good keys at three times, on clocks of their own; then every kind of bad one."""
    good: dict[str, Any] = {}
    late: dict[str, Any] = {}
    for when, start in zip(WHENS, _starts(inputs["years"]), strict=True):
        clock = FixedClock(start)
        key = _signed(_claims(inputs, start), inputs["secret"])
        good[when] = await _tried(subject, key, inputs, clock)
        clock.advance(60 * inputs["minutes"] + 1)
        late[when] = await _tried(subject, key, inputs, clock)
    now = datetime.now(UTC)
    refused = {
        name: await _tried(subject, key, inputs, FixedClock(now))
        for name, key in _bad_keys(inputs, now).items()
    }
    return {"good": good, "late": late, "refused": refused}


def _starts(years: int) -> list[datetime]:
    now = datetime.now(UTC)
    span = timedelta(days=365 * years)
    return [now, now - span, now + span]


async def _tried(subject: Any, key: str, inputs: dict[str, Any], clock: Any) -> dict[str, Any]:
    badge: list[str] = []

    def call() -> Any:
        given = subject(key, inputs["secret"], clock)
        badge.extend(["yes"] if isinstance(given, RequestContext) else [])
        return given

    seen = await attempt(call)
    return seen | {"badge": bool(badge)} if "value" in seen else seen


def _claims(inputs: dict[str, Any], now: datetime) -> dict[str, Any]:
    over = now + timedelta(minutes=inputs["minutes"])
    return {
        "sub": inputs["user"],
        "aud": _AUDIENCE,
        "exp": int(over.timestamp()),
        "permissions": inputs["permissions"],
    }


def _signed(claims: dict[str, Any], secret: str | None, algorithm: str = "HS256") -> str:
    import jwt

    return jwt.encode(claims, secret or "", algorithm=algorithm)


def _bad_keys(inputs: dict[str, Any], now: datetime) -> dict[str, str]:
    secret, claims = inputs["secret"], _claims(inputs, now)
    good = _signed(claims, secret)
    header, _, signature = good.split(".")
    lied = json.dumps(claims | {"sub": inputs["other"]}).encode()
    without = {name: {k: v for k, v in claims.items() if k != name} for name in claims}
    return {
        "forged": _signed(claims, inputs["other_secret"]),
        "changed": f"{header}.{base64.urlsafe_b64encode(lied).rstrip(b'=').decode()}.{signature}",
        "unsigned": _signed(claims, None, "none"),
        "other algorithm": _signed(claims, secret, "HS512"),
        "other audience": _signed(claims | {"aud": "photos"}, secret),
        "no audience": _signed(without["aud"], secret),
        "no expiry": _signed(without["exp"], secret),
        "no user": _signed(without["sub"], secret),
        "empty": "",
        "no key": "let me in",
        "broken": good[: len(good) // 2],
    }
