"""Judges part 08.3: for which contexts the function raised, and what."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.explain import source_line

__all__ = ["judge"]


def judge(inputs: dict[str, Any], observation: list[dict[str, Any]]) -> list[Finding]:
    """Those who have the permission get no error, the others one that names both."""
    permission = inputs["wanted"]
    allowed_before: set[str] = set()
    for (user_id, granted), result in zip(inputs["badges"], observation, strict=True):
        if user_id in allowed_before and permission not in granted and "value" in result:
            return [_explain_remembered(user_id, permission)]
        if permission in granted:
            allowed_before.add(user_id)
        called = f"require(the badge of {user_id}, {permission!r})"
        wrong = (
            _allowed_call_wrong(called, result)
            if permission in granted
            else _denied_call_wrong(called, user_id, permission, granted, result)
        )
        if wrong:
            return [wrong]
    return [passed(2, "Those who have the permission go on; the others are told what they lack.")]


def _allowed_call_wrong(called: str, result: dict[str, Any]) -> Finding | None:
    if "value" in result:
        return None
    error = result["raised"]
    if error["type"] == "PermissionDenied":
        return failed(
            f"{called} raised PermissionDenied, but the badge has it.",
            "Go on when it is in context.permissions, whatever else is in there.",
        )
    return failed(f"{called} raised {error['type']}: {error['message']}", source_line(error))


def _denied_call_wrong(
    called: str, user_id: str, permission: str, granted: list[str], result: dict[str, Any]
) -> Finding | None:
    if "value" in result:
        return _explain_allowed(called, user_id, permission, granted, result["value"])
    error = result["raised"]
    if error["type"] == "NotFoundError":
        return failed(
            f"{called} raised NotFoundError.",
            "That is for things of somebody else. Here we know the user, and they may not: "
            "PermissionDenied.",
        )
    if error["type"] != "PermissionDenied":
        return failed(
            f"{called} raised {error['type']}: {error['message'][:100]}",
            "Raise chatlab's PermissionDenied(permission, context.user_id).",
        )
    if error["message"].startswith(permission):
        return failed(
            f"{called} said: {error['message']}",
            "The other way round: PermissionDenied(permission, context.user_id).",
        )
    if user_id not in error["message"] or permission not in error["message"]:
        return failed(
            f"{called} said: {error['message']}",
            "The error names both: PermissionDenied(permission, context.user_id).",
        )
    return None


def _explain_remembered(user_id: str, permission: str) -> Finding:
    return failed(
        f"{user_id} had {permission!r}, it was taken away, and require() still let them through.",
        "Permissions change. Remember nothing: look at the badge of this very call.",
    )


def _explain_allowed(
    called: str, user_id: str, permission: str, granted: list[str], value: Any
) -> Finding:
    """The finding for a call that raised nothing, where the permission is missing."""
    if value is False:
        return failed(
            f"{called} returned False, and the caller goes on.",
            "A return value can be overlooked; an error cannot: raise PermissionDenied.",
        )
    if isinstance(value, str) and value.startswith("PermissionDenied("):
        return failed(
            f"{called} returned the error, and the caller goes on.",
            "An error stops the caller only when it is raised: `raise`, where you wrote `return`.",
        )
    if user_id == "admin":
        return failed(
            f"{called} let them through: the name says admin, the badge has no permission.",
            "A name is not a permission. Look at context.permissions, and at nothing else.",
        )
    if any(other in permission or permission in other for other in granted):
        return failed(
            f"{called} let {user_id} through with {granted[0]!r}.",
            "That is another permission. Look for exactly this one in the set.",
        )
    return failed(
        f"{called} let {user_id} through with {granted or 'no permission at all'}.",
        f"We know who {user_id} is, not what they may do. Is this permission in the badge?",
    )
