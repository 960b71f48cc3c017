"""Part 07.1: log-ins that are kept; and what the next two parts are put on; the verdict."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed, passed

__all__ = ["broken", "judge", "resumed_wrong", "unknown_wrong"]

_SHORTEST_KEY = 16


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """A key of one's own for each log-in, that only its owner has."""
    users = inputs["users"]
    for user, key in zip(users, seen["keys"], strict=True):
        if wrong := _key_wrong(user, key):
            return [wrong]
    keys = [key["value"] for key in seen["keys"]]
    if _made_of_names(users, keys):
        return [
            failed(
                f"create({users[0]!r}) gave the key {keys[0]!r}: whoever knows the name can write "
                "it.",
                "A session key must be unguessable: secrets.token_urlsafe().",
            )
        ]
    if len(set(keys)) < len(keys):
        return [
            failed(
                f"{users[0]} opened two tabs, and both got the same key.",
                "Each log-in is a session of its own: make a fresh key each time.",
            )
        ]
    for where, resumed in (("", seen["resumed"]), (" after a restart", seen["again"])):
        for user, one in zip(users, resumed, strict=True):
            if wrong := resumed_wrong(user, one, where):
                return [wrong]
    if wrong := unknown_wrong(seen["unknown"]):
        return [wrong]
    if not seen["on_time"]:
        return [
            failed(
                "The records do not say when the sessions were used.",
                "last_used=self.clock.now(): the clock that you were given, not the wall's.",
            )
        ]
    return [passed(3, "Everybody comes back as themselves; nobody comes in without a key.")]


def _key_wrong(user: str, key: dict[str, Any]) -> Finding | None:
    called = f"create({user!r})"
    if "raised" in key:
        return broken(called, key["raised"])
    value = key["value"]
    if value is None:
        return failed(f"{called} gave back None.", "Return the session key: the user needs it.")
    if not isinstance(value, str):
        return failed(f"{called} gave back {str(value)[:60]!r}.", "Return the session key, a text.")
    if len(value) < _SHORTEST_KEY:
        return failed(
            f"{called} gave the key {value!r}: the next one can be guessed.",
            "A session key must be unguessable: secrets.token_urlsafe().",
        )
    return None


def _made_of_names(users: list[str], keys: list[str]) -> bool:
    """Whether every key is its user's name and what all keys have, but for a number.

    A random key may have the name in it, too.
    """
    named = all(user in key.lower() for user, key in zip(users, keys, strict=True))
    frames = {
        re.sub(r"\d", "", key.lower().replace(user, ""))
        for user, key in zip(users, keys, strict=True)
    }
    return named and len(frames) == 1


def resumed_wrong(user: str, one: dict[str, Any], where: str) -> Finding | None:
    """What is wrong with the badge that a good key gave; None when nothing is."""
    called = f"resume(the key of {user}){where}"
    if "raised" in one:
        error = one["raised"]
        if where and error["type"] in {"SessionNotFound", "KeyError"}:
            return failed(
                f"{called} raised {error['type']}: another server has another `self`.",
                "Keep the record in the store: await self.store.save(...).",
            )
        if error["type"] == "SessionNotFound":
            return failed(
                f"{called} raised SessionNotFound.",
                "Did you save the record, under this very key, and await the save?",
            )
        return broken(called, error)
    value = one["value"]
    if value is None:
        return failed(f"{called} gave back None.", "Return RequestContext(user_id=...).")
    if not isinstance(value, dict) or "user_id" not in value:
        return failed(
            f"{called} gave back {str(value)[:60]!r}.",
            "Return a badge that the server takes: RequestContext(user_id=...).",
        )
    if value["user_id"] != user:
        return failed(
            f"{called} gave the badge of {value['user_id']!r}.",
            "The record of this key says whose it is.",
        )
    return None


def unknown_wrong(one: dict[str, Any]) -> Finding | None:
    """What is wrong with the answer to a key that nobody has; None when nothing is."""
    called = "resume(a key that nobody has)"
    if "value" in one:
        return failed(f"{called} gave back {str(one['value'])[:60]}.", "Raise SessionNotFound.")
    error = one["raised"]
    if error["type"] == "SessionNotFound":
        return None
    if "SessionNotFound" in error["message"]:
        return broken(called, error)
    return failed(
        f"{called} raised {error['type']}.",
        "load() gives None for a key that it does not know. Look first; raise SessionNotFound.",
    )


_MADE_LIKE_THIS = {
    "SessionNotFound": "It takes nothing: raise SessionNotFound",
    "SessionExpired": "It takes the key that is over: raise SessionExpired(session_key)",
    "SessionRecord": "It has three fields: SessionRecord(session_key, user_id, last_used)",
}


def _field_of(error: dict[str, Any]) -> str:
    return error["message"].partition("'")[2].partition("'")[0] or "fields"


def broken(called: str, error: dict[str, Any]) -> Finding:
    """What to try when the learner's code raised."""
    said = f"{called} raised {error['type']}: {error['message']}"
    at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    for kind, fix in _MADE_LIKE_THIS.items():
        if error["type"] == "TypeError" and f"{kind}.__init__()" in error["message"]:
            return failed(f"{called}: {kind} was not made as it wants to be.", fix)
    if error["type"] == "FrozenInstanceError":
        return failed(
            f"{called}: a record stays as it is, and you set its {_field_of(error)}.",
            "`replace(record, last_used=...)` makes a changed copy; save that one.",
        )
    if error["type"] == "TypeError" and "offset-naive" in error["message"]:
        return failed(said, "datetime.now() has no zone. Ask self.clock.now().")
    if "coroutine" in error["message"]:
        return failed(said, f"A coroutine is only a promise; put `await` before it. {at}")
    return failed(said, at)
