"""Part 03.3: a server that creates a task for the one who asks; the verdict."""

from typing import Any

from chatlab.course.findings import Finding, failed, passed
from chatlab.lessons.support.dialogue import (
    explain_unmade,
    reply_text,
    shorten,
    turn_problem,
)

__all__ = ["judge"]


def judge(inputs: dict[str, Any], seen: dict[str, Any]) -> list[Finding]:
    """Each task is in the right book, under the right name, and the answer says so."""
    if "unmade" in seen:
        return [explain_unmade("TaskServer", seen["unmade"])]
    (one, two), (first, then, last) = inputs["names"], inputs["titles"]
    number = inputs["first_id"]
    asked = [
        (f"send('Create a task: {first}')", (0, one, first, number)),
        (f"send('add a task: {then}')", (0, two, then, number + 1)),
        (f"send({inputs['chatter']!r})", None),
        (f"send('Create a task: {last}')", (1, one, last, number + 1000)),
    ]
    for (called, wanted), turn in zip(asked, seen["turns"], strict=True):
        if wrong := _task_trouble(called, wanted, turn):
            return [wrong]
    for (called, wanted), turn in zip(asked, seen["turns"], strict=True):
        if wanted and (wrong := _task_wrong(called, wanted, turn, seen["books"])):
            return [wrong]
    if sum(map(len, seen["books"])) > len(asked) - 1:
        return [
            failed(
                f"After {len(asked) - 1} tasks were asked for, there are "
                f"{sum(map(len, seen['books']))}.",
                "Create a task once, and only when `parse` understood the message.",
            )
        ]
    return [passed(3, "Tasks are created for the one who asks, and everything else gets help.")]


def _task_trouble(called: str, wanted: Any, turn: dict[str, Any]) -> Finding | None:
    if (why := turn["raised"]) is not None and wanted is None and "'NoneType'" in why["message"]:
        return failed(
            f"{called} raised {why['type']}: {why['message']}",
            "`parse` gives None for what it does not understand; check for that first.",
        )
    if wrong := turn_problem(called, turn):
        return wrong
    if not reply_text(turn).strip():
        return failed(
            f"{called}: there was no answer.",
            "Silence looks like a broken chat. Yield a message here, too.",
        )
    return None


def _task_wrong(
    called: str, wanted: tuple[int, str, str, int], turn: dict[str, Any], books: list[Any]
) -> Finding | None:
    place, owner, title, number = wanted
    got = reply_text(turn)
    found = [task for book in books for task in book if task["title"] == title]
    if [(task["user_id"], task["id"]) for task in found] != [(owner, number)]:
        return _misfiled(called, owner, place, found, books)
    if title not in got or str(number) not in got:
        return failed(
            f"{called}: the answer names {title!r} and the id {number}; got {shorten(got)}.",
            "`await self.book.create(...)` gives you the task: it has a title and an id.",
        )
    return None


def _misfiled(called: str, owner: str, place: int, found: list[Any], books: list[Any]) -> Finding:
    if not found and not books[place]:
        return failed(
            f"{called}: the TaskBook that your server was given is empty.",
            "Create the task in `self.book`, for `context.user_id`; make no book of your own.",
        )
    if any(one["title"] == owner for one in books[place]):
        return failed(
            f"{called}: now there is a task called {owner!r}.",
            "The user comes first: self.book.create(context.user_id, title).",
        )
    near = [one["title"] for one in books[place] if one["user_id"] == owner]
    if not found and near:
        return failed(
            f"{called}: {owner} has a task, but it is called {near[-1]!r}.",
            "What `parse` gives you has the title alone: its `title`.",
        )
    if not found:
        return failed(
            f"{called}: {owner} has no such task afterwards.",
            "It has to belong to who asks: create it for `context.user_id`.",
        )
    if len(found) > 1:
        return failed(f"{called}: the task is there {len(found)} times.", "Create it once.")
    if found[0]["user_id"] == owner:
        return failed(
            f"{called}: the task went into another server's TaskBook.",
            "Two servers ran here: keep the book on `self`, not on the class or in a global.",
        )
    return failed(
        f"{called}: the task belongs to {found[0]['user_id']}, not to {owner}.",
        "It has to belong to who asks: create it for `context.user_id`.",
    )
