"""Judges part 08.1: the contexts for valid keys, and the errors for all others."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p1_signed_keys import CLOCK_TIMES
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]

_BAD_KEYS = {
    "forged": (
        "a key signed with another secret",
        "Anybody can write such a key. The signature proves that it is yours: verify it.",
    ),
    "changed": (
        "a key in which the name was changed",
        "Anybody can write such a key. The signature proves that it is yours: verify it.",
    ),
    "unsigned": (
        'a key without a signature (its header says alg "none")',
        'A key must not choose how it is checked. Say it yourself: algorithms=["HS256"].',
    ),
    "other algorithm": (
        "a key signed with HS512",
        'A key must not choose how it is checked. Say it yourself: algorithms=["HS256"].',
    ),
    "other audience": (
        "a key for another service (its aud is not taskmanager)",
        'Which service it is for matters too: audience="taskmanager".',
    ),
    "longer audience": (
        "a key for taskmanager-admin, which is another service",
        'A name that only contains yours is another name: audience="taskmanager" compares whole '
        "ones.",
    ),
    "part of the audience": (
        "a key for manager, which is another service",
        'A part of your name is another name: audience="taskmanager" compares whole ones.',
    ),
    "no audience": (
        "a key without aud",
        'Which service it is for matters too: audience="taskmanager".',
    ),
    "expired": (
        "a key whose time has passed",
        'It is over when clock.now().timestamp() has reached its "exp".',
    ),
    "no expiry": (
        "a key without exp",
        'Without it, a stolen key works for ever: "require" it in the options.',
    ),
    "no user": (
        "a key without sub",
        'It is signed, and says nobody\'s name: "require" sub in the options.',
    ),
    "empty": ("an empty string", "It is not a key at all; refuse it like the others."),
    "no key": ("the text 'let me in'", "It is not a key at all; refuse it like the others."),
    "broken": ("half a key", "It is not a key at all; refuse it like the others."),
    "permissions in a text": (
        "a key whose permissions are a text, not a list",
        "A frozenset of a text holds its letters. You issue lists: look whether it is one, and if "
        "not, raise SessionNotFound.",
    ),
    "permissions in a number": (
        "a key whose permissions are a number, not a list",
        "You issue lists: look whether it is one, and if not, raise SessionNotFound.",
    ),
}

_ODD_PERMISSIONS = ("permissions in a text", "permissions in a number")


def judge(inputs: dict[str, Any], observation: dict[str, Any]) -> list[Finding]:
    """Valid keys give the right context on every clock; all others raise the same error."""
    good_results = observation["good"]
    for clock_time in CLOCK_TIMES:
        if wrong := _good_key_wrong(inputs, clock_time, good_results[clock_time]):
            return [wrong]
    for kind, result in observation["bad"].items():
        if wrong := _acceptance_wrong(kind, result):
            return [wrong]
    for clock_time in CLOCK_TIMES:
        if wrong := _acceptance_wrong("expired", observation["expired"][clock_time]):
            return [wrong]
    bad_key_results = observation["bad"] | {"expired": observation["expired"]["now"]}
    if wrong := _errors_wrong(bad_key_results):
        return [wrong]
    if wrong := _permissions_wrong(observation):
        return [wrong]
    return [passed(3, "Whoever has a good key gets a badge; nobody else even learns why not.")]


def _good_key_wrong(
    inputs: dict[str, Any], clock_time: str, result: dict[str, Any]
) -> Finding | None:
    called = f"authenticate(a good key of {inputs['user']})"
    if "raised" in result:
        error = result["raised"]
        if clock_time != CLOCK_TIMES[0]:
            return failed(
                f"{called} raised {error['type']} when its clock was {clock_time}.",
                'PyJWT asks the system clock: options={"verify_exp": False} stops that. Then '
                "compare "
                '"exp" with clock.now().',
            )
        return _explain_good_key_error(called, error)
    if not result["badge"]:
        return failed(
            f"{called} returned {str(result['value'])[:60]!r}.",
            "Return a badge: RequestContext(user_id=..., permissions=...).",
        )
    badge = result["value"]
    if badge["user_id"] != inputs["user"]:
        return failed(f"{called} gave the badge of {badge['user_id']!r}.", 'The user is in "sub".')
    if sorted(badge["permissions"]) != inputs["permissions"]:
        return failed(
            f"{called}: the badge's permissions are {sorted(badge['permissions'])}, the key's are "
            f"{inputs['permissions']}.",
            'permissions=frozenset(claims["permissions"])',
        )
    return None


def _explain_good_key_error(called: str, error: dict[str, Any]) -> Finding:
    message = error["message"]
    if "offset-naive" in message:
        return failed(
            f"{called}: {message}.",
            'A time without a zone. Compare numbers: "exp" with clock.now().timestamp().',
        )
    if error["type"] in {"SessionNotFound", "InvalidSignatureError"}:
        return failed(
            f"{called} raised {error['type']}.",
            "Verify it with the secret that you were given (the check makes its own), with "
            'algorithms=["HS256"] and audience="taskmanager".',
        )
    if error["type"] == "TypeError" and "'datetime.datetime'" in message:
        return failed(
            f"{called}: {message}", '"exp" is in seconds: clock.now().timestamp() is, too.'
        )
    return failed(f"{called} raised {error['type']}: {message[:160]}", source_line(error))


def _acceptance_wrong(kind: str, result: dict[str, Any]) -> Finding | None:
    """What is wrong when a bad key of this kind raised nothing."""
    if "raised" in result:
        return None
    description, hint = _BAD_KEYS[kind]
    if not result["value"]:
        return failed(
            f"authenticate({description}) returned {result['value']!r}.",
            "Callers who forget to look at it carry on without a log-in: raise SessionNotFound.",
        )
    return failed(f"authenticate({description}) was let in.", hint)


def _errors_wrong(results: dict[str, dict[str, Any]]) -> Finding | None:
    """What is wrong when bad keys raised anything but a SessionNotFound of the same text."""
    errors = {kind: result["raised"] for kind, result in results.items()}
    for kind, error in errors.items():
        if error["type"] == "SessionNotFound":
            continue
        if error["type"] == "TypeError" and "SessionNotFound" in error["message"]:
            return failed(
                f"authenticate({_BAD_KEYS[kind][0]}): SessionNotFound was given something to say.",
                "It takes no arguments, so that it always says the same: raise SessionNotFound",
            )
        message = (
            f"authenticate({_BAD_KEYS[kind][0]}) raised {error['type']} ({error['message'][:50]}): "
            "that tells a thief what to try next."
        )
        if kind in _ODD_PERMISSIONS:
            return failed(message, _BAD_KEYS[kind][1])
        if error["type"] == "KeyError":
            return failed(message, 'Say which claims must be there: options={"require": [...]}.')
        return failed(
            message,
            "One error for all of them: SessionNotFound. All of PyJWT's are a jwt.PyJWTError.",
        )
    if len({error["message"] for error in errors.values()}) > 1:
        return failed(
            "SessionNotFound says different things about different keys.",
            "The words tell a thief what to try next: raise SessionNotFound, and nothing more.",
        )
    return None


def _permissions_wrong(observation: dict[str, Any]) -> Finding | None:
    """What is wrong when a key's permissions are no list, or when it has none."""
    results = observation["permissions"]
    odd_results = {kind: results[kind] for kind in _ODD_PERMISSIONS}
    for kind, result in odd_results.items():
        if wrong := _acceptance_wrong(kind, result):
            return wrong
    if wrong := _errors_wrong({"forged": observation["bad"]["forged"]} | odd_results):
        return wrong
    without, called = results["no permissions"], "authenticate(a good key without permissions)"
    if "raised" in without:
        return failed(
            f"{called} raised {without['raised']['type']}.",
            'It is good, and its badge has none: claims.get("permissions", []).',
        )
    if not without["badge"] or without["value"]["permissions"]:
        return failed(f"{called} returned {str(without['value'])[:60]!r}.", "Its badge has none.")
    return None
