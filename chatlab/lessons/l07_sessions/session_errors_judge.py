"""For the judges of 07.1 to 07.3: what to try when the learner's method raised."""

import re
from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.support.explain import AWAIT_ADVICE, source_line

__all__ = ["explain_forgotten_await", "explain_session_error"]

_CONSTRUCTOR_HINTS = {
    "SessionNotFound": "It takes nothing: raise SessionNotFound",
    "SessionExpired": "It takes the key that is over: raise SessionExpired(session_key)",
    "SessionRecord": "It has three fields: SessionRecord(session_key, user_id, last_used)",
}

_ADVICE = {
    r"offset-naive": "datetime.now() has no time zone. Ask self.clock.now().",
    r"'(float|int)' and 'datetime.timedelta'|'datetime.timedelta' and '(float|int)'": (
        "self.time_out is a timedelta, not a number of seconds. Compare it with a difference of "
        "two times: self.clock.now() - record.last_used."
    ),
    r"'(method|function)'|'builtin_function_or_method'": (
        "A method without brackets is not called. The time is self.clock.now()."
    ),
    r"takes \d+ positional arguments? but \d+ w": "It is a method: its first parameter is `self`.",
    r"'datetime.datetime' object has no attribute 'session_key'": (
        "`save` takes a whole record: replace(record, last_used=self.clock.now())."
    ),
    r"'str' object has no attribute 'session_key'": (
        "The store has to compare, so it takes a whole record: delete_unchanged(record)."
    ),
    r"'NoneType'.*'int'|'int'.*'NoneType'": (
        "delete() returns nothing that you could add up. Add one for each call yourself."
    ),
}
"""By a pattern for the message of a TypeError or an AttributeError."""


def explain_forgotten_await(called: str, method: str) -> Finding:
    """The learner's code called this method of the store, and nobody awaited it."""
    return failed(
        f"{called}: store.{method}() was called but never awaited, so it did nothing.",
        f"A coroutine has not run yet. Write: await self.store.{method}(...)",
    )


def explain_session_error(called: str, error: dict[str, Any]) -> Finding:
    """What to try when the learner's code raised something that it should not."""
    message = f"{called} raised {error['type']}: {error['message']}"
    line = source_line(error)
    for class_name, hint in _CONSTRUCTOR_HINTS.items():
        if error["type"] == "TypeError" and f"{class_name}.__init__()" in error["message"]:
            return failed(f"{called}: {class_name} was not made with the right arguments.", hint)
    if error["type"] == "FrozenInstanceError":
        return failed(
            f"{called}: a record cannot be changed, and you set its {_quoted_field(error)}.",
            "`replace(record, last_used=...)` makes a changed copy; save that one.",
        )
    if "coroutine" in error["message"]:
        return failed(
            message,
            f"{AWAIT_ADVICE} {line}".strip(),
        )
    if error["type"] in {"TypeError", "AttributeError"}:
        for pattern, advice in _ADVICE.items():
            if re.search(pattern, error["message"]):
                return failed(message, f"{advice} {line}".strip())
    return failed(message, line)


def _quoted_field(error: dict[str, Any]) -> str:
    """The field that a FrozenInstanceError names between quotes."""
    return error["message"].partition("'")[2].partition("'")[0] or "fields"
