"""Part 08.3: what somebody may do; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: list[dict[str, Any]]) -> list[Finding]:
    """Nothing happens to those who may; the others get the error that names both."""
    wanted = inputs["wanted"]
    for (name, rights), one in zip(inputs["badges"], seen, strict=True):
        called = f"require(the badge of {name}, {wanted!r})"
        wrong = (
            _allowed_wrong(called, one)
            if wanted in rights
            else _denied_wrong(called, name, wanted, rights, one)
        )
        if wrong:
            return [wrong]
    return [passed(2, "Those who may go on; the others are told what they lack.")]


def _allowed_wrong(called: str, one: dict[str, Any]) -> Finding | None:
    if "value" in one:
        return None
    error = one["raised"]
    if error["type"] == "PermissionDenied":
        return failed(
            f"{called} raised PermissionDenied, and the badge has it.",
            "Go on when it is in context.permissions, whatever else is in there.",
        )
    at = f"Your line {error['number']}: {error['line']}" if error.get("line") else ""
    return failed(f"{called} raised {error['type']}: {error['message']}", at)


def _denied_wrong(
    called: str, name: str, wanted: str, rights: list[str], one: dict[str, Any]
) -> Finding | None:
    if "value" in one:
        return _let_through(called, name, wanted, rights, one["value"])
    error = one["raised"]
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
    if error["message"].startswith(wanted):
        return failed(
            f"{called} said: {error['message']}",
            "The other way round: PermissionDenied(permission, context.user_id).",
        )
    if name not in error["message"] or wanted not in error["message"]:
        return failed(
            f"{called} said: {error['message']}",
            "The error names both: PermissionDenied(permission, context.user_id).",
        )
    return None


def _let_through(called: str, name: str, wanted: str, rights: list[str], value: Any) -> Finding:
    if value is False:
        return failed(
            f"{called} gave back False, and the caller goes on.",
            "An answer can be overlooked, an error cannot: raise PermissionDenied.",
        )
    if name == "admin":
        return failed(
            f"{called} let them through: the name says admin, the badge has no permission.",
            "A name is no permission. Look at context.permissions, and at nothing else.",
        )
    if rights and any(right in wanted or wanted in right for right in rights):
        return failed(
            f"{called} let {name} through with {rights[0]!r}.",
            "That is another permission. Look for exactly this one in the set.",
        )
    return failed(
        f"{called} let {name} through with {rights or 'no permission at all'}.",
        f"We know who {name} is, not what they may do. Is this permission in the badge?",
    )
