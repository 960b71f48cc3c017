"""Part 08.3: what somebody may do."""

from random import Random
from typing import Any

from chatlab.context import RequestContext
from chatlab.course.checking.observe import attempt
from chatlab.lessons.support.dialogue import NAMES

__all__ = ["inputs", "observe"]


def inputs(random: Random) -> dict[str, Any]:
    """A permission, and badges that have it, have none, or have ones that look like it."""
    verb, other = random.sample(("create", "delete", "export", "share", "archive"), 2)
    wanted = f"tasks:{verb}"
    people = [*random.sample(NAMES, 6), "admin"]
    badges = [
        [wanted],
        [f"tasks:{other}", wanted, "tasks:read"],
        [],
        [f"tasks:{other}"],
        [f"{wanted}_all"],
        ["tasks"],
        [],
    ]
    return {"wanted": wanted, "badges": [list(pair) for pair in zip(people, badges, strict=True)]}


async def observe(subject: Any, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """What happens for each badge."""
    return [
        await attempt(
            lambda name=name, rights=rights: subject(
                RequestContext(user_id=name, permissions=frozenset(rights)), inputs["wanted"]
            )
        )
        for name, rights in inputs["badges"]
    ]
