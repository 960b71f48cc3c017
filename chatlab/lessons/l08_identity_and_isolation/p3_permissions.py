"""Part 08.3: a function that raises when a context lacks a permission."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.as_data import attempt
from chatlab.lessons.support.random_inputs import USER_NAMES

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """A permission, and users with the permissions that each has, some much like it.

    Twice the first user comes, and the second time the permission has been taken away.
    """
    verb, other_verb = random.sample(("create", "delete", "export", "share", "archive"), 2)
    permission = f"tasks:{verb}"
    users = [*random.sample(USER_NAMES, 6), "admin"]
    users.append(users[0])
    permission_sets = [
        [permission],
        [f"tasks:{other_verb}", permission, "tasks:read"],
        [],
        [f"tasks:{other_verb}"],
        [f"{permission}_all"],
        ["tasks"],
        [],
        ["tasks:read"],
    ]
    return {
        "wanted": permission,
        "badges": [list(pair) for pair in zip(users, permission_sets, strict=True)],
    }


async def observe(subject: Any, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """The outcome of the call with the context of each user."""
    return [
        await attempt(
            lambda user_id=user_id, permissions=permissions: subject(
                RequestContext(user_id=user_id, permissions=frozenset(permissions)),
                inputs["wanted"],
            )
        )
        for user_id, permissions in inputs["badges"]
    ]
