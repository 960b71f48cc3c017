"""Judges part 07.1: the keys that were created, and what resuming with them gave."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["explain_session_error", "judge", "resume_wrong", "unknown_key_wrong"]

_MIN_KEY_CHARS = 16


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Each log-in gets an unguessable key of its own, which resumes its session after a restart."""
    users = inputs["users"]
    for user, result in zip(users, observation["created"], strict=True):
        if wrong := _key_wrong(user, result):
            return [wrong]
    keys = [result["value"] for result in observation["created"]]
    if _is_made_of_names(users, keys):
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
    for key, suffix in (("resumed", ""), ("resumed_after_restart", " after a restart")):
        for user, result in zip(users, observation[key], strict=True):
            if wrong := resume_wrong(user, result, suffix):
                return [wrong]
    if wrong := unknown_key_wrong(observation["unknown"]):
        return [wrong]
    if not observation["on_time"]:
        return [
            failed(
                "The records do not say when the sessions were used.",
                "last_used=self.clock.now(): the clock that you were given, not the wall's.",
            )
        ]
    return [passed(3, "Everybody comes back as themselves; nobody comes in without a key.")]


def _key_wrong(user: str, result: dict[str, Any]) -> Finding | None:
    called = f"create({user!r})"
    if "raised" in result:
        return explain_session_error(called, result["raised"])
    value = result["value"]
    if value is None:
        return failed(f"{called} gave back None.", "Return the session key: the user needs it.")
    if not isinstance(value, str):
        return failed(f"{called} gave back {str(value)[:60]!r}.", "Return the session key, a text.")
    if len(value) < _MIN_KEY_CHARS:
        return failed(
            f"{called} gave the key {value!r}: the next one can be guessed.",
            "A session key must be unguessable: secrets.token_urlsafe().",
        )
    return None


def _is_made_of_names(users: list[str], keys: list[str]) -> bool:
    """Whether the keys are the same but for digits and each user's name, which every key has.

    A random key may have the name in it, too.
    """
    has_all_names = all(user in key.lower() for user, key in zip(users, keys, strict=True))
    remainders = {
        re.sub(r"\d", "", key.lower().replace(user, ""))
        for user, key in zip(users, keys, strict=True)
    }
    return has_all_names and len(remainders) == 1


def resume_wrong(user: str, result: dict[str, Any], suffix: str) -> Finding | None:
    """What is wrong with the outcome of `resume(key)` for a valid key of this user.

    `suffix` says in the message when it was called.
    """
    called = f"resume(the key of {user}){suffix}"
    if "raised" in result:
        error = result["raised"]
        if suffix and error["type"] in {"SessionNotFound", "KeyError"}:
            return failed(
                f"{called} raised {error['type']}: another server has another `self`.",
                "Keep the record in the store: await self.store.save(...).",
            )
        if error["type"] == "SessionNotFound":
            return failed(
                f"{called} raised SessionNotFound.",
                "Did you save the record, under this very key, and await the save?",
            )
        return explain_session_error(called, error)
    value = result["value"]
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


def unknown_key_wrong(result: dict[str, Any]) -> Finding | None:
    """What is wrong with the outcome of `resume(key)` for a key that nobody has."""
    called = "resume(a key that nobody has)"
    if "value" in result:
        return failed(f"{called} gave back {str(result['value'])[:60]}.", "Raise SessionNotFound.")
    error = result["raised"]
    if error["type"] == "SessionNotFound":
        return None
    if "SessionNotFound" in error["message"]:
        return explain_session_error(called, error)
    return failed(
        f"{called} raised {error['type']}.",
        "load() gives None for a key that it does not know. Look first; raise SessionNotFound.",
    )


_CONSTRUCTOR_HINTS = {
    "SessionNotFound": "It takes nothing: raise SessionNotFound",
    "SessionExpired": "It takes the key that is over: raise SessionExpired(session_key)",
    "SessionRecord": "It has three fields: SessionRecord(session_key, user_id, last_used)",
}


def _quoted_field(error: dict[str, Any]) -> str:
    """The field that a FrozenInstanceError names between quotes."""
    return error["message"].partition("'")[2].partition("'")[0] or "fields"


def explain_session_error(called: str, error: dict[str, Any]) -> Finding:
    """What to try when the learner's code raised something that it should not."""
    message = f"{called} raised {error['type']}: {error['message']}"
    line = source_line(error)
    for class_name, hint in _CONSTRUCTOR_HINTS.items():
        if error["type"] == "TypeError" and f"{class_name}.__init__()" in error["message"]:
            return failed(f"{called}: {class_name} was not made as it wants to be.", hint)
    if error["type"] == "FrozenInstanceError":
        return failed(
            f"{called}: a record stays as it is, and you set its {_quoted_field(error)}.",
            "`replace(record, last_used=...)` makes a changed copy; save that one.",
        )
    if error["type"] == "TypeError" and "offset-naive" in error["message"]:
        return failed(message, "datetime.now() has no zone. Ask self.clock.now().")
    if "coroutine" in error["message"]:
        return failed(message, f"A coroutine is only a promise; put `await` before it. {line}")
    return failed(message, line)
