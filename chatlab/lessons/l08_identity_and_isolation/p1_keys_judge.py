"""Part 08.1: a signed session key becomes a badge; everything else is refused alike."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.l08_identity_and_isolation.p1_keys import WHENS

__all__ = ["judge"]

_REFUSED = {
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
        'Who it is for matters, too: audience="taskmanager".',
    ),
    "no audience": (
        "a key without aud",
        'Who it is for matters, too: audience="taskmanager".',
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
    "empty": ("an empty text", "It is no key at all; refuse it like the others."),
    "no key": ("the text 'let me in'", "It is no key at all; refuse it like the others."),
    "broken": ("half a key", "It is no key at all; refuse it like the others."),
}


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Good keys give the right badge at any time; all others end in the same error."""
    good = seen["good"]
    for when in WHENS:
        if wrong := _good_wrong(inputs, when, good[when]):
            return [wrong]
    for name, one in seen["refused"].items():
        if wrong := _let_in(name, one):
            return [wrong]
    for when in WHENS:
        if wrong := _let_in("expired", seen["late"][when]):
            return [wrong]
    if wrong := _told_apart(seen["refused"] | {"expired": seen["late"]["now"]}):
        return [wrong]
    return [passed(3, "Who has a key of yours gets a badge; nobody else learns even why not.")]


def _good_wrong(inputs: dict[str, Any], when: str, one: dict[str, Any]) -> Finding | None:
    called = f"authenticate(a good key of {inputs['user']})"
    if "raised" in one:
        error = one["raised"]
        if when != WHENS[0]:
            return failed(
                f"{called} raised {error['type']} when its clock stood {when}.",
                'PyJWT asks the wall clock: options={"verify_exp": False} stops that. Then compare '
                '"exp" with clock.now().',
            )
        return _good_broke(called, error)
    if not one["badge"]:
        return failed(
            f"{called} gave back {str(one['value'])[:60]!r}.",
            "Return a badge: RequestContext(user_id=..., permissions=...).",
        )
    badge = one["value"]
    if badge["user_id"] != inputs["user"]:
        return failed(f"{called} gave the badge of {badge['user_id']!r}.", 'The user is in "sub".')
    if sorted(badge["permissions"]) != inputs["permissions"]:
        return failed(
            f"{called}: the badge's permissions are {sorted(badge['permissions'])}, the key's are "
            f"{inputs['permissions']}.",
            'permissions=frozenset(claims["permissions"])',
        )
    return None


def _good_broke(called: str, error: dict[str, Any]) -> Finding:
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
    at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    if error["type"] == "TypeError" and "'datetime.datetime'" in message:
        return failed(
            f"{called}: {message}", '"exp" is in seconds: clock.now().timestamp() is, too.'
        )
    return failed(f"{called} raised {error['type']}: {message[:160]}", at)


def _let_in(name: str, one: dict[str, Any]) -> Finding | None:
    if "raised" in one:
        return None
    what, fix = _REFUSED[name]
    if not one["value"]:
        return failed(
            f"authenticate({what}) gave back {one['value']!r}.",
            "Whoever forgets to look at that goes on without a log-in: raise SessionNotFound.",
        )
    return failed(f"authenticate({what}) was let in.", fix)


def _told_apart(refused: dict[str, dict[str, Any]]) -> Finding | None:
    errors = {name: one["raised"] for name, one in refused.items()}
    for name, error in errors.items():
        if error["type"] == "SessionNotFound":
            continue
        if error["type"] == "TypeError" and "SessionNotFound" in error["message"]:
            return failed(
                f"authenticate({_REFUSED[name][0]}): SessionNotFound was given something to say.",
                "It takes nothing, so that it always says the same: raise SessionNotFound",
            )
        said = (
            f"authenticate({_REFUSED[name][0]}) raised {error['type']} ({error['message'][:50]}): "
            "that tells a thief what to try next."
        )
        if error["type"] == "KeyError":
            return failed(said, 'Say which claims must be there: options={"require": [...]}.')
        return failed(
            said,
            "One error for all of them: SessionNotFound. All of PyJWT's are a jwt.PyJWTError.",
        )
    if len({error["message"] for error in errors.values()}) > 1:
        return failed(
            "SessionNotFound says different things about different keys.",
            "The words tell a thief what to try next: raise SessionNotFound, and nothing more.",
        )
    return None
