"""Judge the session keys of 10.3: which were good, and what was raised for the others."""

from typing import Any

from chatlab.course.findings import Finding, failed
from chatlab.lessons.l10_capstone.p3_isolation import DELETE_PERMISSION
from chatlab.lessons.support.explain import show_value, source_line

__all__ = ["session_keys_wrong"]


def session_keys_wrong(inputs: dict[str, Any], observation: dict[str, Any]) -> Finding | None:
    """Good keys must give a badge; all bad ones must raise the same SessionNotFound."""
    past_key, good_key, weak_key, *bad_keys = observation.values()
    if "raised" in good_key:
        error = good_key["raised"]
        return failed(
            f"A good session key: {error['type']}: {error['message'][:80]}", source_line(error)
        )
    badge = good_key["value"]
    if not good_key["badge"] or badge.get("user_id") != inputs["names"][0]:
        return failed(
            f"A good session key gave {show_value(badge)}.",
            "Servers accept a badge: RequestContext(user_id=claims['sub'], permissions=...).",
        )
    if badge.get("permissions") != [DELETE_PERMISSION]:
        return failed(
            f"The key grants {[DELETE_PERMISSION]}; the badge has {badge.get('permissions')}.",
            "permissions=frozenset(claims.get('permissions', ()))",
        )
    if "raised" in weak_key or (weak_key["value"] or {}).get("permissions") != []:
        result = weak_key["raised"]["type"] if "raised" in weak_key else str(weak_key["value"])[:60]
        return failed(
            f"A good session key that grants no permissions at all gave {result}.",
            "It is a badge with none: permissions=frozenset(claims.get('permissions', ()))",
        )
    if "raised" in past_key:
        return failed(
            "A key that is good by self.clock was refused, since it is over by the computer's.",
            'options={"verify_exp": False} keeps PyJWT from asking the system clock. Then compare '
            "`exp` with self.clock.",
        )
    for description, attempt in list(observation.items())[3:]:
        if "value" in attempt:
            return _explain_accepted(description)
    errors = {(key["raised"]["type"], key["raised"]["message"]) for key in bad_keys}
    if len(errors) > 1:
        first_error, second_error = sorted(errors)[:2]
        return failed(
            f"Bad keys can be told apart: {first_error[0]}, {second_error[0]}.",
            "Catch jwt.PyJWTError and raise SessionNotFound, whatever was wrong.",
        )
    if next(iter(errors))[0] != "SessionNotFound":
        return failed(f"A bad key raised {next(iter(errors))[0]}.", "Raise SessionNotFound.")
    return None


def _explain_accepted(description: str) -> Finding:
    """A session key of this description got a badge."""
    message = f"A session key that is {description} was accepted."
    if description.startswith("without an expiry"):
        return failed(
            message,
            'Once stolen, it works for ever. Say what must be there: options={"require": ["sub", '
            '"exp", "aud"], ...}.',
        )
    if description == "signed with HS512":
        return failed(message, "A key must not choose how it is checked: algorithms=['HS256'].")
    if "audience" in description:
        return failed(message, "It was made for another service: audience='taskmanager'.")
    if description == "signed with a text as its permissions":
        return failed(
            message,
            "A frozenset of a text holds its letters. Look whether they are a list; if not, raise "
            "SessionNotFound.",
        )
    if description in {"expired", "over, by self.clock"}:
        return failed(message, "Compare `exp` with self.clock.now().timestamp().")
    return failed(
        message, "jwt.decode with the secret, algorithms=['HS256'] and the audience refuses it."
    )
