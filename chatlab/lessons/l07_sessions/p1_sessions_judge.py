"""Judges part 07.1: the keys that were created, and what resuming with them gave."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l07_sessions.p1_sessions import TIME_OUT_MINUTES
from chatlab.lessons.l07_sessions.session_errors_judge import (
    explain_forgotten_await,
    explain_session_error,
)
from chatlab.lessons.support.explain import shorten, show_value, source_line

__all__ = ["badge_wrong", "judge", "unknown_key_wrong"]

_MIN_KEY_CHARS = 16


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Each log-in gets an unguessable key of its own, which resumes its session after a restart."""
    if "unmade" in observation:
        return [_explain_unmade(observation["unmade"])]
    users = inputs["users"]
    for user, outcome in zip(users, observation["created"], strict=True):
        if wrong := _key_wrong(user, outcome):
            return [wrong]
    keys = [outcome["value"] for outcome in observation["created"]]
    wrong = (
        _guessable_wrong(users, keys, observation["elsewhere"])
        or _stored_wrong(users, keys, observation)
        or _resumed_wrong(users, observation)
        or unknown_key_wrong(observation["unknown"])
        or _time_wrong(observation["used"])
    )
    return [wrong or passed(3, "Everybody comes back as themselves; nobody gets in without a key.")]


def _explain_unmade(error: dict[str, Any]) -> Finding:
    if error["type"] == "TypeError" and "__init__()" in error["message"]:
        return failed(
            f"Sessions(store, clock, time_out) raised TypeError: {error['message']}.",
            "Keep __init__ as it was given: it takes all three, even those you do not need yet.",
        )
    return failed(
        f"Sessions(store, clock, time_out) raised {error['type']}: {error['message'][:200]}",
        source_line(error),
    )


def _key_wrong(user: str, outcome: dict[str, Any]) -> Finding | None:
    called = f"create({user!r})"
    if "raised" in outcome:
        return explain_session_error(called, outcome["raised"])
    value = outcome["value"]
    if value is None:
        return failed(f"{called} returned None.", "Return the session key: the user needs it.")
    if not isinstance(value, str):
        return failed(f"{called} returned {show_value(value)}.", "Return the key, a string.")
    if len(value) < _MIN_KEY_CHARS:
        return failed(
            f"{called} gave the key {value!r}, which is so short that others can be guessed.",
            "A session key must be long and random: secrets.token_urlsafe().",
        )
    return None


def _guessable_wrong(
    users: list[str], keys: list[str], elsewhere: list[dict[str, Any]]
) -> Finding | None:
    """What is wrong when a key can be written by somebody who never got it."""
    if _is_made_of_names(users, keys):
        return failed(
            f"create({users[0]!r}) gave the key {keys[0]!r}: whoever knows the name can write it.",
            "A session key must be unguessable: secrets.token_urlsafe().",
        )
    if elsewhere[1].get("value") == keys[0]:
        return failed(
            f"On another server, {users[-1]} gets the very key that {users[0]} has here: "
            f"{keys[0][:40]!r}.",
            "A count or a time is the same for everybody, and easily guessed. Use a random key: "
            "secrets.token_urlsafe().",
        )
    if elsewhere[0].get("value") == keys[0]:
        return failed(
            f"On another server, {users[0]} gets the very same key: {keys[0][:40]!r}.",
            "What you compute from a name, others can compute too, hashed or not. Use a random "
            "key: secrets.token_urlsafe().",
        )
    if len(set(keys)) < len(keys):
        return failed(
            f"{users[0]} logged in on two devices, and both got the same key.",
            "Each log-in is a session of its own: make a fresh key each time.",
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


def _stored_wrong(users: list[str], keys: list[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the records that the store has after each log-in."""
    stored = observation["stored"]
    if not stored[0] and "save" in observation["forgotten"]:
        return explain_forgotten_await(f"create({users[0]!r})", "save")
    if not stored[-1]:
        return _explain_empty_store(users[0], observation)
    for user, key, keys_then in zip(users, keys, stored, strict=True):
        if key not in keys_then:
            return failed(
                f"create({user!r}) returned a key that no record in the store has.",
                "Make the key once, keep it in a variable, and use it for the record and the "
                "return.",
            )
        if key not in stored[-1]:
            return failed(
                f"{user} logged in on a second tab, and the session of the first tab was gone.",
                "Two log-ins are two sessions: delete nothing when somebody logs in.",
            )
    return None


def _explain_empty_store(user: str, observation: dict[str, Any]) -> Finding:
    """No log-in left a record: the sessions are kept elsewhere, or nowhere."""
    if "value" in observation["resumed_after_restart"][0]:
        return failed(
            "The keys work, but the store is empty: you keep the sessions on the class, or in a "
            "global name.",
            "All of them share that, and a restart empties it. Keep them in the store: "
            "await self.store.save(...).",
        )
    if "value" in observation["resumed"][0]:
        return failed(
            f"The key of {user} works only until the server restarts: another server has another "
            "`self`.",
            "Keep the record in the store: await self.store.save(...).",
        )
    return failed(
        f"After create({user!r}), the store is empty.",
        "A session is one record in the store: SessionRecord(...), and then save it.",
    )


def _resumed_wrong(users: list[str], observation: dict[str, Any]) -> Finding | None:
    """What is wrong with the outcomes of `resume` for the keys that were created."""
    for user, outcome in zip(users, observation["resumed"], strict=True):
        if user == users[0] and outcome.get("badge") and outcome["value"]["user_id"] == users[-1]:
            return failed(
                f"resume(the key of {user}) gave the badge of {users[-1]!r}, who logged in last.",
                "One object serves everybody, so keep nobody's name on `self`. The record of this "
                "key says whose it is.",
            )
        if wrong := badge_wrong(f"resume(the key of {user})", user, outcome):
            return wrong
    for user, outcome in zip(users, observation["resumed_again"], strict=True):
        if "raised" in outcome:
            return failed(
                f"The key of {user} worked once, and the second time it raised "
                f"{outcome['raised']['type']}.",
                "A key stays good until its session is over: leave the record in the store.",
            )
    for user, outcome in zip(users, observation["resumed_after_restart"], strict=True):
        if "raised" in outcome:
            return failed(
                f"After a restart, resume(the key of {user}) raised {outcome['raised']['type']}: "
                "another server has another `self`.",
                "Read everything from the store: await self.store.load(session_key).",
            )
    return None


def badge_wrong(called: str, user: str, outcome: dict[str, Any]) -> Finding | None:
    """What is wrong with the outcome of `resume(key)` for a valid key of this user."""
    if "raised" in outcome:
        error = outcome["raised"]
        if error["type"] == "SessionNotFound":
            return failed(
                f"{called} raised SessionNotFound, but the store has its record.",
                "Load it by the key that you were given: await self.store.load(session_key).",
            )
        return explain_session_error(called, error)
    value = outcome["value"]
    if value is None:
        return failed(f"{called} returned None.", "End with: return RequestContext(user_id=...)")
    if value == user:
        return failed(
            f"{called} returned {user!r}, and a name is not a badge.",
            "Make a badge, which servers accept: RequestContext(user_id=record.user_id).",
        )
    if not outcome["badge"] and isinstance(value, dict) and "session_key" in value:
        return failed(
            f"{called} returned the record itself.",
            "A record stays in the store. Servers accept a badge: "
            "RequestContext(user_id=record.user_id).",
        )
    if not outcome["badge"]:
        return failed(
            f"{called} returned {show_value(value)}.",
            "Return a badge, which servers accept: RequestContext(user_id=...).",
        )
    if value["user_id"] != user:
        return failed(
            f"{called} gave the badge of {value['user_id']!r}.",
            "The record of this key says whose it is: record.user_id.",
        )
    return None


def unknown_key_wrong(outcome: dict[str, Any]) -> Finding | None:
    """What is wrong with the outcome of `resume(key)` for a key that nobody has."""
    called = "resume(a key that nobody has)"
    if outcome.get("badge"):
        return failed(
            f"{called} gave a badge, of {outcome['value']['user_id']!r}.",
            "Whoever has no session must log in. Give no badge: raise SessionNotFound",
        )
    if "value" in outcome:
        return failed(
            f"{called} returned {show_value(outcome['value'])}.",
            "Callers who forget to look at it carry on without a log-in. An error cannot be "
            "overlooked: raise SessionNotFound",
        )
    error = outcome["raised"]
    if error["type"] == "SessionNotFound":
        return None
    if error["type"] == "SessionExpired":
        return failed(
            f"{called} raised SessionExpired.",
            "That is for a session that is over. This one never existed: raise SessionNotFound",
        )
    if "SessionNotFound" in error["message"]:
        return explain_session_error(called, error)
    return failed(
        f"{called} raised {error['type']}.",
        "load() returns None for a key that it does not know. Look first; raise SessionNotFound.",
    )


def _time_wrong(used_times: list[str]) -> Finding | None:
    """What is wrong with the `last_used` of the records; the log-ins were a minute apart."""
    if used_times == [f"2026-01-05T09:0{minute}:00+00:00" for minute in (1, 2, 3)]:
        return None
    if used_times == [
        f"2026-01-05T09:{TIME_OUT_MINUTES + minute}:00+00:00" for minute in (1, 2, 3)
    ]:
        return failed(
            "The records say when the sessions end, not when they were used.",
            "`last_used` is the time of the log-in: self.clock.now(). Add nothing to it.",
        )
    return failed(
        f"The records do not say when the sessions were used: {shorten(used_times[0])}.",
        "last_used=self.clock.now(): the clock that you were given, not the computer's.",
    )
